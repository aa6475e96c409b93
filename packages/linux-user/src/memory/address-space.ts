/**
 * A process's address space.
 *
 * Two books are kept. *Areas* say what every page may do and where it comes from. *Pages* say which frame a page
 * that was touched has, and how it is mapped now: not at all, without write access, or with it. The memory
 * manager's mapping is a cache of the two: what is not mapped comes back through the page-fault handler.
 *
 * A private frame with several holders (after fork, or of a file) is mapped without write access; the fault of the
 * first write copies it. Pages that are writable and executable are mapped one way or the other, as they are used:
 * the memory manager maps nothing both ways.
 */
import {
  ACCESS,
  type Access,
  type FrameAllocator,
  type MappingAttributes,
  PAGE_SIZE,
  type PageTableBuilder,
  type PhysicalMemory,
} from '@armature/core';
import { MemoryManager } from '@armature/memory';
import { fail } from '../errno.ts';
import { type Area, AreaList, PROT } from './areas.ts';
import { type Frames, NO_FRAME } from './frames.ts';
import { PAST_END } from './page-object.ts';
import { TableFrames } from './table-frames.ts';

/** Pages of the lower half of the address space. */
export const USER_PAGES = 2 ** 36;
/** The lowest page that a program may map: null pointers fault. */
export const LOWEST_PAGE = 16;
const MOST_AREAS = 65_530;

/** How a page is mapped now. */
const STATE = { unmapped: 0, readable: 1, writable: 2 } as const;

/** What became of a page fault. */
export type FaultOutcome = 'resolved' | 'no-area' | 'no-right' | 'past-end' | 'no-memory';

export interface SpaceResources {
  readonly memory: PhysicalMemory;
  readonly frames: Frames;
  readonly allocator: FrameAllocator;
  readonly tables: PageTableBuilder;
}

export class AddressSpace {
  readonly areas = new AreaList();
  /** Processes and threads that use it. */
  users = 1;
  /** First address after the program, and the end of the heap that begins there. */
  heapStart = 0;
  heapEnd = 0;
  /** Mappings without an address go below this page. */
  mappingTop = 0;
  /** Faults resolved, and those of them that copied a page. */
  faults = 0;
  copies = 0;
  readonly asid: number;
  private readonly resources: SpaceResources;
  private readonly manager: MemoryManager;
  private readonly tableFrames: TableFrames;
  /** By page: 4 * frame + how it is mapped. */
  private pages = new Map<number, number>();
  private knownRoot = 0n;

  constructor(resources: SpaceResources, asid: number) {
    this.resources = resources;
    this.asid = asid;
    this.tableFrames = new TableFrames(resources.allocator);
    this.manager = new MemoryManager({
      memory: resources.memory,
      allocator: this.tableFrames,
      tables: resources.tables,
    });
  }

  /** TTBR0_EL1 of the tables, without ASID; 0 before the first page. */
  get root(): bigint {
    if (this.knownRoot === 0n) this.knownRoot = this.manager.controlRegisters()?.TTBR0_EL1 ?? 0n;
    return this.knownRoot;
  }

  /** Pages with a frame. */
  get residentPages(): number {
    return this.pages.size;
  }

  /** Frames that all address spaces together may have. */
  get frameTotal(): number {
    return this.resources.frames.total;
  }

  isResident(page: number): boolean {
    return this.pages.has(page);
  }

  /** Statistics of the memory manager that holds this space's mappings. */
  get statistics(): ReturnType<MemoryManager['memoryGetStats']> {
    return this.manager.memoryGetStats();
  }

  /** The page-fault handler: gives a page its frame, or its own copy, as its area allows. */
  fault(page: number, access: Access): FaultOutcome {
    const area = this.areas.at(page);
    if (area === undefined) return 'no-area';
    if (!allows(area.rights, access)) return 'no-right';
    const frame = this.frameFor(area, page, access === ACCESS.write);
    if (frame === NO_FRAME) return 'no-memory';
    if (frame === PAST_END) return 'past-end';
    if (!this.mapFrame(area, page, frame, access)) return 'no-memory';
    this.faults++;
    return 'resolved';
  }

