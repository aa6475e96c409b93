/** Both halves of an address space: page tables made when first needed, from the manager's frames. */
import {
  formatAddress,
  type MapOutcome,
  type MappingAttributes,
  type MappingQuery,
  PAGE_SIZE,
  type PageTableBuilder,
  type PageTables,
  type PhysicalMemory,
} from '@armature/core';
import { addressOfPage, isHigh, type PageRange } from './arguments.ts';
import { type FrameLedger, OWNER } from './frame-ledger.ts';
import type { Mapping } from './mapping-list.ts';
import { type MemoryFailure, type MemoryResult, OK, refuse } from './results.ts';

export type Half = 'low' | 'high';
const HALVES: readonly Half[] = ['low', 'high'];

/** Frames of one half's tables, the root first. */
export type TableSnapshot = Readonly<Record<Half, readonly number[]>>;

export class AddressSpace {
  private readonly memory: PhysicalMemory;
  private readonly builder: PageTableBuilder | undefined;
  private readonly ledger: FrameLedger;
  private tables: Partial<Record<Half, PageTables>> = {};
  private frames: Record<Half, Set<number>> = { low: new Set(), high: new Set() };
  /** Frames that a restore hands out before the allocator's. */
  private preset: number[] = [];
  private lastFailure: MemoryFailure | undefined;

  constructor(memory: PhysicalMemory, builder: PageTableBuilder | undefined, ledger: FrameLedger) {
    this.memory = memory;
    this.builder = builder;
    this.ledger = ledger;
  }

  get tableFrames(): number {
    return this.frames.low.size + this.frames.high.size;
  }

  /** Physical address of a half's level 0 table, undefined before its first mapping. */
  root(half: Half): number | undefined {
    return this.tables[half]?.root;
  }

  map({ page, pages, pa, attributes, blocks }: Mapping): MemoryResult {
    const half = isHigh(page) ? 'high' : 'low';
    const isNew = this.tables[half] === undefined;
    const tables = this.open(half);
    if ('reason' in tables) return tables;
    const result = this.guard(() => tables.map(addressOfPage(page), pa, pages, attributes, { blocks }), {
      page,
      pages,
    });
    if (!result.ok && isNew) this.close(half);
    return result;
  }

  unmap(range: PageRange): MemoryResult {
    return this.change(range, (tables) => tables.unmap(addressOfPage(range.page), range.pages));
  }

  protect(range: PageRange, attributes: MappingAttributes): MemoryResult {
    return this.change(range, (tables) => tables.protect(addressOfPage(range.page), range.pages, attributes));
  }

  /** What the tables in memory say of an address, undefined when nothing is mapped. */
  query(va: bigint): MemoryResult<{ readonly mapping: MappingQuery | undefined }> {
    try {
      const tables = this.tables[isHigh(Number(va >> 12n)) ? 'high' : 'low'];
      return { ok: true, mapping: tables?.query(va) };
    } catch (cause) {
      return damaged(cause);
    }
  }

  /** Register values with which a CPU translates by these tables. */
  controlRegisters():
    | { MAIR_EL1: bigint; TCR_EL1: bigint; TTBR0_EL1: bigint; TTBR1_EL1: bigint }
    | undefined {
    if (this.builder === undefined) return undefined;
    const { MAIR_EL1, TCR_EL1 } = this.builder.controlRegisters;
    const [TTBR0_EL1, TTBR1_EL1] = HALVES.map((half) => BigInt(this.root(half) ?? 0));
    return { MAIR_EL1, TCR_EL1, TTBR0_EL1, TTBR1_EL1 };
  }

  /** Makes a half's tables when there are none. */
  open(half: Half): PageTables | MemoryFailure {
    const known = this.tables[half];
    if (known !== undefined) return known;
    if (this.builder === undefined) {
      return refuse('NO_TRANSLATION', 'this memory manager has no page-table builder');
    }
    this.lastFailure = undefined;
    try {
      const frames = {
        alloc: () => this.takeTable(half),
        free: (frame: number) => this.giveTable(half, frame),
      };
      const tables = this.builder.createTables(this.memory, frames, half);
      if (tables === undefined) return this.lastFailure ?? noTableFrames();
      this.tables[half] = tables;
      return tables;
    } catch (cause) {
      return damaged(cause);
    }
  }

