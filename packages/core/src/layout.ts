/**
 * The one schema of machine memory.
 *
 * All guest-visible state that hot code touches lives in one WebAssembly.Memory:
 *
 *     0            null guard (nothing valid lives at offset 0)
 *     active state the state block that compiled code works on, where there are several CPUs
 *     CPU blocks   one per CPU: state block, then its soft TLBs
 *     code arena   predecoded instruction records, shared by all CPUs
 *     RAM and ROM  the guest's physical memory, region by region
 *
 * Offsets below are relative to a CPU block. Nobody writes an offset by hand.
 */

type FieldType = 'i32' | 'i64' | 'v128';

interface FieldSpec {
  readonly type: FieldType;
  readonly count: number;
}

const i32 = (count = 1): FieldSpec => ({ type: 'i32', count });
const i64 = (count = 1): FieldSpec => ({ type: 'i64', count });
const v128 = (count = 1): FieldSpec => ({ type: 'v128', count });

const WIDTH: Readonly<Record<FieldType, number>> = { i32: 4, i64: 8, v128: 16 };

function layOut<const Spec extends Record<string, FieldSpec>>(
  spec: Spec,
): { readonly offset: { readonly [Name in keyof Spec]: number }; readonly size: number } {
  const offset: Record<string, number> = {};
  let cursor = 0;
  for (const [name, { type, count }] of Object.entries(spec)) {
    const width = WIDTH[type];
    cursor = Math.ceil(cursor / width) * width;
    offset[name] = cursor;
    cursor += width * count;
  }
  return { offset: offset as { [Name in keyof Spec]: number }, size: Math.ceil(cursor / 4096) * 4096 };
}

/** System registers that engines, translators and exception models share by name; parts may add more. */
export const SHARED_SYSTEM_REGISTERS = [
  'SCTLR_EL1',
  'TCR_EL1',
  'TTBR0_EL1',
  'TTBR1_EL1',
  'MAIR_EL1',
  'CONTEXTIDR_EL1',
  'VBAR_EL1',
  'ESR_EL1',
  'FAR_EL1',
  'ELR_EL1',
  'SPSR_EL1',
  'PAR_EL1',
  'CPACR_EL1',
  'SP_EL0',
  'SP_EL1',
  'SP_EL2',
  'SP_EL3',
  'TPIDR_EL0',
  'TPIDRRO_EL0',
  'TPIDR_EL1',
  'SCTLR_EL2',
  'HCR_EL2',
  'VBAR_EL2',
  'ESR_EL2',
  'FAR_EL2',
  'ELR_EL2',
  'SPSR_EL2',
  'SCR_EL3',
  'SCTLR_EL3',
  'VBAR_EL3',
  'ESR_EL3',
  'FAR_EL3',
  'ELR_EL3',
  'SPSR_EL3',
  'MDSCR_EL1',
  'CNTKCTL_EL1',
  'CSSELR_EL1',
  'OSLSR_EL1',
  'FPCR',
  'FPSR',
] as const;

export type SharedSystemRegister = (typeof SHARED_SYSTEM_REGISTERS)[number];

/** 64-bit slots for system registers in a CPU's state block; the shared ones come first. */
export const SYSTEM_SLOT_COUNT = 448;

const cpuState = layOut({
  /** X0 to X30. */
  x: i64(31),
  /** The current stack pointer; the banked ones are in the system slots. Register slot 31. */
  sp: i64(),
  /** Always zero: XZR as a source. Register slot 32. */
  zero: i64(),
  /** Written, never read: XZR as a destination. Register slot 33. */
  sink: i64(),
  /** Address of the next instruction. Valid outside compiled code only. */
  pc: i64(),
  /** N is the sign bit of this value. */
  flagN: i64(),
  /** Z is set when this value is zero. */
  flagZ: i64(),
  /** V is the sign bit of this value. */
  flagV: i64(),
  /** C, 0 or 1. */
  flagC: i32(),
  /** PSTATE without NZCV, each field at its SPSR_ELx position. */
  pstate: i32(),
  /** Local exclusive monitor: virtual address, or all ones when clear. */
  exclusiveAddress: i64(),
  /** Values seen by the load that set the monitor. */
  exclusiveValue: i64(2),
  /** Bytes covered by the monitor. */
  exclusiveSize: i32(),
  /** Levels of the interrupt inputs: bit 0 IRQ, bit 1 FIQ, bit 2 SError. */
  interruptLines: i32(),
  /** Values passed between compiled code and its helpers. */
  transfer: i64(8),
  /** A synchronous exception found by a helper: its ESR value, and FAR when `faultHasAddress`. */
  faultSyndrome: i32(),
  faultHasAddress: i32(),
  faultAddress: i64(),
  /** The record being executed, written before a helper that may need the pc is called. */
  record: i32(),
  /** The soft TLB in use for data, and the one for unprivileged accesses. */
  dataTlb: i32(),
  unprivilegedTlb: i32(),
  fetchTlb: i32(),
  /** 1 where SIMD and floating-point instructions trap (CPACR_EL1.FPEN). */
  floatingPointDisabled: i32(),
  /** How far FPCR and FPSR allow the host's floating-point arithmetic, as bits; 0 is never. */
  hostArithmetic: i32(),
  /** 15 where the stack pointer must be 16-byte aligned for memory accesses (SCTLR_ELx.SA), else 0. */
  spAlignmentMask: i32(),
  /** pc = codeBias + record / 4. */
  codeBias: i64(),
  /** Added to a record pointer it gives 16 times (instructions run - limit). */
  countBias: i32(),
  v: v128(32),
  system: i64(SYSTEM_SLOT_COUNT),
  /** Remainders of the byte values for CRC32, then for CRC32C; constants, the same for every CPU. */
  crcTables: i32(512),
});

