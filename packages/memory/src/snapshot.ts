import { ArmatureError, checkSnapshot, type FrameAllocatorSnapshot, type Snapshot } from '@armature/core';
import type { TableSnapshot } from './address-space.ts';
import { addressOfPage, checkAttributes, checkPageRange, checkPhysicalRange } from './arguments.ts';
import type { DemandRange } from './demand-ranges.ts';
import { type FrameLedger, OWNER, type Owner } from './frame-ledger.ts';
import type { Mapping } from './mapping-list.ts';
import { type CallCounts, noCalls } from './statistics.ts';

const SNAPSHOT_TYPE = 'memory-manager';
const SNAPSHOT_VERSION = 1;

interface FrameSpan {
  readonly frame: number;
  readonly count: number;
  readonly owner: Owner;
}

/** The state in a snapshot; its type is `memory-manager`, its version 1. Guest memory itself is not in it. */
export interface ManagerState {
  readonly allocator: FrameAllocatorSnapshot;
  readonly spans: readonly FrameSpan[];
  readonly tables: TableSnapshot;
  readonly mappings: readonly Mapping[];
  readonly ranges: readonly DemandRange[];
  readonly calls: CallCounts;
}

/** Copies, so that the snapshot stays as it was when the manager goes on. */
export function writeSnapshot(state: ManagerState): Snapshot<ManagerState> {
  return {
    type: SNAPSHOT_TYPE,
    version: SNAPSHOT_VERSION,
    state: {
      ...state,
      mappings: state.mappings.map((mapping) => ({ ...mapping, attributes: { ...mapping.attributes } })),
      ranges: state.ranges.map(copyRange),
    },
  };
}

/** Checks a snapshot against the frames managed here. @throws SNAPSHOT_INVALID */
export function readSnapshot(snapshot: Snapshot, ledger: FrameLedger): ManagerState {
  checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
  const state = snapshot.state as ManagerState;
  const problem = findProblem(state, ledger);
  if (problem !== undefined) {
    throw new ArmatureError('SNAPSHOT_INVALID', `the memory manager's snapshot has ${problem}`);
  }
  return { ...state, ranges: state.ranges.map(copyRange), calls: { ...state.calls } };
}

function copyRange(range: DemandRange): DemandRange {
  return { ...range, attributes: { ...range.attributes }, touched: new Map(range.touched) };
}

function findProblem(state: ManagerState, ledger: FrameLedger): string | undefined {
  try {
    if (!tilesLedger(state.spans, ledger)) return 'frames that are not those managed here';
    const owners = new Map<number, Owner>();
    for (const { frame, count, owner } of state.spans) {
      for (let i = frame; i < frame + count; i++) owners.set(i, owner);
    }
    for (const frame of [...state.tables.low, ...state.tables.high]) {
      if (owners.get(frame) !== OWNER.table) return 'page tables in frames that are not theirs';
    }
    if (!state.mappings.every(isMapping)) return 'mappings that cannot be';
    for (const range of state.ranges) {
      if (!isRange(range) || 'reason' in checkAttributes(range.attributes))
        return 'demand ranges that cannot be';
      for (const [page, frame] of range.touched) {
        const inside = page >= range.page && page < range.page + range.pages;
        if (!inside || owners.get(frame) !== OWNER.demand) return 'demand pages that cannot be';
      }
    }
    const counts = Object.keys(noCalls()).map((name) => state.calls[name as keyof CallCounts]);
    if (!counts.every((n) => Number.isSafeInteger(n) && n >= 0)) return 'counts that are no counts';
    return undefined;
  } catch {
    return 'not the shape of one';
  }
}

/** Spans cover the managed frames from the first to the last. */
function tilesLedger(spans: readonly FrameSpan[], { base, count }: FrameLedger): boolean {
  const owners: ReadonlySet<number> = new Set(Object.values(OWNER));
  let next = base;
  for (const span of spans) {
    if (span.frame !== next || !Number.isSafeInteger(span.count) || span.count < 1) return false;
    if (!owners.has(span.owner)) return false;
    next += span.count;
  }
  return next === base + count;
}

function isRange({ page, pages }: { readonly page: number; readonly pages: number }): boolean {
  return !('reason' in checkPageRange(addressOfPage(page), pages));
}

function isMapping(mapping: Mapping): boolean {
  return (
    isRange(mapping) &&
    typeof checkPhysicalRange(mapping.pa, mapping.pages) === 'number' &&
    !('reason' in checkAttributes(mapping.attributes))
  );
}
