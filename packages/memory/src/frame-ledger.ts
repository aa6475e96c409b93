/**
 * The manager's own account of the frames it was given, kept beside the allocator's.
 *
 * Everything an allocator says is compared with it before anything acts on it. A frame that the allocator hands
 * out twice, hands out where there is no memory, or refuses to take back, is a failure that names the allocator;
 * what its owner holds stays as it is.
 */
import {
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameState,
  type FrameStatistics,
  formatAddress,
  NO_FRAME,
  PAGE_SIZE,
  type RunConstraints,
} from '@armature/core';
import { type MemoryFailure, type MemoryResult, OK, refuse } from './results.ts';

/** Who holds a frame. */
export const OWNER = {
  /** Free, or taken from the allocator behind this manager's back. */
  none: 0,
  /** First frame of a run handed to a caller. */
  run: 1,
  /** Further frame of a run. */
  inside: 2,
  table: 3,
  demand: 4,
  reserved: 5,
} as const;
export type Owner = (typeof OWNER)[keyof typeof OWNER];

const STATUSES: ReadonlySet<unknown> = new Set(Object.values(FREE_STATUS));
const STATES: ReadonlySet<unknown> = new Set(Object.values(FRAME_STATE));

export class FrameLedger {
  readonly base: number;
  readonly count: number;
  readonly allocatorName: string;
  /** Times the allocator broke its contract. */
  misbehaviours = 0;
  private readonly allocator: FrameAllocator;
  private readonly owners: Uint8Array;
  private readonly runs = new Map<number, number>();
  /** Frames that were freed and not handed out since: what tells a double free from a stray one. */
  private readonly freed = new Set<number>();
  private readonly mappings: Uint32Array;

  constructor(allocator: FrameAllocator) {
    this.allocator = allocator;
    this.allocatorName = String(allocator.name);
    this.base = allocator.base;
    this.count = allocator.count;
    this.owners = new Uint8Array(this.count);
    this.mappings = new Uint32Array(this.count);
  }

  manages(frame: number): boolean {
    return frame >= this.base && frame < this.base + this.count;
  }

  owner(frame: number): Owner {
    return this.manages(frame) ? (this.owners[frame - this.base] as Owner) : OWNER.none;
  }

  /** Frames of the run that begins here, 0 when none does. */
  runLength(frame: number): number {
    return this.runs.get(frame) ?? 0;
  }

  wasFreed(frame: number): boolean {
    return this.freed.has(frame);
  }

  isMapped(frame: number, count: number): boolean {
    for (let i = frame - this.base; i < frame - this.base + count; i++) {
      if (this.mappings[i] > 0) return true;
    }
    return false;
  }

  /** True for a frame that someone else took from the allocator. */
  isTakenElsewhere(frame: number): boolean {
    return this.owner(frame) === OWNER.none && this.state(frame) !== FRAME_STATE.free;
  }

  /** Counts mappings of managed frames; others are ignored. */
  countMapping(frame: number, count: number, by: 1 | -1): void {
    const first = Math.max(frame, this.base);
    const end = Math.min(frame + count, this.base + this.count);
    for (let i = first; i < end; i++) this.mappings[i - this.base] += by;
  }

  /** Contiguous frames for an owner. */
  take(count: number, owner: Owner, constraints?: RunConstraints): MemoryResult<{ readonly frame: number }> {
    const answer = this.ask(`allocate ${count} frames`, () => {
      if (count === 1 && constraints === undefined) return this.allocator.alloc(0);
      const frame = this.allocator.allocRun(count, constraints);
      if (frame !== NO_FRAME) return frame;
      // Only an allocator that has drained its caches finds every run there is.
      this.allocator.drain();
      return this.allocator.allocRun(count, constraints);
    });
    if (!answer.ok) return answer;
    const frame = answer.value as number;
    if (frame === NO_FRAME) return this.refusal(count, constraints);
    const lie = this.checkTaken(frame, count, constraints);
    if (lie !== undefined) return this.misbehaved(lie);
    this.record(frame, count, owner);
    return { ok: true, frame };
  }

  /** Gives a run, or a single frame, back. */
  give(frame: number, count: number): MemoryResult {
    const answer = this.ask(`free ${count} frames`, () =>
      count === 1 ? this.allocator.free(frame, 0) : this.allocator.freeRun(frame, count),
    );
    if (!answer.ok) return answer;
    if (answer.value !== FREE_STATUS.ok) {
      const said = STATUSES.has(answer.value)
        ? `refused to take back ${describe(frame)} with status ${answer.value}`
        : `answered ${String(answer.value)} to a free`;
      return this.misbehaved(said);
    }
    for (let i = frame; i < frame + count; i++) this.freed.add(i);
    this.owners.fill(OWNER.none, frame - this.base, frame - this.base + count);
    this.runs.delete(frame);
    return OK;
  }

  /** Takes frames out of use for good. The caller has checked that they are managed. */
  reserve(frame: number, count: number, tag: string): MemoryResult {
    for (let i = frame; i < frame + count; i++) {
      const owner = this.owner(i);
      if (owner === OWNER.reserved) return refuse('RESERVED', `${describe(i)} is reserved already`);
      if (owner !== OWNER.none) return refuse('IN_USE', `${describe(i)} is in use`);
    }
    const answer = this.ask(`reserve ${count} frames`, () => this.allocator.reserve(frame, count, tag));
    if (!answer.ok) return answer;
    if (answer.value === false)
      return refuse('IN_USE', `the allocator has frames of ${describe(frame)} in use`);
    if (answer.value !== true) return this.misbehaved(`answered ${String(answer.value)} to a reservation`);
    this.record(frame, count, OWNER.reserved);
    return OK;
  }

