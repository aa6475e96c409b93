import {
  ArmatureError,
  formatAddress,
  type MapOutcome,
  type MappingAttributes,
  type MappingQuery,
  PAGE_SHIFT,
  PAGE_SIZE,
  type PageTables,
  type PhysicalMemory,
  type TableFrames,
} from '@armature/core';
import {
  addressOf,
  attributesOf,
  ENTRIES_PER_TABLE,
  entryBits,
  isTable,
  isValid,
  LAST_LEVEL,
  leafDescriptor,
  splitLeaf,
  tableDescriptor,
  tableIndex,
  withAttributes,
} from './table-format.ts';
import type { TableTransaction } from './table-transaction.ts';

const VA_BITS = 48n;
const HIGH_BASE = 0xffff_0000_0000_0000n;
/** Beyond this many pages, dropping everything costs a TLB less than dropping page by page. */
const MOST_SINGLE_INVALIDATIONS = 512;

/** Told of translations that tables no longer hold. */
export interface TableInvalidation {
  invalidatePage(vaLo: number, vaHi: number): void;
  invalidateAll(): void;
}

export interface PageTablesOptions {
  readonly memory: PhysicalMemory;
  readonly frames: TableFrames;
  readonly half: 'low' | 'high';
  readonly physicalAddressBits: number;
  readonly invalidation: TableInvalidation;
}

interface Range {
  /** Offset from the bottom of the half, in pages. */
  readonly start: number;
  readonly end: number;
}

/** What an operation does to a leaf or to a gap, piece by piece. */
type LeafChange = (leaf: bigint, level: number) => bigint;

/** Pages in the range of one entry. */
function pagesPerEntry(level: number): number {
  return 2 ** (entryBits(level) - PAGE_SHIFT);
}

/** VMSAv8-64 tables in guest memory, 4 KiB granule, levels 0 to 3, changed from the host. */
export class VmsaPageTables implements PageTables {
  readonly root: number;
  private readonly options: PageTablesOptions;
  private readonly transaction: TableTransaction;
  private destroyed = false;

  constructor(options: PageTablesOptions, transaction: TableTransaction, root: number) {
    this.options = options;
    this.transaction = transaction;
    this.root = root;
  }

  get tableFrames(): number {
    return this.transaction.framesInUse;
  }

  map(
    va: bigint,
    pa: number,
    pages: number,
    attributes: MappingAttributes,
    options: { blocks?: boolean } = {},
  ): MapOutcome {
    const range = this.rangeOf(va, pages);
    const limit = 2 ** this.options.physicalAddressBits;
    if (range === undefined || !Number.isInteger(pa) || pa < 0 || pa % PAGE_SIZE !== 0) return 'bad-address';
    if (pa + pages * PAGE_SIZE > limit) return 'bad-address';
    if (!this.rangeIs(range, (leaf) => leaf === undefined)) return 'already-mapped';
    const frame = pa / PAGE_SIZE - range.start;
    return this.commit(() => this.fill(this.root, 0, 0, range, frame, attributes, options.blocks ?? false));
  }

  unmap(va: bigint, pages: number): MapOutcome {
    const range = this.rangeOf(va, pages);
    if (range === undefined) return 'bad-address';
    if (!this.rangeIs(range, (leaf) => leaf !== undefined)) return 'not-mapped';
    const outcome = this.commit(() => this.change(this.root, 0, 0, range, () => 0n));
    if (outcome === 'ok') this.invalidate(va, pages);
    return outcome;
  }

  protect(va: bigint, pages: number, attributes: MappingAttributes): MapOutcome {
    const range = this.rangeOf(va, pages);
    if (range === undefined) return 'bad-address';
    if (!this.rangeIs(range, (leaf) => leaf !== undefined)) return 'not-mapped';
    const outcome = this.commit(() =>
      this.change(this.root, 0, 0, range, (leaf, level) => withAttributes(leaf, level, attributes)),
    );
    if (outcome === 'ok') this.invalidate(va, pages);
    return outcome;
  }

