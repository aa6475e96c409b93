/**
 * AT_HWCAP and AT_HWCAP2 from the identification registers of the CPU, and those registers as programs may read
 * them: Linux emulates the reads, which trap.
 *
 * @spec Linux, Documentation/arch/arm64/elf_hwcaps.rst; cpu-feature-registers.rst
 */
import { CPU_STATE, type CpuState, type SystemRegisters } from '@armature/core';

const PFR0 = 'ID_AA64PFR0_EL1';
const PFR1 = 'ID_AA64PFR1_EL1';
const ISAR0 = 'ID_AA64ISAR0_EL1';
const ISAR1 = 'ID_AA64ISAR1_EL1';
const MMFR2 = 'ID_AA64MMFR2_EL1';

/** Capability bit, register, lowest bit of the field, least value. */
type Row = readonly [bit: number, register: string, shift: number, least: number];

const HWCAP: readonly Row[] = [
  [3, ISAR0, 4, 1],
  [4, ISAR0, 4, 2],
  [5, ISAR0, 8, 1],
  [6, ISAR0, 12, 1],
  [7, ISAR0, 16, 1],
  [8, ISAR0, 20, 2],
  [12, ISAR0, 28, 1],
  [13, ISAR1, 12, 1],
  [14, ISAR1, 16, 1],
  [15, ISAR1, 20, 1],
  [16, ISAR1, 0, 1],
  [17, ISAR0, 32, 1],
  [18, ISAR0, 36, 1],
  [19, ISAR0, 40, 1],
  [20, ISAR0, 44, 1],
  [21, ISAR0, 12, 2],
  [23, ISAR0, 48, 1],
  [24, PFR0, 48, 1],
  [25, MMFR2, 32, 1],
  [26, ISAR1, 20, 2],
  [27, ISAR0, 52, 1],
  [28, PFR1, 4, 2],
  [29, ISAR1, 36, 1],
];

const HWCAP2: readonly Row[] = [
  [0, ISAR1, 0, 2],
  [7, ISAR0, 52, 2],
  [8, ISAR1, 32, 1],
  [13, ISAR1, 52, 1],
  [14, ISAR1, 44, 1],
  [15, ISAR1, 48, 1],
  [16, ISAR0, 60, 1],
];

const HWCAP_FP = 1n << 0n;
const HWCAP_ASIMD = 1n << 1n;
const HWCAP_FPHP = 1n << 9n;
const HWCAP_ASIMDHP = 1n << 10n;
const HWCAP_CPUID = 1n << 11n;

export class Identification {
  private readonly registers: SystemRegisters;
  private readonly cpu: CpuState;

  constructor(registers: SystemRegisters, cpu: CpuState) {
    this.registers = registers;
    this.cpu = cpu;
  }

  /** AT_HWCAP and AT_HWCAP2. */
  capabilities(): readonly [bigint, bigint] {
    const floating = this.signedField(PFR0, 16);
    const simd = this.signedField(PFR0, 20);
    const first =
      (floating >= 0 ? HWCAP_FP : 0n) |
      (simd >= 0 ? HWCAP_ASIMD : 0n) |
      (floating >= 1 ? HWCAP_FPHP : 0n) |
      (simd >= 1 ? HWCAP_ASIMDHP : 0n) |
      HWCAP_CPUID;
    return [first | this.bits(HWCAP), this.bits(HWCAP2)];
  }

  /** Value of a register that EL0 reads by MRS, or undefined when Linux does not show it. */
  emulatedRead(word: number): bigint | undefined {
    // MRS Xt, S3_0_C0_Cm_op2
    if ((word & 0xffff_f000) >>> 0 !== 0xd538_0000) return undefined;
    const key = (word >>> 5) & 0xffff;
    const crm = (key >> 3) & 15;
    const op2 = key & 7;
    if (crm === 0 && op2 !== 0 && op2 !== 5 && op2 !== 6) return undefined;
    if (crm > 0 && crm < 4) return undefined;
    const register = this.registers.lookup(key);
    // An encoding of the identification space that has no register reads as zero.
    return register === undefined ? 0n : this.visible(register.name, this.valueOf(register.name));
  }

  /** Features that programs must not see: pointer authentication is off, and guarded pages are not made. */
  private visible(name: string, value: bigint): bigint {
    if (name === ISAR1) return value & ~0xff00_0ff0n;
    if (name === PFR1) return value & ~0xf0fn;
    return value;
  }

  private bits(rows: readonly Row[]): bigint {
    let bits = 0n;
    for (const [bit, register, shift, least] of rows) {
      if (Number((this.valueOf(register) >> BigInt(shift)) & 15n) >= least) bits |= 1n << BigInt(bit);
    }
    return bits;
  }

  private signedField(register: string, shift: number): number {
    return Number(BigInt.asIntN(4, this.valueOf(register) >> BigInt(shift)));
  }

  private valueOf(name: string): bigint {
    const register = this.registers.byName(name);
    if (register === undefined) return 0n;
    if (register.read === undefined) return this.cpu.get64(register.offset);
    register.read(this.cpu);
    return this.cpu.get64(CPU_STATE.transfer);
  }
}
