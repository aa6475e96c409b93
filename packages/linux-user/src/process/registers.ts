import { CPU_STATE, type CpuState, PSTATE, sharedRegisterOffset } from '@armature/core';

const X_WORDS = 62;
const V_WORDS = 128;
/** Words of a saved context: X0 to X30, SP, pc, PSTATE, V0 to V31, FPCR, FPSR, TPIDR_EL0. */
const AT = { x: 0, sp: 62, pc: 64, pstate: 66, v: 68, fpcr: 196, fpsr: 197, tpidr: 198 } as const;
const WORDS = 200;

const ELR = sharedRegisterOffset('ELR_EL1');
const SPSR = sharedRegisterOffset('SPSR_EL1');
const SP_EL0 = sharedRegisterOffset('SP_EL0');
const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');
const TPIDR = sharedRegisterOffset('TPIDR_EL0');

/** PSTATE bits that a program's state may have: NZCV, BTYPE, SSBS, DIT. */
const USER_PSTATE = 0xf000_0000 | PSTATE.BTYPE | PSTATE.SSBS | PSTATE.DIT;

/** A thread's registers while another thread has the CPU. */
export class Registers {
  readonly words = new Int32Array(WORDS);

  /** Takes the registers of the thread whose exception the CPU is handling at EL1. */
  save(cpu: CpuState, memory: Int32Array): void {
    const base = cpu.base >> 2;
    const { words } = this;
    words.set(memory.subarray(base + (CPU_STATE.x >> 2), base + (CPU_STATE.x >> 2) + X_WORDS), AT.x);
    words.set(memory.subarray(base + (CPU_STATE.v >> 2), base + (CPU_STATE.v >> 2) + V_WORDS), AT.v);
    this.setPair(AT.sp, cpu.lo(SP_EL0), cpu.hi(SP_EL0));
    this.setPair(AT.pc, cpu.lo(ELR), cpu.hi(ELR));
    words[AT.pstate] = cpu.lo(SPSR);
    words[AT.fpcr] = cpu.lo(FPCR);
    words[AT.fpsr] = cpu.lo(FPSR);
    this.setPair(AT.tpidr, cpu.lo(TPIDR), cpu.hi(TPIDR));
  }

  /** Gives the CPU, which is at EL1, the registers to return to EL0 with. */
  load(cpu: CpuState, memory: Int32Array): void {
    const base = cpu.base >> 2;
    const { words } = this;
    memory.set(words.subarray(AT.x, AT.x + X_WORDS), base + (CPU_STATE.x >> 2));
    memory.set(words.subarray(AT.v, AT.v + V_WORDS), base + (CPU_STATE.v >> 2));
    cpu.set(SP_EL0, words[AT.sp], words[AT.sp + 1]);
    cpu.set(ELR, words[AT.pc], words[AT.pc + 1]);
    cpu.set(SPSR, words[AT.pstate] & USER_PSTATE, 0);
    cpu.set(FPCR, words[AT.fpcr], 0);
    cpu.set(FPSR, words[AT.fpsr], 0);
    cpu.set(TPIDR, words[AT.tpidr], words[AT.tpidr + 1]);
    cpu.clearExclusive();
  }

  copyFrom(other: Registers): void {
    this.words.set(other.words);
  }

  /** Everything zero: the state in which a program starts. */
  clear(): void {
    this.words.fill(0);
  }

  x(register: number): bigint {
    return this.pair(AT.x + 2 * register);
  }

  setX(register: number, value: bigint | number): void {
    this.setWide(AT.x + 2 * register, value);
  }

  get sp(): bigint {
    return this.pair(AT.sp);
  }

  set sp(value: bigint | number) {
    this.setWide(AT.sp, value);
  }

  get pc(): bigint {
    return this.pair(AT.pc);
  }

  set pc(value: bigint | number) {
    this.setWide(AT.pc, value);
  }

  get pstate(): number {
    return this.words[AT.pstate] & USER_PSTATE;
  }

  set pstate(value: number) {
    this.words[AT.pstate] = value & USER_PSTATE;
  }

  get fpcr(): number {
    return this.words[AT.fpcr];
  }

  set fpcr(value: number) {
    this.words[AT.fpcr] = value;
  }

  get fpsr(): number {
    return this.words[AT.fpsr];
  }

  set fpsr(value: number) {
    this.words[AT.fpsr] = value;
  }

  set threadPointer(value: bigint | number) {
    this.setWide(AT.tpidr, value);
  }

  /** V0 to V31 as bytes, in place. */
  get vectors(): Uint8Array {
    return new Uint8Array(this.words.buffer, AT.v * 4, V_WORDS * 4);
  }

  private pair(at: number): bigint {
    return (BigInt(this.words[at + 1] >>> 0) << 32n) | BigInt(this.words[at] >>> 0);
  }

  private setPair(at: number, lo: number, hi: number): void {
    this.words[at] = lo;
    this.words[at + 1] = hi;
  }

  private setWide(at: number, value: bigint | number): void {
    const wide = BigInt.asUintN(64, BigInt(value));
    this.setPair(at, Number(wide & 0xffff_ffffn) | 0, Number(wide >> 32n) | 0);
  }
}
