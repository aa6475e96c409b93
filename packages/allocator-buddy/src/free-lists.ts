/** The free blocks of each order, by the index of their first frame. Nothing here allocates. */
export interface FreeLists {
  /** Bit `order` is set when there is a free block of the order. */
  readonly available: number;
  readonly bytes: number;
  /** Adds a free block. */
  push(index: number, order: number): void;
  /** Removes a free block. */
  remove(index: number, order: number): void;
  /** The block to hand out next; there must be one. */
  first(order: number): number;
  /** Removes the block to hand out next; there must be one. */
  takeFirst(order: number): number;
  /** The blocks of an order, from the one that was added first on. */
  list(order: number): number[];
}

export const ORDERS = 31;
const NONE = -1;

/**
 * Doubly linked lists through the free frames' own slots: the block that was freed last is handed out first. Slots are
 * computed with shifts and `| 0`, which need no check for numbers that are too large.
 */
export class LifoLists implements FreeLists {
  available = 0;
  /**
   * The first block of each order, then from 32 on next and previous block of the block at each index. One array, because
   * each that a path touches costs it several loads and checks.
   */
  readonly #links: Int32Array;

  constructor(count: number) {
    this.#links = new Int32Array(32 + 2 * count).fill(NONE, 0, 32);
  }

  get bytes(): number {
    return this.#links.byteLength;
  }

  push(index: number, order: number): void {
    const links = this.#links;
    const head = links[order]!;
    const slot = ((index << 1) + 32) | 0;
    links[slot] = head;
    links[slot + 1] = -1;
    if (head >= 0) links[((head << 1) + 33) | 0] = index;
    links[order] = index;
    this.available |= 1 << order;
  }

  remove(index: number, order: number): void {
    const links = this.#links;
    const slot = ((index << 1) + 32) | 0;
    const next = links[slot]!;
    const previous = links[slot + 1]!;
    if (next >= 0) links[((next << 1) + 33) | 0] = previous;
    if (previous >= 0) {
      links[((previous << 1) + 32) | 0] = next;
    } else {
      links[order] = next;
      if (next < 0) this.available &= ~(1 << order);
    }
  }

  first(order: number): number {
    return this.#links[order]!;
  }

  takeFirst(order: number): number {
    const links = this.#links;
    const index = links[order]!;
    const next = links[((index << 1) + 32) | 0]!;
    links[order] = next;
    if (next < 0) this.available &= ~(1 << order);
    else links[((next << 1) + 33) | 0] = -1;
    return index;
  }

  list(order: number): number[] {
    const blocks: number[] = [];
    for (let at = this.first(order); at !== NONE; at = this.#links[32 + 2 * at]!) blocks.push(at);
    return blocks.reverse();
  }
}

/** Bitmaps with one summary level: the block at the lowest address is handed out first. */
export class OrderedLists implements FreeLists {
  available = 0;
  /** Where the bits of each order begin, in words, and the block number of index 0. */
  readonly #starts = new Int32Array(ORDERS);
  readonly #firstBlocks = new Int32Array(ORDERS);
  readonly #bits: Int32Array;
  readonly #summary: Int32Array;
  readonly #sizes = new Int32Array(ORDERS);
  /** No word of an order's summary below this one, counted in the whole summary, has a bit set. */
  readonly #lowest = new Int32Array(ORDERS);
  readonly #base: number;

  constructor(base: number, count: number) {
    this.#base = base;
    let words = 0;
    for (let order = 0; order < ORDERS; order++) {
      this.#starts[order] = words;
      this.#firstBlocks[order] = base >>> order;
      const blocks = ((base + count - 1) >>> order) - (base >>> order) + 1;
      // Whole summary words for each order, so that a search never leaves the order.
      words += Math.ceil(blocks / 1024) * 32;
    }
    this.#bits = new Int32Array(words);
    this.#summary = new Int32Array(words / 32);
    for (let order = 0; order < ORDERS; order++) this.#lowest[order] = this.#summary.length;
  }

  get bytes(): number {
    return this.#bits.byteLength + this.#summary.byteLength;
  }

  push(index: number, order: number): void {
    const block = ((this.#base + index) >>> order) - this.#firstBlocks[order]!;
    const word = this.#starts[order]! + (block >>> 5);
    const top = word >>> 5;
    this.#bits[word]! |= 1 << (block & 31);
    this.#summary[top]! |= 1 << (word & 31);
    if (top < this.#lowest[order]!) this.#lowest[order] = top;
    this.#sizes[order]!++;
    this.available |= 1 << order;
  }

  remove(index: number, order: number): void {
    const block = ((this.#base + index) >>> order) - this.#firstBlocks[order]!;
    const word = this.#starts[order]! + (block >>> 5);
    const left = this.#bits[word]! & ~(1 << (block & 31));
    this.#bits[word] = left;
    if (left === 0) this.#summary[word >>> 5]! &= ~(1 << (word & 31));
    const size = this.#sizes[order]! - 1;
    this.#sizes[order] = size;
    if (size === 0) this.available &= ~(1 << order);
  }

  first(order: number): number {
    let top = this.#lowest[order]!;
    while (this.#summary[top] === 0) top++;
    this.#lowest[order] = top;
    const words = this.#summary[top]!;
    const word = top * 32 + 31 - Math.clz32(words & -words);
    const bits = this.#bits[word]!;
    const block = (word - this.#starts[order]!) * 32 + 31 - Math.clz32(bits & -bits);
    return (this.#firstBlocks[order]! + block) * (1 << order) - this.#base;
  }

  takeFirst(order: number): number {
    const index = this.first(order);
    this.remove(index, order);
    return index;
  }

  list(order: number): number[] {
    const blocks: number[] = [];
    const end = order + 1 < ORDERS ? this.#starts[order + 1]! : this.#bits.length;
    for (let word = this.#starts[order]!; word < end; word++) {
      for (let bits = this.#bits[word]!; bits !== 0; bits &= bits - 1) {
        const block = (word - this.#starts[order]!) * 32 + 31 - Math.clz32(bits & -bits);
        blocks.push((this.#firstBlocks[order]! + block) * (1 << order) - this.#base);
      }
    }
    return blocks;
  }
}
