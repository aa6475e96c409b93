import { FRAME_STATE, PAGE_SIZE } from '@armature/core';
import type { FrameLedger } from './frame-ledger.ts';

/** What the memory manager has, gave out, and was asked for. Sizes are in pages of 4096 bytes, or in bytes. */
export interface MemoryStatistics {
  readonly totalPages: number;
  readonly freePages: number;
  readonly usedPages: number;
  readonly reservedPages: number;
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly usedBytes: number;
  readonly reservedBytes: number;
  /** Pages of the longest run of free frames. */
  readonly largestFreeRun: number;
  /** Calls that allocated, that freed, and that were refused: of all kinds, since the last reset. */
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
  /** Pages that page tables take; they count as used. */
  readonly tablePages: number;
  /** Virtual pages mapped by memoryMap. */
  readonly mappedPages: number;
  /** Virtual pages in demand ranges, and how many of them have been touched. */
  readonly demandPages: number;
  readonly demandTouched: number;
  /** Page faults that were resolved, and that were refused. */
  readonly faultsResolved: number;
  readonly faultsRefused: number;
  /** Times the allocator broke its contract. */
  readonly misbehaviours: number;
}

/** Counts of calls, kept by the manager. */
export interface CallCounts {
  allocations: number;
  frees: number;
  failures: number;
  faultsResolved: number;
  faultsRefused: number;
}

export const noCalls = (): CallCounts => ({
  allocations: 0,
  frees: 0,
  failures: 0,
  faultsResolved: 0,
  faultsRefused: 0,
});

/** The figures that come from the frames. */
export function frameFigures(
  ledger: FrameLedger,
): Pick<
  MemoryStatistics,
  | 'totalPages'
  | 'freePages'
  | 'usedPages'
  | 'reservedPages'
  | 'totalBytes'
  | 'freeBytes'
  | 'usedBytes'
  | 'reservedBytes'
  | 'largestFreeRun'
> {
  const { free, used, reserved } = ledger.statistics();
  let run = 0;
  let largestFreeRun = 0;
  for (let frame = ledger.base; frame < ledger.base + ledger.count; frame++) {
    run = ledger.state(frame) === FRAME_STATE.free ? run + 1 : 0;
    largestFreeRun = Math.max(largestFreeRun, run);
  }
  return {
    totalPages: ledger.count,
    freePages: free,
    usedPages: used,
    reservedPages: reserved,
    totalBytes: ledger.count * PAGE_SIZE,
    freeBytes: free * PAGE_SIZE,
    usedBytes: used * PAGE_SIZE,
    reservedBytes: reserved * PAGE_SIZE,
    largestFreeRun,
  };
}
