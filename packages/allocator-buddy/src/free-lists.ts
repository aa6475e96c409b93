/** What the lists of free blocks hold; WebAssembly, `code/rings.ts` and `code/bitmaps.ts`, changes them. */
import { HEADS, type Layout, ORDERS, STATE, wordsOf } from './layout.ts';

export class FreeLists {
  readonly #layout: Layout;
  readonly #words: Int32Array;

  constructor(layout: Layout, memory: ArrayBuffer) {
    this.#layout = layout;
    this.#words = new Int32Array(memory, 0, layout.magazineSizes >>> 2);
    this.clear();
  }

  /** No block is free. */
  clear(): void {
    this.#words[STATE.available >>> 2] = 0;
    if (this.#layout.placement === 'address') this.#clearBitmaps();
    else this.#clearRings();
  }

  /** Bit `order` is set when there is a free block of the order. */
  get available(): number {
    return this.#words[STATE.available >>> 2]!;
  }

  /** The indices of the free blocks of an order, from the one that was added first on, or by address. */
  blocks(order: number): number[] {
    return this.#layout.placement === 'address' ? this.#marked(order) : this.#ring(order);
  }

  #clearRings(): void {
    const nodes = this.#layout.nodes >>> 2;
    for (let order = 0; order < HEADS; order++) {
      this.#words.fill(order, nodes + 2 * order, nodes + 2 * order + 2);
    }
  }

  #ring(order: number): number[] {
    const nodes = this.#layout.nodes >>> 2;
    const blocks: number[] = [];
    let node = this.#words[nodes + 2 * order]!;
    // A ring that does not come back is one that `validate` has to tell.
    while (node !== order && blocks.length <= this.#layout.count) {
      blocks.push(node - HEADS);
      node = this.#words[nodes + 2 * node]!;
    }
    return blocks.reverse();
  }

  #clearBitmaps(): void {
    const { base, starts, firstBlocks, freeBlocks, lowest, bits } = this.#layout;
    const words = this.#words;
    let start = 0;
    for (let order = 0; order < ORDERS; order++) {
      words[(starts >>> 2) + order] = start;
      words[(firstBlocks >>> 2) + order] = base >>> order;
      words[(freeBlocks >>> 2) + order] = 0;
      words[(lowest >>> 2) + order] = start >>> 5;
      start += wordsOf(order, this.#layout);
    }
    // The bits and the summary are the last words.
    words.fill(0, bits >>> 2);
  }

  #marked(order: number): number[] {
    const { base, starts, bits } = this.#layout;
    const first = this.#words[(starts >>> 2) + order]!;
    const blocks: number[] = [];
    for (let at = 0; at < wordsOf(order, this.#layout); at++) {
      for (let word = this.#words[(bits >>> 2) + first + at]!; word !== 0; word &= word - 1) {
        const block = (base >>> order) + at * 32 + 31 - Math.clz32(word & -word);
        blocks.push(block * 2 ** order - base);
      }
    }
    return blocks;
  }
}