  query(va: bigint): MappingQuery | undefined {
    this.checkAlive();
    const address = this.offsetOf(BigInt.asUintN(64, va));
    if (address === undefined) return undefined;
    let table = this.root;
    for (let level = 0; level <= LAST_LEVEL; level++) {
      const descriptor = this.read(table, tableIndex(address, level));
      if (!isValid(descriptor)) return undefined;
      if (isTable(descriptor, level)) {
        table = addressOf(descriptor);
        continue;
      }
      const blockBits = entryBits(level);
      const offset = Number(address & ((1n << BigInt(blockBits)) - 1n));
      return {
        physicalAddress: addressOf(descriptor) + offset,
        blockBits,
        attributes: attributesOf(descriptor),
      };
    }
    return undefined;
  }

  *entries(): Iterable<{ va: bigint; pa: number; size: number; attributes: MappingAttributes }> {
    this.checkAlive();
    let run: { va: bigint; pa: number; size: number; leaf: bigint } | undefined;
    for (const { page, level, leaf } of this.leaves(this.root, 0, 0)) {
      const size = 2 ** entryBits(level);
      const va = this.base + BigInt(page) * BigInt(PAGE_SIZE);
      const pa = addressOf(leaf);
      const joins =
        run !== undefined &&
        run.va + BigInt(run.size) === va &&
        run.pa + run.size === pa &&
        sameAttributes(run.leaf, leaf);
      if (run !== undefined && joins) {
        run.size += size;
        continue;
      }
      if (run !== undefined) yield entryOf(run);
      run = { va, pa, size, leaf };
    }
    if (run !== undefined) yield entryOf(run);
  }

  destroy(): void {
    this.checkAlive();
    this.destroyed = true;
    this.transaction.begin();
    this.releaseBelow(this.root, 0);
    this.transaction.release(this.root);
    this.transaction.commit();
    this.options.invalidation.invalidateAll();
  }

  private get base(): bigint {
    return this.options.half === 'high' ? HIGH_BASE : 0n;
  }

  /** Address within the half, or undefined when it lies in the other one or in the gap. */
  private offsetOf(va: bigint): bigint | undefined {
    return va >> VA_BITS === this.base >> VA_BITS ? va & ((1n << VA_BITS) - 1n) : undefined;
  }

  private rangeOf(va: bigint, pages: number): Range | undefined {
    this.checkAlive();
    const offset = this.offsetOf(BigInt.asUintN(64, va));
    if (offset === undefined || offset % BigInt(PAGE_SIZE) !== 0n) return undefined;
    if (!Number.isInteger(pages) || pages <= 0) return undefined;
    const start = Number(offset / BigInt(PAGE_SIZE));
    const end = start + pages;
    return end <= 2 ** (Number(VA_BITS) - PAGE_SHIFT) ? { start, end } : undefined;
  }

  private read(table: number, index: number): bigint {
    return this.options.memory.readU64(table + 8 * index);
  }

  /** The entries of a table that a range touches, with the part of the range in each. */
  private *touched(level: number, firstPage: number, range: Range) {
    const span = pagesPerEntry(level);
    const from = Math.max(0, Math.floor((range.start - firstPage) / span));
    const to = Math.min(ENTRIES_PER_TABLE, Math.ceil((range.end - firstPage) / span));
    for (let index = from; index < to; index++) {
      const page = firstPage + index * span;
      const start = Math.max(range.start, page);
      const end = Math.min(range.end, page + span);
      yield { index, page, part: { start, end }, whole: end - start === span };
    }
  }

  /** True when every leaf and gap in a range passes; a gap is an undefined leaf. */
  private rangeIs(
    range: Range,
    test: (leaf: bigint | undefined) => boolean,
    table = this.root,
    level = 0,
    first = 0,
  ): boolean {
    for (const { index, page, part } of this.touched(level, first, range)) {
      const descriptor = this.read(table, index);
      const passes = isTable(descriptor, level)
        ? this.rangeIs(part, test, addressOf(descriptor), level + 1, page)
        : test(isValid(descriptor) ? descriptor : undefined);
      if (!passes) return false;
    }
    return true;
  }

  /** Maps a range of gaps. `frame` is the frame number of page 0. False when frames ran out. */
  private fill(
    table: number,
    level: number,
    firstPage: number,
    range: Range,
    frame: number,
    attributes: MappingAttributes,
    blocks: boolean,
  ): boolean {
    for (const { index, page, part, whole } of this.touched(level, firstPage, range)) {
      const descriptor = this.read(table, index);
      const target = frame + page;
      const leafFits = level === LAST_LEVEL || (blocks && level > 0 && target % pagesPerEntry(level) === 0);
      if (whole && leafFits && !isValid(descriptor)) {
        this.transaction.write(table, index, leafDescriptor(target * PAGE_SIZE, level, attributes));
        continue;
      }
      let below = isValid(descriptor) ? addressOf(descriptor) : -1;
      if (below < 0) {
        below = this.transaction.allocate();
        if (below < 0) return false;
        this.transaction.write(table, index, tableDescriptor(below));
      }
      if (!this.fill(below, level + 1, page, part, frame, attributes, blocks)) return false;
    }
    return true;
  }