  snapshot(): TableSnapshot {
    const of = (half: Half): number[] => {
      const root = this.root(half);
      if (root === undefined) return [];
      const rootFrame = root / PAGE_SIZE;
      return [rootFrame, ...[...this.frames[half]].filter((frame) => frame !== rootFrame)];
    };
    return { low: of('low'), high: of('high') };
  }

  /**
   * Builds the tables of a snapshot again, in the same frames and with the same roots, so that a CPU's TTBRn
   * stay good. The ledger holds the frames as tables already.
   */
  restore(snapshot: TableSnapshot, mappings: readonly Mapping[]): MemoryResult {
    this.forget();
    for (const half of HALVES) {
      if (snapshot[half].length === 0) continue;
      this.preset = [...snapshot[half]];
      const tables = this.open(half);
      if ('reason' in tables) return tables;
      for (const mapping of mappings) {
        if (isHigh(mapping.page) !== (half === 'high')) continue;
        const result = this.map(mapping);
        if (!result.ok) return result;
      }
      for (const frame of this.preset) this.ledger.give(frame, 1);
      this.preset = [];
      if (tables.root !== snapshot[half][0] * PAGE_SIZE) {
        return refuse('TABLES_DAMAGED', 'the page tables did not come back where they were');
      }
    }
    return OK;
  }

  /** Drops the tables without giving frames back: the allocator was reset or restored. */
  forget(): void {
    const { tables } = this;
    this.tables = {};
    this.frames = { low: new Set(), high: new Set() };
    this.preset = [];
    for (const half of HALVES) destroy(tables[half]);
  }

  private close(half: Half): void {
    destroy(this.tables[half]);
    delete this.tables[half];
    for (const frame of this.frames[half]) this.giveTable(half, frame);
  }

  private change({ page, pages }: PageRange, action: (tables: PageTables) => MapOutcome): MemoryResult {
    const tables = this.tables[isHigh(page) ? 'high' : 'low'];
    if (tables === undefined) return refuse('NOT_MAPPED', `nothing is mapped at ${where(page)}`);
    return this.guard(() => action(tables), { page, pages });
  }

  private guard(action: () => MapOutcome, { page, pages }: PageRange): MemoryResult {
    this.lastFailure = undefined;
    let outcome: MapOutcome;
    try {
      outcome = action();
    } catch (cause) {
      return damaged(cause);
    }
    switch (outcome) {
      case 'ok':
        return OK;
      case 'out-of-frames':
        return this.lastFailure ?? noTableFrames();
      case 'already-mapped':
        return refuse('ALREADY_MAPPED', `pages from ${where(page)} are mapped already`);
      case 'not-mapped':
        return refuse('NOT_MAPPED', `not all of ${pages} pages from ${where(page)} are mapped`);
      default:
        return refuse('INVALID_ADDRESS', `the page tables cannot hold ${pages} pages at ${where(page)}`);
    }
  }

  private takeTable(half: Half): number {
    const preset = this.preset.shift();
    if (preset !== undefined) {
      this.frames[half].add(preset);
      return preset;
    }
    const taken = this.ledger.take(1, OWNER.table);
    if (!taken.ok) {
      this.lastFailure = taken;
      return -1;
    }
    this.frames[half].add(taken.frame);
    return taken.frame;
  }

  private giveTable(half: Half, frame: number): void {
    if (this.frames[half].delete(frame)) this.ledger.give(frame, 1);
  }
}

/** Has CPUs forget the tables. Damaged ones cannot be followed; their frames are known without them. */
function destroy(tables: PageTables | undefined): void {
  try {
    tables?.destroy();
  } catch {
    return;
  }
}

const where = (page: number): string => formatAddress(addressOfPage(page));

const noTableFrames = (): MemoryFailure => refuse('OUT_OF_MEMORY', 'there are no frames for page tables');

const damaged = (cause: unknown): MemoryFailure =>
  refuse('TABLES_DAMAGED', 'the page tables in guest memory cannot be followed', cause);