  /** State of a frame as the allocator tells it; undefined when it tells nonsense. */
  state(frame: number): FrameState | undefined {
    try {
      const state = this.allocator.state(frame);
      return STATES.has(state) ? state : undefined;
    } catch {
      return undefined;
    }
  }

  /** The allocator's statistics when they add up, else what this ledger knows. */
  statistics(): FrameStatistics {
    try {
      const told = this.allocator.stats();
      const counts = [told.free, told.used, told.reserved];
      if (
        told.total === this.count &&
        counts.every((n) => Number.isInteger(n) && n >= 0) &&
        told.free + told.used + told.reserved === this.count
      ) {
        return told;
      }
    } catch {
      // The ledger's own figures follow.
    }
    let reserved = 0;
    let free = 0;
    for (const owner of this.owners) {
      if (owner === OWNER.reserved) reserved++;
      else if (owner === OWNER.none) free++;
    }
    const used = this.count - free - reserved;
    return { total: this.count, free, used, reserved, allocations: 0, frees: 0, failures: 0 };
  }

  /** Differences between this account and the allocator's, and the allocator's own findings. */
  validate(): string[] {
    const found = this.ask('validate', () => this.allocator.validate());
    const names = found.ok && Array.isArray(found.value) ? found.value.map(String) : ['allocator-validates'];
    for (let i = 0; i < this.count; i++) {
      const owner = this.owners[i];
      if (owner === OWNER.none) continue;
      const expected = owner === OWNER.reserved ? FRAME_STATE.reserved : FRAME_STATE.used;
      if (this.state(this.base + i) !== expected) names.push(`frame-state: ${describe(this.base + i)}`);
    }
    return names;
  }

  /** Frames by owner, as runs in order of address. */
  *spans(): Generator<{ readonly frame: number; readonly count: number; readonly owner: Owner }> {
    for (let i = 0; i < this.count; ) {
      const owner = this.owners[i] as Owner;
      const known = this.runs.get(this.base + i);
      let end = i + (known ?? 1);
      if (known === undefined) while (end < this.count && this.owners[end] === owner) end++;
      yield { frame: this.base + i, count: end - i, owner };
      i = end;
    }
  }

  /** Forgets all frames but the reserved ones: the allocator was reset. */
  forget(): void {
    for (let i = 0; i < this.count; i++) if (this.owners[i] !== OWNER.reserved) this.owners[i] = OWNER.none;
    this.runs.clear();
    this.freed.clear();
    this.mappings.fill(0);
  }

  /** Takes over an account from a snapshot; the allocator was restored to match. */
  restore(spans: Iterable<{ readonly frame: number; readonly count: number; readonly owner: Owner }>): void {
    this.owners.fill(OWNER.none);
    this.forget();
    for (const { frame, count, owner } of spans) this.record(frame, count, owner);
  }

  private record(frame: number, count: number, owner: Owner): void {
    const index = frame - this.base;
    this.owners.fill(owner === OWNER.run ? OWNER.inside : owner, index, index + count);
    if (owner === OWNER.run) {
      this.owners[index] = OWNER.run;
      this.runs.set(frame, count);
    }
    for (let i = frame; i < frame + count; i++) this.freed.delete(i);
  }

  /** What is wrong with frames that the allocator handed out. */
  private checkTaken(frame: unknown, count: number, constraints?: RunConstraints): string | undefined {
    if (typeof frame !== 'number' || !Number.isInteger(frame))
      return `handed out ${String(frame)} as a frame`;
    const end = frame + count;
    if (frame < this.base || end > this.base + this.count) {
      return `handed out ${describe(frame)}, which it does not manage`;
    }
    for (let i = frame; i < end; i++) {
      const owner = this.owner(i);
      if (owner === OWNER.reserved) return `handed out ${describe(i)}, which is reserved`;
      if (owner !== OWNER.none) return `handed out ${describe(i)}, which is in use`;
    }
    const { align = 1, low = this.base, high = this.base + this.count } = constraints ?? {};
    if (frame % align !== 0 || frame < low || end > high) {
      return `handed out ${describe(frame)} against the constraints given`;
    }
    for (const i of [frame, end - 1]) {
      if (this.state(i) !== FRAME_STATE.used) return `handed out ${describe(i)} and does not call it used`;
    }
    return undefined;
  }

  private refusal(count: number, constraints?: RunConstraints): MemoryFailure {
    const { free } = this.statistics();
    if (count === 1 && constraints === undefined && free > 0) {
      return this.misbehaved(`has no frame to give with ${free} free`);
    }
    return refuse('OUT_OF_MEMORY', `there is no run of ${count} free pages; ${free} pages are free`);
  }

  private ask(what: string, action: () => unknown): MemoryResult<{ readonly value: unknown }> {
    try {
      return { ok: true, value: action() };
    } catch (cause) {
      return this.misbehaved(`failed to ${what}`, cause);
    }
  }

  private misbehaved(what: string, cause?: unknown): MemoryFailure {
    this.misbehaviours++;
    const message = `the allocator ${this.allocatorName} ${what}`;
    return { ...refuse('ALLOCATOR_MISBEHAVED', message, cause), allocator: this.allocatorName };
  }
}

const describe = (frame: number): string => `the frame at ${formatAddress(frame * PAGE_SIZE)}`;
