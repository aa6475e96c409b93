import {
  ACCESS,
  type Access,
  type AddressTranslator,
  CPU_BLOCK,
  CpuState,
  highHalf,
  lowHalf,
  PhysicalMemory,
  PSTATE,
  type SystemRegisterDefinition,
  type TranslationFeatures,
} from '@armature/core';
import { createTranslation, type VmsaTranslation } from '../src/index.ts';

export const RAM_BASE = 0x4000_0000;
export const RAM_SIZE = 0x40_0000;

/** TCR_EL1: 48-bit halves, 4 KiB granules, 48-bit output (capped by the CPU's), 16-bit ASIDs. */
export const TCR_48 = 16n | (16n << 16n) | (2n << 30n) | (5n << 32n) | (1n << 36n);

/** SCTLR_EL1 bits. */
export const M = 1n;
export const WXN = 1n << 19n;

/** Descriptor bits. */
export const D = {
  valid: 1n,
  table: 3n,
  page: 3n,
  block: 1n,
  attr: (index: number): bigint => BigInt(index) << 2n,
  el0: 1n << 6n,
  readOnly: 1n << 7n,
  outer: 2n << 8n,
  inner: 3n << 8n,
  AF: 1n << 10n,
  nG: 1n << 11n,
  contiguous: 1n << 52n,
  PXN: 1n << 53n,
  UXN: 1n << 54n,
  PXNTable: 1n << 59n,
  UXNTable: 1n << 60n,
  noEl0Table: 1n << 61n,
  readOnlyTable: 1n << 62n,
} as const;

/** A CPU, 4 MiB of RAM, and tables written by hand. */
export class Bench {
  readonly memory: PhysicalMemory;
  readonly cpu: CpuState;
  readonly translation: VmsaTranslation;
  readonly translator: AddressTranslator;
  private nextTable = RAM_BASE + 0x10_0000;

  constructor(features: TranslationFeatures = {}, cpus = 1) {
    const guest = Math.ceil((4096 + cpus * CPU_BLOCK.size) / 65536) * 65536;
    const memory = new WebAssembly.Memory({ initial: (guest + RAM_SIZE) / 65536 });
    this.memory = new PhysicalMemory(memory, [
      { name: 'ram', base: RAM_BASE, size: RAM_SIZE, kind: 'ram', hostOffset: guest },
    ]);
    this.cpu = new CpuState(memory, 4096);
    this.cpu.pstate = (1 << PSTATE.elShift) | PSTATE.SP;
    this.translation = createTranslation({ tlbEntries: 64 });
    this.translator = this.translation.createTranslator(this.cpu, this.memory, features);
  }

  /** Turns translation on with both TTBRs at fresh tables. */
  enable(options: { tcr?: bigint; sctlr?: bigint; ttbr0?: bigint; ttbr1?: bigint; mair?: bigint } = {}) {
    this.set('TCR_EL1', options.tcr ?? TCR_48);
    this.set('MAIR_EL1', options.mair ?? 0x44_bb_0c_08_04_00_44_ffn);
    this.set('TTBR0_EL1', options.ttbr0 ?? BigInt(this.table()));
    this.set('TTBR1_EL1', options.ttbr1 ?? BigInt(this.table()));
    this.set('SCTLR_EL1', options.sctlr ?? M);
  }

  /** Address of a zeroed table. */
  table(bytes = 4096): number {
    this.nextTable = Math.ceil(this.nextTable / bytes) * bytes;
    const address = this.nextTable;
    this.nextTable += bytes;
    return address;
  }

  root(half: 0 | 1 = 0): number {
    return Number(this.cpu.system(half === 0 ? 'TTBR0_EL1' : 'TTBR1_EL1') & 0xffff_ffff_fffen);
  }

  /** Writes a descriptor; makes tables down to `level` from a level 0 root, with attributes on the way. */
  leaf(va: bigint, level: number, descriptor: bigint, onTables: readonly bigint[] = []): number {
    let table = this.root((va >> 55n) & 1n ? 1 : 0);
    for (let at = 0; at < level; at++) {
      const address = table + 8 * Number((va >> BigInt(39 - 9 * at)) & 511n);
      if ((this.memory.readU64(address) & 1n) === 0n) {
        this.memory.writeU64(address, BigInt(this.table()) | D.table | (onTables[at] ?? 0n));
      }
      table = Number(this.memory.readU64(address) & 0xffff_ffff_f000n);
    }
    const address = table + 8 * Number((va >> BigInt(39 - 9 * level)) & 511n);
    this.memory.writeU64(address, descriptor);
    return address;
  }

  page(va: bigint, pa: number, flags = 0n, onTables: readonly bigint[] = []): number {
    return this.leaf(va, 3, BigInt(pa) | D.page | D.AF | flags, onTables);
  }

  definition(name: string): SystemRegisterDefinition {
    const found = this.translator.registers.find((register) => register.name === name);
    if (found === undefined) throw new Error(`no register ${name}`);
    return found;
  }

  /** MSR. */
  set(name: string, value: bigint, cpu = this.cpu): void {
    const { write, writeMask = -1n } = this.definition(name);
    if (write === undefined) cpu.setSystem(name as 'PAR_EL1', value & writeMask);
    else write(cpu, lowHalf(value & writeMask), highHalf(value & writeMask));
  }

  /** TLBI or AT. */
  operate(name: string, value: bigint, cpu = this.cpu): { faultStatus: number } | undefined {
    return this.definition(name).operate?.(cpu, lowHalf(value), highHalf(value));
  }

  translate(va: bigint, access: Access = ACCESS.read, privileged = true): number | string {
    return outcome(this.translator, va, access, privileged);
  }
}

/** The physical address, or the fault status in binary. */
export function outcome(
  translator: AddressTranslator,
  va: bigint,
  access: Access = ACCESS.read,
  privileged = true,
): number | string {
  return translator.translate(lowHalf(va), highHalf(va), access, privileged)
    ? translator.result.physicalAddress
    : `0b${translator.result.faultStatus.toString(2).padStart(6, '0')}`;
}

/** The rights found by trying: `rwx` at EL1, then at EL0. */
export function rights(bench: Bench, va: bigint): string {
  const at = (privileged: boolean): string =>
    (['read', 'write', 'execute'] as const)
      .map((access, index) =>
        typeof bench.translate(va, ACCESS[access], privileged) === 'number' ? 'rwx'[index] : '-',
      )
      .join('');
  return `${at(true)} ${at(false)}`;
}
