import {
  formatAddress,
  formatBytes,
  highHalf,
  lowHalf,
  type PhysicalMemory,
  type TranslationFeatures,
} from '@armature/core';
import type { HalfControl, TranslationControl } from '../control.ts';
import {
  combineLimits,
  decodeDescriptor,
  describeMemoryType,
  describeRights,
  entryBitsOf,
  type LeafFields,
  memoryAttributes,
  NO_LIMITS,
  SHAREABILITY_NAMES,
  type TableLimits,
} from './descriptor.ts';
import { baseOfHalf, controlOf, type TranslationRegisters } from './registers.ts';

export interface PrintTablesOptions {
  /** Default: both. */
  readonly half?: 'low' | 'high';
  /** Lines after which the rest of a half is left out. Default 500. */
  readonly maxLines?: number;
  /** Tables read after which the rest of a half is left out; tables may loop. Default 20000. */
  readonly maxTables?: number;
  /** Of the CPU model. Default: a Cortex-A72. */
  readonly features?: TranslationFeatures;
}

interface Run {
  readonly va: bigint;
  size: bigint;
  /** Undefined for tables that cannot be read. */
  readonly pa: number | undefined;
  readonly text: string;
  readonly blocks: Map<number, number>;
}

const COLUMN = 18;

/** Prints one half of an address space. */
class HalfPrinter {
  readonly lines: string[] = [];
  private readonly memory: PhysicalMemory;
  private readonly registers: TranslationRegisters;
  private readonly control: TranslationControl;
  private readonly half: HalfControl;
  private readonly maxLines: number;
  private tablesLeft: number;
  private run: Run | undefined;
  private stopped = '';

  constructor(
    memory: PhysicalMemory,
    registers: TranslationRegisters,
    control: TranslationControl,
    half: HalfControl,
    options: PrintTablesOptions,
  ) {
    this.memory = memory;
    this.registers = registers;
    this.control = control;
    this.half = half;
    this.maxLines = options.maxLines ?? 500;
    this.tablesLeft = options.maxTables ?? 20_000;
  }

  print(root: number, base: bigint): void {
    const { startLevel, inputBits, granuleBits } = this.half;
    const entries = 2 ** (inputBits - entryBitsOf(startLevel, granuleBits));
    this.table(root, startLevel, base, entries, NO_LIMITS);
    this.flush();
    if (this.stopped !== '') this.lines.push(`  ... ${this.stopped}`);
    else if (this.lines.length === 0) this.lines.push('  nothing is mapped');
  }

  private table(address: number, level: number, va: bigint, entries: number, limits: TableLimits): void {
    const bits = entryBitsOf(level, this.half.granuleBits);
    const span = 1n << BigInt(bits);
    if (!this.memory.contains(address, entries * 8)) {
      const size = span * BigInt(entries);
      this.add(
        va,
        size,
        undefined,
        `level ${level} table at ${formatAddress(address)} is not in memory`,
        bits,
      );
      return;
    }
    if (this.tablesLeft-- <= 0) {
      this.stopped = 'more tables than are shown; they may loop';
      return;
    }
    for (let index = 0; index < entries && this.stopped === ''; index++) {
      const descriptor = this.memory.readU64(address + 8 * index);
      const decoded = decodeDescriptor(
        lowHalf(descriptor),
        highHalf(descriptor),
        level,
        this.half.granuleBits,
      );
      const at = va + span * BigInt(index);
      const { target, leaf } = decoded;
      if (target === undefined) continue;
      if (target >= 2 ** this.control.outputBits) {
        this.add(at, span, undefined, `${decoded.kind} beyond the physical address size`, bits);
      } else if (leaf !== undefined) {
        this.add(at, span, target, this.leafText(leaf, limits), bits);
      } else {
        const below = combineLimits(limits, decoded.limits ?? NO_LIMITS);
        this.table(target, level + 1, at, 2 ** (this.half.granuleBits - 3), below);
      }
    }
  }

