import { CPU_STATE, type CpuState, type SystemRegisters, sharedRegisterOffset } from '@armature/core';
import { type CodeAlgorithm, FastHash, qarma5 } from './algorithm.ts';
import { KEY, type Key, OPERATION } from './operation.ts';

const SCTLR_EL1 = sharedRegisterOffset('SCTLR_EL1');
const TCR_EL1 = sharedRegisterOffset('TCR_EL1');
const ELR_EL1 = sharedRegisterOffset('ELR_EL1');

/** Registers with the low half of each key, by key; the high half's name has Hi for Lo. */
const KEY_REGISTERS: Readonly<Record<Key, string>> = {
  [KEY.IA]: 'APIAKeyLo_EL1',
  [KEY.IB]: 'APIBKeyLo_EL1',
  [KEY.DA]: 'APDAKeyLo_EL1',
  [KEY.DB]: 'APDBKeyLo_EL1',
  [KEY.GA]: 'APGAKeyLo_EL1',
};

/** EnIA, EnIB, EnDA and EnDB of SCTLR_EL1, by key. Generic codes are always computed. */
const ENABLES: Readonly<Record<Key, number>> = {
  [KEY.IA]: 1 << 31,
  [KEY.IB]: 1 << 30,
  [KEY.DA]: 1 << 27,
  [KEY.DB]: 1 << 13,
  [KEY.GA]: -1,
};

/** In the high half of TCR_EL1. */
const TBI0_HIGH = 1 << 5;
const TBI1_HIGH = 1 << 6;
const TBID0_HIGH = 1 << 19;
const TBID1_HIGH = 1 << 20;

/** Bit 55, in a high half: which half of the address space a pointer is in. */
const BIT_55_HIGH = 1 << 23;

/** TCR_EL1.TnSZ beyond this range counts as its nearest end. */
const SMALLEST_SIZE = 16;
const LARGEST_SIZE = 39;

/** ID_AA64ISAR1_EL1.APA: codes of addresses are QARMA5's. */
const ISAR1_APA = 0xf << 4;

/**
 * Signs and authenticates pointers: takes a pointer and a modifier from `transfer` of the state block and leaves
 * the result there. The algorithm is the one that ID_AA64ISAR1_EL1 tells of.
 *
 * @spec DDI 0487, shared/functions/pac, AddPAC; Auth; Strip
 */
export class PointerAuthenticationUnit {
  private readonly cpu: CpuState;
  private readonly registers: SystemRegisters;
  private readonly keyOffsets: Partial<Record<Key, readonly [lo: number, hi: number]>> = {};
  private chosen: CodeAlgorithm | undefined;
  /** The bits of a pointer that hold a code, with bit 55: what a sign extension would fill. */
  private maskLo = 0;
  private maskHi = 0;

  constructor(cpu: CpuState, registers: SystemRegisters) {
    this.cpu = cpu;
    this.registers = registers;
  }

  /** Runs an operation of {@link OPERATION} with a key in its low bits. Always 0: nothing here can fault. */
  run(operation: number): number {
    const key = (operation & 7) as Key;
    const isData = key === KEY.DA || key === KEY.DB;
    switch (operation & ~7) {
      case OPERATION.sign:
        if (this.enabled(key)) this.sign(key, isData);
        break;
      case OPERATION.authenticate:
        if (this.enabled(key)) this.authenticate(key, isData);
        break;
      case OPERATION.strip:
        this.strip(isData);
        break;
      default:
        this.computeGeneric();
    }
    return 0;
  }

  /** Runs an exception return to ELR_EL1 authenticated with SP; the register itself keeps its value. */
  withAuthenticatedReturn(key: Key, exceptionReturn: () => number): number {
    const { cpu } = this;
    const lo = cpu.lo(ELR_EL1);
    const hi = cpu.hi(ELR_EL1);
    cpu.set(CPU_STATE.transfer, lo, hi);
    cpu.set(CPU_STATE.transfer + 8, cpu.lo(CPU_STATE.sp), cpu.hi(CPU_STATE.sp));
    this.run(OPERATION.authenticate | key);
    cpu.set(ELR_EL1, cpu.lo(CPU_STATE.transfer), cpu.hi(CPU_STATE.transfer));
    const status = exceptionReturn();
    cpu.set(ELR_EL1, lo, hi);
    return status;
  }

  private enabled(key: Key): boolean {
    return (this.cpu.lo(SCTLR_EL1) & ENABLES[key]) !== 0;
  }

  private sign(key: Key, isData: boolean): void {
    const { cpu } = this;
    const lo = cpu.lo(CPU_STATE.transfer);
    const hi = cpu.hi(CPU_STATE.transfer);
    const tcr = cpu.hi(TCR_EL1);
    const either = ignoresTopByte(tcr, false, isData) || ignoresTopByte(tcr, true, isData);
    const upper = (either ? hi & BIT_55_HIGH : hi & (1 << 31)) !== 0;
    const tagged = ignoresTopByte(tcr, (hi & BIT_55_HIGH) !== 0, isData);
    this.setMask(upper, tagged);
    const { maskLo, maskHi } = this;
    const algorithm = this.compute(key, extended(lo, maskLo, upper), extended(hi, maskHi, upper));
    let codeHi = algorithm.hi;
    const canonical =
      ((lo & maskLo) === 0 && (hi & maskHi) === 0) || ((lo & maskLo) === maskLo && (hi & maskHi) === maskHi);
    // A pointer that was none gets a wrong code: its authentication will fail.
    if (!canonical) codeHi ^= tagged ? 1 << 22 : 1 << 30;
    cpu.set(
      CPU_STATE.transfer,
      (lo & ~maskLo) | (algorithm.lo & maskLo),
      (hi & ~maskHi) | (codeHi & maskHi & ~BIT_55_HIGH) | (upper ? BIT_55_HIGH : 0),
    );
  }