  /**
   * Offset in machine memory of a page that the kernel reads or writes for the program, with the program's rights;
   * -1 when it has none. Written pages are for {@link Frames.changed}.
   */
  reach(page: number, access: Access): number {
    let entry = this.pages.get(page);
    const needed = access === ACCESS.write ? STATE.writable : STATE.readable;
    if (entry === undefined || entry % 4 < needed) {
      if (this.fault(page, access) !== 'resolved') return -1;
      entry = this.pages.get(page)!;
    }
    return this.resources.frames.hostOffset(Math.floor(entry / 4));
  }

  /** Frame of a page that {@link reach} has just found. */
  frameOf(page: number): number {
    return Math.floor(this.pages.get(page)! / 4);
  }

  /** Adds an area, over whatever was there. @throws ENOMEM */
  map(area: Area): void {
    this.checkCount();
    this.unmap(area.start, area.end);
    this.areas.add(area);
  }

  /** Takes areas and their pages away. */
  unmap(start: number, end: number): void {
    for (const piece of this.areas.cut(start, end)) {
      this.dropPages(piece.start, piece.end);
      piece.object?.release();
    }
  }

  /** Changes rights. @throws ENOMEM when not every page is of an area */
  protect(start: number, end: number, rights: number): void {
    if (!this.areas.covers(start, end)) fail('ENOMEM');
    this.checkCount();
    for (const piece of this.areas.cut(start, end)) {
      if (piece.rights !== rights) this.unmapPages(piece.start, piece.end);
      this.areas.add({ ...piece, rights });
      piece.object?.release();
    }
  }

  /** Gives the frames of private pages back: they are read or zeroed again when touched. */
  discard(start: number, end: number): void {
    this.dropPages(start, end);
  }

  /** Moves an area's pages to another place, which is free. `to` may be longer. */
  move(from: Area, start: number, pages: number): void {
    const moved = new Map<number, number>();
    for (const page of this.touched(from.start, from.end)) moved.set(page, this.pages.get(page)!);
    this.unmapPages(from.start, from.end);
    for (const page of moved.keys()) this.pages.delete(page);
    this.areas.add({ ...from, start, end: start + pages });
    for (const piece of this.areas.cut(from.start, from.end)) piece.object?.release();
    for (const [page, entry] of moved) this.pages.set(page - from.start + start, entry - (entry % 4));
  }

  /** A page-aligned place for `pages` pages: at the hint if that is free. @throws ENOMEM */
  findPlace(pages: number, hint: number): number {
    if (
      hint >= LOWEST_PAGE &&
      hint + pages <= USER_PAGES &&
      this.areas.within(hint, hint + pages).length === 0
    ) {
      return hint;
    }
    const place = this.areas.highestGap(pages, LOWEST_PAGE, this.mappingTop);
    if (place < 0) fail('ENOMEM');
    return place;
  }

  /** A copy of everything for a new process: private frames are shared until someone writes. */
  fork(asid: number): AddressSpace {
    const child = new AddressSpace(this.resources, asid);
    child.heapStart = this.heapStart;
    child.heapEnd = this.heapEnd;
    child.mappingTop = this.mappingTop;
    for (const area of this.areas.all) child.areas.add(area);
    for (const [page, entry] of this.pages) {
      this.resources.frames.share(Math.floor(entry / 4));
      child.pages.set(page, entry - (entry % 4));
    }
    for (const area of this.areas.all) if (!area.shared) this.withdrawWrites(area);
    return child;
  }

  /** Gives everything back. What CPUs remember is of an ASID that no other space has. */
  destroy(): void {
    for (const area of [...this.areas.all]) {
      for (const piece of this.areas.cut(area.start, area.end)) piece.object?.release();
    }
    for (const entry of this.pages.values()) this.resources.frames.give(Math.floor(entry / 4));
    this.pages.clear();
    this.tableFrames.reset();
  }

  /** The frame that a page has, gets, or gets a copy of. Negative when there is none. */
  private frameFor(area: Area, page: number, write: boolean): number {
    const { frames } = this.resources;
    const entry = this.pages.get(page);
    if (entry !== undefined) {
      const frame = Math.floor(entry / 4);
      return write && !area.shared && frames.holders(frame) > 1 ? this.copyPage(page, frame) : frame;
    }
    if (area.object === undefined) return this.enter(page, frames.take(true));
    const frame = area.object.frame(area.objectPage + (page - area.start));
    if (frame < 0) return frame;
    if (write && !area.shared) {
      this.copies++;
      return this.enter(page, frames.copy(frame));
    }
    frames.share(frame);
    return this.enter(page, frame);
  }

