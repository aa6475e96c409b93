import { ArmatureError, CODE_PAGE } from '@armature/core';
import type { ChangeCause } from '../jit/events.ts';
import { ARENA_PAGE, type CodeArena, layOutArena } from './code-arena.ts';
import { HANDLER } from './handlers.ts';
import { HANDLER_OFFSET, STORES_LEFT_OFFSET } from './record.ts';

/** Stores to a page of code before it is forgotten: at first, and after it was forgotten many times. */
const FEWEST_STORES = 128;
const MOST_STORES = 2 ** 30;

/** Whoever keeps something that follows from code. */
export interface CodeObserver {
  /** Words `from` to `to`, exclusive, of a host page that has records change. */
  changed(hostPage: number, from: number, to: number, cause: ChangeCause): void;
  cleared(): void;
  /** Whether it keeps anything of the code in a range of a host page. */
  covers(hostOffset: number, size: number): boolean;
}

/**
 * Predecoded pages: which host page of machine memory has its records where. Pages are handed out until the
 * arena is full; then everything is dropped and decoding starts again.
 */
export class CodePages {
  readonly arena: CodeArena;
  /** Told before code that changed is forgotten, and when all of it is. */
  observer: CodeObserver | undefined;
  /** Heat of a new record: branches to it that are interpreted before it is called hot. */
  threshold = 0;
  /** Records of each page of machine memory, 0 when it has none. */
  private readonly recordsOf: Int32Array;
  /** Host page of each arena page. */
  private readonly hostPageOf: Int32Array;
  private readonly words: Int32Array;
  private readonly handlers: Uint16Array;
  private readonly bytes: Uint8Array;
  private used = 0;
  /** Places of pages that were removed. */
  private readonly free: number[] = [];
  /** Stores after which pages that were removed before are removed again. */
  private readonly storesAllowed = new Map<number, number>();

  constructor(memory: WebAssembly.Memory, arena: { readonly offset: number; readonly size: number }) {
    this.arena = layOutArena(arena);
    if (this.arena.capacity === 0) {
      throw new ArmatureError('CONFIG_INVALID', `a code arena of ${arena.size} bytes holds no page`, {
        context: { size: arena.size },
        hint: `Give it ${ARENA_PAGE} bytes for each page of code to remember.`,
      });
    }
    this.recordsOf = new Int32Array(memory.buffer.byteLength >>> 12);
    this.hostPageOf = new Int32Array(this.arena.capacity);
    this.words = new Int32Array(memory.buffer);
    this.handlers = new Uint16Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** First record of a host page that has code, else 0. */
  find(hostPage: number): number {
    return this.recordsOf[hostPage];
  }

  /** True when no page can be added until {@link clear}. */
  get full(): boolean {
    return this.used === this.arena.capacity && this.free.length === 0;
  }

  /** Makes empty records for a host page. */
  add(hostPage: number): number {
    const place = this.free.pop() ?? this.used++;
    const records = this.arena.records + place * CODE_PAGE.size;
    this.hostPageOf[place] = hostPage;
    this.words.fill(0, records >>> 2, (records + CODE_PAGE.size) >>> 2);
    this.words[(records + CODE_PAGE.recordCount * CODE_PAGE.recordSize) >>> 2] = HANDLER.pageEnd;
    this.words[(records + STORES_LEFT_OFFSET) >>> 2] = this.storesAllowed.get(hostPage) ?? FEWEST_STORES;
    const heat = this.heatOf(records) >>> 2;
    this.words.fill(this.threshold, heat, heat + CODE_PAGE.size / 16);
    const covered = this.coveredOf(records);
    this.bytes.fill(0, covered, covered + CODE_PAGE.recordCount);
    this.recordsOf[hostPage] = records;
    return records;
  }

  /**
   * Forgets a page that is stored to more often than code is. Should code run there again, twice as many stores are
   * put up with. Whoever holds its record pointers must drop them.
   *
   * @param records its first record
   */
  remove(records: number): void {
    const place = (records - this.arena.records) / CODE_PAGE.size;
    const hostPage = this.hostPageOf[place];
    this.observer?.changed(hostPage, 0, CODE_PAGE.recordCount, 'store');
    this.recordsOf[hostPage] = 0;
    this.free.push(place);
    const allowed = this.storesAllowed.get(hostPage) ?? FEWEST_STORES;
    this.storesAllowed.set(hostPage, Math.min(2 * allowed, MOST_STORES));
  }

  /** Forgets a host page for good, whatever was known of it: other contents take its place. */
  forgetPage(hostPage: number): void {
    this.storesAllowed.delete(hostPage);
    const records = this.recordsOf[hostPage];
    if (records === 0) return;
    this.observer?.changed(hostPage, 0, CODE_PAGE.recordCount, 'host-write');
    this.recordsOf[hostPage] = 0;
    this.free.push((records - this.arena.records) / CODE_PAGE.size);
  }

  /** Where the heat of a record is in machine memory: a 32-bit word. */
  heatOf(record: number): number {
    return (record >>> 2) + this.arena.heatBias;
  }

  /** Where it is said whether regions contain a record: a byte. */
  coveredOf(record: number): number {
    return (record >>> 4) + this.arena.coveredBias;
  }

  /** Forgets all pages. Whoever holds record pointers must drop them. */
  clear(): void {
    for (let index = 0; index < this.used; index++) this.recordsOf[this.hostPageOf[index]] = 0;
    this.used = 0;
    this.free.length = 0;
    this.observer?.cleared();
  }

  /**
   * Has the records of a range of machine memory that changed decoded again. Their operands stay: the instruction
   * in hand may be among them, and is still to be completed.
   */
  invalidate(hostOffset: number, size: number, cause: ChangeCause = 'store'): void {
    const end = hostOffset + size;
    for (let page = hostOffset >>> 12; page <= (end - 1) >>> 12; page++) {
      const records = this.recordsOf[page];
      if (records === 0) continue;
      const from = Math.max(hostOffset, page * 4096) & 0xfff;
      const to = end >= (page + 1) * 4096 ? 0x1000 : end & 0xfff;
      this.observer?.changed(page, from >>> 2, (to + 3) >>> 2, cause);
      const last = records + ((to + 3) >>> 2) * CODE_PAGE.recordSize;
      for (let at = records + (from >>> 2) * CODE_PAGE.recordSize; at < last; at += CODE_PAGE.recordSize) {
        this.forget(at);
      }
    }
  }

  /** Has a record decoded again. */
  forget(record: number): void {
    this.handlers[(record + HANDLER_OFFSET) >>> 1] = HANDLER.decode;
  }

  /** Where the instruction of a record lies in machine memory. */
  hostOffset(record: number): number {
    const page = Math.floor((record - this.arena.records) / CODE_PAGE.size);
    return this.hostPageOf[page] * 4096 + this.index(record, page) * 4;
  }

  /** Number of a record in its page. */
  private index(record: number, page: number): number {
    return (record - this.arena.records - page * CODE_PAGE.size) / CODE_PAGE.recordSize;
  }
}