  private authenticate(key: Key, isData: boolean): void {
    const { cpu } = this;
    const lo = cpu.lo(CPU_STATE.transfer);
    const hi = cpu.hi(CPU_STATE.transfer);
    const upper = (hi & BIT_55_HIGH) !== 0;
    const tagged = ignoresTopByte(cpu.hi(TCR_EL1), upper, isData);
    this.setMask(upper, tagged);
    const { maskLo, maskHi } = this;
    const originalLo = extended(lo, maskLo, upper);
    const originalHi = extended(hi, maskHi, upper);
    const algorithm = this.compute(key, originalLo, originalHi);
    const matches =
      ((algorithm.lo ^ lo) & maskLo) === 0 && ((algorithm.hi ^ hi) & maskHi & ~BIT_55_HIGH) === 0;
    // An error code in two bits makes the pointer one that no address is translated from.
    const errorCode = key === KEY.IB || key === KEY.DB ? 0b10 : 0b01;
    const errorShift = tagged ? 53 - 32 : 61 - 32;
    const errorHi = (originalHi & ~(0b11 << errorShift)) | (errorCode << errorShift);
    cpu.set(CPU_STATE.transfer, originalLo, matches ? originalHi : errorHi);
  }

  private strip(isData: boolean): void {
    const { cpu } = this;
    const lo = cpu.lo(CPU_STATE.transfer);
    const hi = cpu.hi(CPU_STATE.transfer);
    const upper = (hi & BIT_55_HIGH) !== 0;
    this.setMask(upper, ignoresTopByte(cpu.hi(TCR_EL1), upper, isData));
    cpu.set(CPU_STATE.transfer, extended(lo, this.maskLo, upper), extended(hi, this.maskHi, upper));
  }

  /** PACGA: the high half of a code of all 64 bits. */
  private computeGeneric(): void {
    const { cpu } = this;
    const algorithm = this.compute(KEY.GA, cpu.lo(CPU_STATE.transfer), cpu.hi(CPU_STATE.transfer));
    cpu.set(CPU_STATE.transfer, 0, algorithm.hi);
  }

  private compute(key: Key, lo: number, hi: number): CodeAlgorithm {
    const { cpu } = this;
    const algorithm = this.algorithm;
    const [keyLo, keyHi] = this.keyOffset(key);
    const modifier = CPU_STATE.transfer + 8;
    algorithm.compute(
      lo,
      hi,
      cpu.lo(modifier),
      cpu.hi(modifier),
      cpu.lo(keyHi),
      cpu.hi(keyHi),
      cpu.lo(keyLo),
      cpu.hi(keyLo),
    );
    return algorithm;
  }

  private get algorithm(): CodeAlgorithm {
    if (this.chosen === undefined) {
      const isar1 = this.registers.byName('ID_AA64ISAR1_EL1');
      const isQarma5 = isar1 !== undefined && (this.cpu.lo(isar1.offset) & ISAR1_APA) !== 0;
      this.chosen = isQarma5 ? qarma5() : new FastHash();
    }
    return this.chosen;
  }

  private keyOffset(key: Key): readonly [lo: number, hi: number] {
    let offsets = this.keyOffsets[key];
    if (offsets === undefined) {
      const name = KEY_REGISTERS[key];
      const lo = this.registers.byName(name);
      const hi = this.registers.byName(name.replace('Lo', 'Hi'));
      if (lo === undefined || hi === undefined) throw new Error(`pointer authentication without ${name}`);
      offsets = [lo.offset, hi.offset];
      this.keyOffsets[key] = offsets;
    }
    return offsets;
  }

  /** The bits from the first one above the addresses of a half of the address space to bit 55 or 63. */
  private setMask(upper: boolean, tagged: boolean): void {
    const tcr = this.cpu.lo(TCR_EL1);
    const size = (upper ? tcr >>> 16 : tcr) & 0x3f;
    const bottom = 64 - Math.min(Math.max(size, SMALLEST_SIZE), LARGEST_SIZE);
    const top = tagged ? 0x00ff_ffff : -1;
    this.maskLo = bottom < 32 ? -1 << bottom : 0;
    this.maskHi = bottom < 32 ? top : (-1 << (bottom - 32)) & top;
  }
}

/** `EffectiveTBI`, from the high half of TCR_EL1. */
function ignoresTopByte(tcrHi: number, upper: boolean, isData: boolean): boolean {
  if ((tcrHi & (upper ? TBI1_HIGH : TBI0_HIGH)) === 0) return false;
  return isData || (tcrHi & (upper ? TBID1_HIGH : TBID0_HIGH)) === 0;
}

const extended = (half: number, mask: number, ones: boolean): number => (ones ? half | mask : half & ~mask);
