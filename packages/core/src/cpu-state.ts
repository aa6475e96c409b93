import { CPU_STATE, CPU_STATE_OWN_SIZE, type SharedSystemRegister, sharedRegisterOffset } from './layout.ts';
import { fromHalves, highHalf, lowHalf } from './units.ts';

/** PSTATE fields at their SPSR_ELx positions. @spec DDI 0487, SPSR_EL1 */
export const PSTATE = {
  SP: 1 << 0,
  EL: 3 << 2,
  elShift: 2,
  nRW: 1 << 4,
  F: 1 << 6,
  I: 1 << 7,
  A: 1 << 8,
  D: 1 << 9,
  BTYPE: 3 << 10,
  SSBS: 1 << 12,
  IL: 1 << 20,
  SS: 1 << 21,
  PAN: 1 << 22,
  UAO: 1 << 23,
  DIT: 1 << 24,
} as const;

/** Interrupt inputs of a CPU, as bits of `interruptLines`. */
export const INTERRUPT_LINE = { irq: 1, fiq: 2, serror: 4 } as const;

/**
 * A CPU's state block, seen from TypeScript. Paths that run often take 64-bit values as two 32-bit halves
 * (signed numbers); the `bigint` accessors are for the public API's edge.
 */
export class CpuState {
  readonly index: number;
  /** Offset of the CPU block in machine memory: where the state is but for {@link moveTo}, and the soft TLBs. */
  readonly block: number;
  private readonly words: Int32Array;
  private word: number;

  constructor(memory: WebAssembly.Memory, block: number, index = 0) {
    this.words = new Int32Array(memory.buffer);
    this.block = block;
    this.word = block >>> 2;
    this.index = index;
  }

  /** Offset in machine memory where the state is now. */
  get base(): number {
    return this.word << 2;
  }

  /** Moves the state to another place in machine memory: CPUs that share compiled code take turns in one. */
  moveTo(base: number): void {
    const to = base >>> 2;
    if (to === this.word) return;
    this.words.copyWithin(to, this.word, this.word + (CPU_STATE_OWN_SIZE >>> 2));
    this.word = to;
  }

  /** A 32-bit field, or the low half of a 64-bit one, at a byte offset of the state block. */
  lo(offset: number): number {
    return this.words[this.word + (offset >>> 2)];
  }

  /** The high half of a 64-bit field. */
  hi(offset: number): number {
    return this.words[this.word + (offset >>> 2) + 1];
  }

  setLo(offset: number, value: number): void {
    this.words[this.word + (offset >>> 2)] = value;
  }

  set(offset: number, lo: number, hi: number): void {
    const at = this.word + (offset >>> 2);
    this.words[at] = lo;
    this.words[at + 1] = hi;
  }

  get64(offset: number): bigint {
    return fromHalves(this.lo(offset), this.hi(offset));
  }

  set64(offset: number, value: bigint): void {
    this.set(offset, lowHalf(value), highHalf(value));
  }

  /** X0 to X30; 31 is the current stack pointer. */
  x(register: number): bigint {
    return this.get64(CPU_STATE.x + 8 * register);
  }

  setX(register: number, value: bigint): void {
    this.set64(CPU_STATE.x + 8 * register, value);
  }

  get pc(): bigint {
    return this.get64(CPU_STATE.pc);
  }

  set pc(value: bigint) {
    this.set64(CPU_STATE.pc, value);
  }

  get sp(): bigint {
    return this.get64(CPU_STATE.sp);
  }

  set sp(value: bigint) {
    this.set64(CPU_STATE.sp, value);
  }

  /** V0 to V31 as [low, high] 64-bit halves. */
  v(register: number): [bigint, bigint] {
    const offset = CPU_STATE.v + 16 * register;
    return [this.get64(offset), this.get64(offset + 8)];
  }

  setV(register: number, low: bigint, high: bigint): void {
    const offset = CPU_STATE.v + 16 * register;
    this.set64(offset, low);
    this.set64(offset + 8, high);
  }

  /** PSTATE without NZCV. */
  get pstate(): number {
    return this.lo(CPU_STATE.pstate);
  }

  set pstate(value: number) {
    this.setLo(CPU_STATE.pstate, value);
  }

  get exceptionLevel(): number {
    return (this.lo(CPU_STATE.pstate) >> PSTATE.elShift) & 3;
  }

  /** The condition flags in bits 31 to 28. */
  get nzcv(): number {
    const n = this.hi(CPU_STATE.flagN) < 0 ? 0x8000_0000 : 0;
    const z = (this.lo(CPU_STATE.flagZ) | this.hi(CPU_STATE.flagZ)) === 0 ? 0x4000_0000 : 0;
    const c = this.lo(CPU_STATE.flagC) ? 0x2000_0000 : 0;
    const v = this.hi(CPU_STATE.flagV) < 0 ? 0x1000_0000 : 0;
    return n | z | c | v;
  }

  set nzcv(value: number) {
    this.set(CPU_STATE.flagN, 0, value & 0x8000_0000);
    this.set(CPU_STATE.flagZ, value & 0x4000_0000 ? 0 : 1, 0);
    this.setLo(CPU_STATE.flagC, (value >>> 29) & 1);
    this.set(CPU_STATE.flagV, 0, value << 3);
  }

  /** A system register that parts share by name. */
  system(name: SharedSystemRegister): bigint {
    return this.get64(sharedRegisterOffset(name));
  }

  setSystem(name: SharedSystemRegister, value: bigint): void {
    this.set64(sharedRegisterOffset(name), value);
  }

  /** Raises or lowers an interrupt input: a bit of {@link INTERRUPT_LINE}. */
  setInterruptLine(line: number, level: boolean): void {
    const lines = this.lo(CPU_STATE.interruptLines);
    this.setLo(CPU_STATE.interruptLines, level ? lines | line : lines & ~line);
  }

  clearExclusive(): void {
    this.set(CPU_STATE.exclusiveAddress, -1, -1);
  }
}
