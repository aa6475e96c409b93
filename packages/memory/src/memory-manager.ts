/**
 * The memory manager: physical pages from any allocator, virtual mappings through any page-table builder, and
 * pages that appear when they are first touched.
 *
 * Every request ends in a value: what was asked for, or a refusal with its reason, after which everything is as
 * before. The allocator is not trusted; see frame-ledger.ts.
 */
import {
  ACCESS,
  type Access,
  ArmatureError,
  type FrameAllocator,
  type FrameAllocatorFactory,
  formatAddress,
  formatBytes,
  type MappingAttributes,
  PAGE_SIZE,
  type PageTableBuilder,
  type PhysicalMemory,
  type Snapshot,
} from '@armature/core';
import { AddressSpace } from './address-space.ts';
import { checkCount } from './arguments.ts';
import { FrameLedger } from './frame-ledger.ts';
import { layoutText } from './layout-report.ts';
import { type Allocation, type AllocationOptions, PhysicalPages } from './physical-pages.ts';
import { type MemoryResult, OK } from './results.ts';
import { type ManagerState, readSnapshot, writeSnapshot } from './snapshot.ts';
import { frameFigures, type MemoryStatistics, noCalls } from './statistics.ts';
import { type ResolvedFault, VirtualPages } from './virtual-pages.ts';

/** Rights of a mapping when none are named: readable and writable, for the kernel alone. */
export const KERNEL_DATA: MappingAttributes = { write: true, execute: false, user: false };

export interface MemoryManagerConfig {
  /** Guest memory; the allocator's frames are RAM in it. */
  readonly memory: PhysicalMemory;
  /** Gives out the frames that are managed. */
  readonly allocator: FrameAllocator;
  /** What made the allocator. */
  readonly factory?: FrameAllocatorFactory;
  /** Builds page tables, and has CPUs forget what changes. Without it, mapping is refused with NO_TRANSLATION. */
  readonly tables?: PageTableBuilder;
}

export interface MapOptions {
  /** Use 2 MiB and 1 GiB blocks where alignment permits. Default true. */
  readonly blocks?: boolean;
}

export class MemoryManager {
  readonly allocator: FrameAllocator;
  /** What made the allocator, and makes others of its kind. */
  readonly factory: FrameAllocatorFactory | undefined;
  private readonly memory: PhysicalMemory;
  private readonly ledger: FrameLedger;
  private readonly space: AddressSpace;
  private readonly physical: PhysicalPages;
  private readonly virtual: VirtualPages;
  private calls = noCalls();

  /**
   * @throws ArmatureError `ALLOCATOR_MISBEHAVED` when the allocator's range makes no sense; `ADDRESS_RANGE` when
   * its frames are not RAM
   */
  constructor({ memory, allocator, factory, tables }: MemoryManagerConfig) {
    checkManagedRange(memory, allocator);
    this.memory = memory;
    this.allocator = allocator;
    this.factory = factory;
    this.ledger = new FrameLedger(allocator);
    this.space = new AddressSpace(memory, tables, this.ledger);
    this.physical = new PhysicalPages(memory, this.ledger);
    this.virtual = new VirtualPages(memory, this.ledger, this.space);
  }

  /** Allocates whole pages that hold at least this many bytes. */
  memoryAlloc(bytes: number, options: AllocationOptions = {}): MemoryResult<Allocation> {
    return this.count(
      'allocations',
      checkCount(bytes, 'bytes') ?? this.physical.allocate(Math.ceil(bytes / PAGE_SIZE), options),
    );
  }

  /** Allocates contiguous pages. */
  memoryAllocPages(pages: number, options: AllocationOptions = {}): MemoryResult<Allocation> {
    return this.count('allocations', checkCount(pages, 'pages') ?? this.physical.allocate(pages, options));
  }

  /** Frees what memoryAlloc or memoryAllocPages returned, whatever its size. */
  memoryFree(address: number): MemoryResult<{ readonly pages: number }> {
    return this.count('frees', this.physical.release(address, undefined));
  }

