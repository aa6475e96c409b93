/** The lists of free runs as TypeScript looks into them; WebAssembly, `code/lists.ts`, changes them. */
import { CLASSES, headNode, type Layout, NODE, RECORD_BYTES, STATE } from './layout.ts';

/** Step of the second level, as a shift. */
function stepOf(level: number): number {
  return Math.max(level - 3, 0);
}

/** Order of the largest naturally aligned block in the frames from `frame` on. */
export function alignedOrder(frame: number, length: number): number {
  const order = 31 - Math.clz32(length);
  const block = 1 << order;
  return (-frame & (block - 1)) + block <= length ? order : order - 1;
}

export class FreeIndex {
  readonly #layout: Layout;
  readonly #words: Int32Array;

  constructor(layout: Layout, memory: ArrayBuffer) {
    this.#layout = layout;
    this.#words = new Int32Array(memory, 0, layout.counters >>> 2);
  }

  /** The first of the runs that share a class with shorter ones and that `fits` accepts, or -1. Linear in those. */
  findInClass(length: number, fits: (start: number) => boolean): number {
    for (let level = lowestLevel(length); level <= 31 - Math.clz32(length); level++) {
      const step = stepOf(level);
      const own = length >>> step;
      if (own >= CLASSES || (length & ((1 << step) - 1)) === 0) continue;
      const found = this.#findIn(level * CLASSES + own, fits);
      if (found >= 0) return found;
    }
    return -1;
  }

  /** The first run of at least a length, shorter levels first, that `fits` accepts, or -1. Linear in the runs. */
  findFitting(length: number, fits: (start: number) => boolean): number {
    for (let level = lowestLevel(length); level < this.#layout.levels; level++) {
      for (let own = length >>> stepOf(level); own < CLASSES; own++) {
        const found = this.#findIn(level * CLASSES + own, fits);
        if (found >= 0) return found;
      }
    }
    return -1;
  }

  /** The runs as they are in the lists, each list from its head. */
  starts(): number[] {
    const { count, levels } = this.#layout;
    const starts: number[] = [];
    for (let list = 0; list < levels * CLASSES; list++) {
      const head = headNode(this.#layout, list);
      // A ring that does not come back is one that `validate` has to tell.
      for (let node = this.#next(head); node !== head && starts.length <= count; node = this.#next(node)) {
        starts.push(this.#indexOf(node));
      }
    }
    return starts;
  }

  /** The lists have no runs. */
  clear(): void {
    const words = this.#words;
    const { classes, heads, levels } = this.#layout;
    words[STATE.levels >>> 2] = 0;
    words.fill(0, classes >>> 2, heads >>> 2);
    for (let list = 0; list < levels * CLASSES; list++) {
      const head = headNode(this.#layout, list);
      words.fill(head, (head + NODE.next) >>> 2, (head + NODE.previous + 4) >>> 2);
    }
  }

  /** Whether each list has the runs of its class, linked both ways, and the bits say which lists have any. */
  isConsistent(lengthOf: (start: number) => number): boolean {
    const { base, classes, levels } = this.#layout;
    for (let level = 0; level < levels; level++) {
      let filled = 0;
      for (let own = 0; own < CLASSES; own++) {
        const head = headNode(this.#layout, level * CLASSES + own);
        let previous = head;
        for (let node = this.#next(head); node !== head; node = this.#next(node)) {
          const start = this.#indexOf(node);
          const length = start >= 0 ? lengthOf(start) : 0;
          const right =
            length > 0 &&
            alignedOrder(base + start, length) === level &&
            length >>> stepOf(level) === own &&
            this.#words[(node + NODE.previous) >>> 2] === previous;
          if (!right) return false;
          previous = node;
          filled |= 1 << own;
        }
        if (this.#words[(head + NODE.previous) >>> 2] !== previous) return false;
      }
      if (filled !== this.#words[(classes >>> 2) + level]!) return false;
      if ((filled !== 0) !== (((this.#words[STATE.levels >>> 2]! >>> level) & 1) !== 0)) return false;
    }
    return true;
  }

  #findIn(list: number, fits: (start: number) => boolean): number {
    const head = headNode(this.#layout, list);
    for (let node = this.#next(head); node !== head; node = this.#next(node)) {
      const start = this.#indexOf(node);
      if (fits(start)) return start;
    }
    return -1;
  }

  #next(node: number): number {
    return this.#words[(node + NODE.next) >>> 2]! >>> 0;
  }

  #indexOf(node: number): number {
    return (node - this.#layout.records) / RECORD_BYTES;
  }
}

/** The lowest level with runs of a length. */
function lowestLevel(length: number): number {
  return 30 - Math.clz32(length + 1);
}