/** Byte offsets in a CPU's state block. */
export const CPU_STATE = cpuState.offset;
/** Bytes of a CPU's state block. */
export const CPU_STATE_SIZE = cpuState.size;
/** Bytes of it that are the CPU's own; constants follow. */
export const CPU_STATE_OWN_SIZE = cpuState.offset.crcTables;

/** Byte offset, in a CPU's state block, of a system register that parts share by name. */
export function sharedRegisterOffset(name: SharedSystemRegister): number {
  return CPU_STATE.system + 8 * SHARED_SYSTEM_REGISTERS.indexOf(name);
}

/** Register slots of the state block as instruction operands name them. */
export const REGISTER_SLOT = { sp: 31, zero: 32, sink: 33 } as const;

/**
 * A soft TLB maps guest virtual pages to offsets in machine memory. Direct-mapped by the low bits of the page
 * number. An entry's tags hold the page's virtual address; their low bits tell a slow access what it needs.
 */
export const SOFT_TLB = {
  entryCount: 1024,
  entrySize: 32,
  /** i64: page address | flags when readable, else {@link SOFT_TLB.emptyTag}. */
  readTag: 0,
  /** i64: page address | flags when writable. */
  writeTag: 8,
  /** i32: added to the low half of the virtual address gives the offset in machine memory. */
  addend: 16,
  /** i32: first record of the page's predecoded code, 0 when it has none. */
  codePage: 20,
  /** Tag bit 0: only aligned accesses may use the entry (Device memory, SCTLR_EL1.A). */
  alignedOnly: 1,
  /** Tag bit 1 (write tag): the page has predecoded code that a store must invalidate. */
  hasCode: 2,
  /** Never equal to a page address, nor to one with flags. */
  emptyTag: -1n,
} as const;

/** A fetch TLB maps virtual pages to predecoded code pages. */
export const FETCH_TLB = {
  entryCount: 512,
  entrySize: 16,
  /** i64: page address, else {@link SOFT_TLB.emptyTag}. */
  tag: 0,
  /** i32: first record of the page. */
  codePage: 8,
  /** i32: not zero for a guarded page. */
  guarded: 12,
} as const;

/**
 * Translation contexts of a CPU: one of the kernel (EL1), one that is always empty, and the rest for the address
 * spaces of EL0, so that neither a change of level nor one of address space flushes anything.
 */
export const TLB_CONTEXT = { kernel: 0, empty: 1, firstUser: 2 } as const;
export const TLB_CONTEXT_COUNT = 10;

const softTlbSize = SOFT_TLB.entryCount * SOFT_TLB.entrySize;
const fetchTlbSize = FETCH_TLB.entryCount * FETCH_TLB.entrySize;

/** Byte offsets in a CPU block. */
export const CPU_BLOCK = {
  state: 0,
  softTlb: (context: number): number => CPU_STATE_SIZE + context * softTlbSize,
  fetchTlb: (context: number): number =>
    CPU_STATE_SIZE + TLB_CONTEXT_COUNT * softTlbSize + context * fetchTlbSize,
  size: CPU_STATE_SIZE + TLB_CONTEXT_COUNT * (softTlbSize + fetchTlbSize),
} as const;

/** Predecoded code: one 16-byte record per instruction, then one record that leads to the next page. */
export const CODE_PAGE = {
  recordSize: 16,
  recordCount: 1024,
  size: 16 * 1024 + 16,
} as const;

export interface MachineMemoryPlan {
  /** Offset of the state block that compiled code works on: that of the only CPU, or one that CPUs take turns in. */
  readonly activeState: number;
  /** Offset of each CPU block. */
  readonly cpuBlocks: readonly number[];
  readonly codeArena: { readonly offset: number; readonly size: number };
  /** Offset where guest memory begins, page-aligned. */
  readonly guestMemory: number;
}

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

/**
 * Places CPU blocks and the code arena; guest memory follows at `guestMemory`.
 *
 * @param options.offset where the machine's part of machine memory begins, a multiple of 64 KiB. Default 0
 */
export function planMachineMemory(options: {
  cpus: number;
  codeArenaBytes: number;
  offset?: number;
}): MachineMemoryPlan {
  let cursor = (options.offset ?? 0) + 4096;
  const activeState = cursor;
  if (options.cpus > 1) cursor += CPU_STATE_SIZE;
  const cpuBlocks: number[] = [];
  for (let index = 0; index < options.cpus; index++) {
    cpuBlocks.push(cursor);
    cursor = align(cursor + CPU_BLOCK.size, 4096);
  }
  const codeArena = { offset: cursor, size: align(options.codeArenaBytes, 4096) };
  return { activeState, cpuBlocks, codeArena, guestMemory: align(cursor + codeArena.size, 65536) };
}