  /**
   * Changes every leaf of a range that is mapped throughout, splits blocks that lie in it only in part, and
   * releases tables that become empty. False when frames ran out.
   */
  private change(table: number, level: number, firstPage: number, range: Range, to: LeafChange): boolean {
    for (const { index, page, part, whole } of this.touched(level, firstPage, range)) {
      const descriptor = this.read(table, index);
      let below: number;
      if (isTable(descriptor, level)) {
        below = addressOf(descriptor);
      } else if (whole) {
        this.transaction.write(table, index, to(descriptor, level));
        continue;
      } else {
        below = this.split(table, index, descriptor, level);
        if (below < 0) return false;
      }
      if (!this.change(below, level + 1, page, part, to)) return false;
      if (this.isEmpty(below)) {
        this.transaction.write(table, index, 0n);
        this.transaction.release(below);
      }
    }
    return true;
  }

  private split(table: number, index: number, block: bigint, level: number): number {
    const below = this.transaction.allocate();
    if (below < 0) return -1;
    for (let part = 0; part < ENTRIES_PER_TABLE; part++) {
      this.transaction.write(below, part, splitLeaf(block, level, part));
    }
    this.transaction.write(table, index, tableDescriptor(below));
    return below;
  }

  private isEmpty(table: number): boolean {
    for (let index = 0; index < ENTRIES_PER_TABLE; index++) {
      if (isValid(this.read(table, index))) return false;
    }
    return true;
  }

  private *leaves(
    table: number,
    level: number,
    firstPage: number,
  ): Iterable<{ page: number; level: number; leaf: bigint }> {
    for (let index = 0; index < ENTRIES_PER_TABLE; index++) {
      const descriptor = this.read(table, index);
      const page = firstPage + index * pagesPerEntry(level);
      if (isTable(descriptor, level)) yield* this.leaves(addressOf(descriptor), level + 1, page);
      else if (isValid(descriptor)) yield { page, level, leaf: descriptor };
    }
  }

  private releaseBelow(table: number, level: number): void {
    for (let index = 0; index < ENTRIES_PER_TABLE; index++) {
      const descriptor = this.read(table, index);
      if (!isTable(descriptor, level)) continue;
      this.releaseBelow(addressOf(descriptor), level + 1);
      this.transaction.release(addressOf(descriptor));
    }
  }

  private commit(action: () => boolean): MapOutcome {
    this.transaction.begin();
    let done = false;
    try {
      done = action();
    } finally {
      // Also when a guest has overwritten its tables and an address in them leads nowhere.
      if (done) this.transaction.commit();
      else this.transaction.rollBack();
    }
    return done ? 'ok' : 'out-of-frames';
  }

  private invalidate(va: bigint, pages: number): void {
    const { invalidation } = this.options;
    if (pages > MOST_SINGLE_INVALIDATIONS) {
      invalidation.invalidateAll();
      return;
    }
    for (let page = 0; page < pages; page++) {
      const address = va + BigInt(page * PAGE_SIZE);
      invalidation.invalidatePage(
        Number(address & 0xffff_ffffn) | 0,
        Number((address >> 32n) & 0xffff_ffffn) | 0,
      );
    }
  }

  private checkAlive(): void {
    if (!this.destroyed) return;
    throw new ArmatureError('UNSUPPORTED', `the page tables at ${formatAddress(this.root)} were destroyed`, {
      context: { root: this.root },
      hint: 'Make new tables with createTables.',
    });
  }
}

function sameAttributes(left: bigint, right: bigint): boolean {
  const [a, b] = [attributesOf(left), attributesOf(right)];
  return (
    a.write === b.write &&
    a.execute === b.execute &&
    a.user === b.user &&
    a.device === b.device &&
    a.global === b.global
  );
}

function entryOf(run: { va: bigint; pa: number; size: number; leaf: bigint }) {
  return { va: run.va, pa: run.pa, size: run.size, attributes: attributesOf(run.leaf) };
}