  /** Frees a run of pages; `pages` must be what was allocated. */
  memoryFreePages(address: number, pages: number): MemoryResult<{ readonly pages: number }> {
    return this.count('frees', checkCount(pages, 'pages') ?? this.physical.release(address, pages));
  }

  /** Takes free frames out of use for good, under a name. `start` is a physical address. */
  reserve(start: number, pages: number, tag: string): MemoryResult {
    const result = checkCount(pages, 'pages') ?? this.physical.reserve(start, pages, String(tag));
    return this.count(undefined, result);
  }

  /**
   * Maps virtual pages to physical ones. RAM must be allocated, reserved, or outside the managed frames; other
   * physical addresses need the attribute `device`.
   */
  memoryMap(
    va: bigint | number,
    pa: number,
    pages: number,
    attributes: MappingAttributes = KERNEL_DATA,
    { blocks = true }: MapOptions = {},
  ): MemoryResult {
    return this.count(undefined, this.virtual.map(va, pa, pages, attributes, blocks));
  }

  /** Unmaps pages that memoryMap mapped, all of them or none. Frames stay allocated. */
  memoryUnmap(va: bigint | number, pages: number): MemoryResult {
    return this.count(undefined, this.virtual.unmap(va, pages));
  }

  /** Changes the rights of mapped pages, all of them or none. */
  memoryProtect(va: bigint | number, pages: number, attributes: MappingAttributes): MemoryResult {
    return this.count(undefined, this.virtual.protect(va, pages, attributes));
  }

  /** Sets virtual pages aside. They take no memory until they are touched. */
  reserveRange(
    va: bigint | number,
    pages: number,
    attributes: MappingAttributes = KERNEL_DATA,
    tag = '',
  ): MemoryResult {
    return this.count(undefined, this.virtual.addRange(va, pages, attributes, String(tag)));
  }

  /** Gives up a demand range by its first address, with every page touched in it. */
  releaseRange(va: bigint | number): MemoryResult<{ readonly freedPages: number }> {
    return this.count(undefined, this.virtual.dropRange(va));
  }

  /**
   * Resolves a page fault: a page of a demand range gets a zeroed frame on first touch.
   *
   * @param access one of core's ACCESS
   * @param user the access came from EL0
   */
  handlePageFault(va: bigint | number, access: Access, { user = false } = {}): MemoryResult<ResolvedFault> {
    const result = this.virtual.resolve(va, access, user);
    if (result.ok) this.calls.faultsResolved++;
    else this.calls.faultsRefused++;
    return result;
  }

  /** Reads virtual memory through the page tables, as the kernel. Demand pages are touched. */
  read(va: bigint | number, length: number): MemoryResult<{ readonly bytes: Uint8Array }> {
    const spans = this.virtual.translateAll(va, length, ACCESS.read);
    if ('reason' in spans) return this.count(undefined, spans);
    const bytes = new Uint8Array(length);
    for (const { at, pa, size } of spans) bytes.set(this.memory.read(pa, size), at);
    return { ok: true, bytes };
  }

  /** Writes virtual memory through the page tables, as the kernel: all bytes or none. Demand pages are touched. */
  write(va: bigint | number, bytes: Uint8Array): MemoryResult {
    const length = bytes instanceof Uint8Array ? bytes.length : Number.NaN;
    const spans = this.virtual.translateAll(va, length, ACCESS.write);
    if ('reason' in spans) return this.count(undefined, spans);
    for (const { at, pa, size } of spans) this.memory.write(pa, bytes.subarray(at, at + size));
    return OK;
  }

  memoryGetStats(): MemoryStatistics {
    return {
      ...frameFigures(this.ledger),
      ...this.calls,
      tablePages: this.space.tableFrames,
      mappedPages: this.virtual.mappings.pages,
      demandPages: this.virtual.ranges.pages,
      demandTouched: this.virtual.ranges.all.reduce((sum, { touched }) => sum + touched.size, 0),
      misbehaviours: this.ledger.misbehaviours,
    };
  }