  private leafText(leaf: LeafFields, limits: TableLimits): string {
    const parts = [
      describeRights(leaf, limits, this.control.writableImpliesNoExecute),
      describeMemoryType(memoryAttributes(this.registers.MAIR_EL1, leaf.attrIndex)),
      SHAREABILITY_NAMES[leaf.shareability],
      leaf.global ? 'global' : 'not global',
    ];
    if (leaf.contiguous) parts.push('contiguous');
    if (!leaf.accessFlag) parts.push('access flag clear');
    return parts.join(', ');
  }

  private add(va: bigint, size: bigint, pa: number | undefined, text: string, bits: number): void {
    const { run } = this;
    const joins =
      run !== undefined &&
      run.text === text &&
      run.va + run.size === va &&
      (pa === undefined ? run.pa === undefined : run.pa !== undefined && run.pa + Number(run.size) === pa);
    if (joins) {
      run.size += size;
      run.blocks.set(bits, (run.blocks.get(bits) ?? 0) + 1);
      return;
    }
    this.flush();
    this.run = { va, size, pa, text, blocks: new Map([[bits, 1]]) };
  }

  private flush(): void {
    const { run } = this;
    if (run === undefined || this.stopped !== '') return;
    if (this.lines.length >= this.maxLines) {
      this.stopped = `more than ${this.maxLines} lines`;
      return;
    }
    const last = run.va + run.size - 1n;
    const where = `${address64(run.va)} - ${address64(last)}`;
    const blocks = [...run.blocks].map(([bits, count]) => `${count} x ${formatBytes(2 ** bits)}`).join(' + ');
    const mapped = run.pa === undefined ? '' : `-> ${formatAddress(run.pa).padEnd(COLUMN)} `;
    this.lines.push(`  ${where} ${mapped}${run.text}${run.pa === undefined ? '' : ` (${blocks})`}`);
    this.run = undefined;
  }
}

function address64(value: bigint): string {
  const digits = value.toString(16).padStart(16, '0');
  return `0x${digits.replace(/(?!^)(?=(?:.{4})+$)/g, '_')}`;
}

function headline(
  name: 'TTBR0_EL1' | 'TTBR1_EL1',
  root: number,
  half: HalfControl,
  control: TranslationControl,
  ttbr: bigint,
): string {
  const asid = Number(ttbr >> 48n) & control.asidMask;
  const givesAsid = control.asidFromTtbr1 === (name === 'TTBR1_EL1');
  const parts = [
    `${name}: tables at ${formatAddress(root)}`,
    `${half.inputBits}-bit addresses from level ${half.startLevel}`,
    `${formatBytes(2 ** half.granuleBits)} granule`,
  ];
  if (givesAsid) parts.push(`ASID ${asid}`);
  if (half.walkDisabled) parts.push('walks disabled (EPD)');
  if (!half.sizeValid) parts.push('size out of range: every address faults');
  if (!control.enabled) parts.push('MMU off');
  return parts.join(', ');
}

/**
 * What translation tables map, as text: one line per run of equal mappings. It changes nothing and ends on any
 * tables, also on those that loop or lead out of memory.
 *
 * @example
 * console.log(printTables(memory, translationRegisters(cpu)));
 */
export function printTables(
  memory: PhysicalMemory,
  registers: TranslationRegisters,
  options: PrintTablesOptions = {},
): string {
  const control = controlOf(registers, options.features ?? {});
  const lines: string[] = [];
  for (const name of ['TTBR0_EL1', 'TTBR1_EL1'] as const) {
    const side = name === 'TTBR0_EL1' ? 'low' : 'high';
    if (options.half !== undefined && options.half !== side) continue;
    const half = control[side];
    const ttbr = registers[name];
    const entries = half.inputBits - entryBitsOf(half.startLevel, half.granuleBits);
    const root = Number(ttbr & 0xffff_ffff_fffen & ~((8n << BigInt(entries)) - 1n));
    lines.push(headline(name, root, half, control, ttbr));
    const printer = new HalfPrinter(memory, registers, control, half, options);
    printer.print(root, baseOfHalf(side, half));
    lines.push(...printer.lines);
  }
  return `${lines.join('\n')}\n`;
}