  private enter(page: number, frame: number): number {
    if (frame !== NO_FRAME) this.pages.set(page, 4 * frame);
    return frame;
  }

  private copyPage(page: number, frame: number): number {
    const copy = this.resources.frames.copy(frame);
    if (copy === NO_FRAME) return NO_FRAME;
    this.copies++;
    this.unmapPages(page, page + 1);
    this.resources.frames.give(frame);
    return this.enter(page, copy);
  }

  /** Maps a page to its frame with the rights that its area and the frame's other holders leave. */
  private mapFrame(area: Area, page: number, frame: number, access: Access): boolean {
    const alone = area.shared || this.resources.frames.holders(frame) === 1;
    const execute = (area.rights & PROT.execute) !== 0;
    const write = (area.rights & PROT.write) !== 0 && alone && !(execute && access !== ACCESS.write);
    const attributes: MappingAttributes = { write, execute: execute && !write, user: true };
    const state = write ? STATE.writable : STATE.readable;
    const mapped = this.pages.get(page)! % 4 !== STATE.unmapped;
    const va = BigInt(page * PAGE_SIZE);
    const result = mapped
      ? this.manager.memoryProtect(va, 1, attributes)
      : this.manager.memoryMap(va, frame * PAGE_SIZE, 1, attributes, { blocks: false });
    if (result.ok) this.pages.set(page, 4 * frame + state);
    return result.ok;
  }

  /** Maps writable pages of an area without write access: their frames have another holder now. */
  private withdrawWrites(area: Area): void {
    const attributes = { write: false, execute: (area.rights & PROT.execute) !== 0, user: true };
    this.forRuns(
      area.start,
      area.end,
      (entry) => entry % 4 === STATE.writable,
      (page, count) => {
        this.manager.memoryProtect(BigInt(page * PAGE_SIZE), count, attributes);
        for (let i = page; i < page + count; i++) {
          this.pages.set(i, this.pages.get(i)! - STATE.writable + STATE.readable);
        }
      },
    );
  }

  private unmapPages(start: number, end: number): void {
    this.forRuns(
      start,
      end,
      (entry) => entry % 4 !== STATE.unmapped,
      (page, count) => {
        this.manager.memoryUnmap(BigInt(page * PAGE_SIZE), count);
        for (let i = page; i < page + count; i++) {
          const entry = this.pages.get(i)!;
          this.pages.set(i, entry - (entry % 4));
        }
      },
    );
  }

  private dropPages(start: number, end: number): void {
    this.unmapPages(start, end);
    for (const page of this.touched(start, end)) {
      this.resources.frames.give(Math.floor(this.pages.get(page)! / 4));
      this.pages.delete(page);
    }
  }

  /** Calls back for runs of consecutive pages whose entries pass. */
  private forRuns(
    start: number,
    end: number,
    test: (entry: number) => boolean,
    action: (page: number, count: number) => void,
  ): void {
    const found = this.touched(start, end).filter((page) => test(this.pages.get(page)!));
    for (let i = 0; i < found.length; ) {
      let next = i + 1;
      while (next < found.length && found[next] === found[next - 1] + 1) next++;
      action(found[i], next - i);
      i = next;
    }
  }

  /** Pages with a frame in a range, in order. */
  private touched(start: number, end: number): number[] {
    const found: number[] = [];
    if (end - start <= this.pages.size) {
      for (let page = start; page < end; page++) if (this.pages.has(page)) found.push(page);
      return found;
    }
    for (const page of this.pages.keys()) if (page >= start && page < end) found.push(page);
    return found.sort((a, b) => a - b);
  }

  private checkCount(): void {
    if (this.areas.count >= MOST_AREAS) fail('ENOMEM');
  }
}

function allows(rights: number, access: Access): boolean {
  switch (access) {
    case ACCESS.write:
      return (rights & PROT.write) !== 0;
    case ACCESS.execute:
      return (rights & PROT.execute) !== 0;
    default:
      return rights !== 0;
  }
}