  /** The memory layout as text for a terminal. */
  memoryShowLayout(): string {
    return layoutText({
      allocator: this.allocator,
      ledger: this.ledger,
      statistics: this.memoryGetStats(),
      mappings: this.virtual.mappings.all,
      ranges: this.virtual.ranges.all,
      reservations: this.reservations(),
    });
  }

  /** The same as {@link memoryShowLayout}, under the name of core's contract. */
  layoutReport(): string {
    return this.memoryShowLayout();
  }

  /**
   * Register values with which a CPU translates by this manager's tables; a half without mappings has TTBRn 0.
   * Undefined without a page-table builder.
   */
  controlRegisters(): ReturnType<AddressSpace['controlRegisters']> {
    return this.space.controlRegisters();
  }

  /** Names of the invariants that do not hold, of the manager's account and of the allocator. */
  validate(): readonly string[] {
    return this.ledger.validate();
  }

  /** Frees and unmaps everything; reservations stay. */
  reset(): void {
    this.allocator.reset();
    this.ledger.forget();
    this.space.forget();
    this.virtual.clear();
    this.calls = noCalls();
  }

  snapshot(): Snapshot<ManagerState> {
    return writeSnapshot({
      allocator: this.allocator.snapshot(),
      spans: [...this.ledger.spans()],
      tables: this.space.snapshot(),
      mappings: this.virtual.mappings.all,
      ranges: this.virtual.ranges.all,
      calls: { ...this.calls },
    });
  }

  /** @throws SNAPSHOT_INVALID when it is not of this manager's size and allocator, or inconsistent */
  restore(snapshot: Snapshot): void {
    const state = readSnapshot(snapshot, this.ledger);
    this.allocator.restore(state.allocator);
    this.ledger.restore(state.spans);
    this.virtual.clear();
    this.calls = { ...state.calls };
    const touched = state.ranges.flatMap(({ attributes, touched: pages }) =>
      [...pages].map(([page, frame]) => ({
        page,
        pages: 1,
        pa: frame * PAGE_SIZE,
        attributes,
        blocks: false,
      })),
    );
    const result = this.space.restore(state.tables, [...state.mappings, ...touched]);
    if (!result.ok) {
      throw new ArmatureError('SNAPSHOT_INVALID', `the address space cannot be rebuilt: ${result.message}`, {
        cause: result.cause,
      });
    }
    for (const mapping of state.mappings) {
      this.virtual.mappings.add(mapping);
      this.ledger.countMapping(mapping.pa / PAGE_SIZE, mapping.pages, 1);
    }
    for (const range of state.ranges) this.virtual.ranges.add(range);
  }

  private reservations(): { frame: number; count: number; tag: string }[] {
    try {
      return [...this.allocator.reservations()];
    } catch {
      return [];
    }
  }

  private count<Result extends MemoryResult>(
    call: 'allocations' | 'frees' | undefined,
    result: Result,
  ): Result {
    if (!result.ok) this.calls.failures++;
    else if (call !== undefined) this.calls[call]++;
    return result;
  }
}

function checkManagedRange(memory: PhysicalMemory, { name, base, count }: FrameAllocator): void {
  if (!Number.isSafeInteger(base) || !Number.isSafeInteger(count) || base < 0 || count < 1) {
    throw new ArmatureError(
      'ALLOCATOR_MISBEHAVED',
      `the allocator ${name} manages ${count} frames from ${base}`,
      {
        context: { allocator: name, base, count },
      },
    );
  }
  const start = base * PAGE_SIZE;
  if (memory.contains(start, count * PAGE_SIZE) && memory.regionAt(start)?.kind === 'ram') return;
  throw new ArmatureError(
    'ADDRESS_RANGE',
    `${formatBytes(count * PAGE_SIZE)} from ${formatAddress(start)} are not all RAM`,
    {
      context: { allocator: name, start, pages: count },
      hint: 'Give the machine more RAM, or the memory manager another base or fewer pages.',
    },
  );
}
