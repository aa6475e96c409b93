/**
 * The free runs, in lists by two levels, so that a fitting one is found with two bit searches.
 *
 * First level: the order of the largest naturally aligned block in the run. So any run of level k or above serves
 * `alloc(k)`, and none below does. The length of a run of level k is from 2^k to 2^(k+2) - 2.
 * Second level: the length in steps of 2^(k-3), which is exact up to level 3.
 */
export const LEVELS = 30;
const CLASSES = 32;
const NONE = -1;

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
  readonly #base: number;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #heads = new Int32Array(LEVELS * CLASSES).fill(NONE);
  readonly #classes = new Int32Array(LEVELS);
  #levels = 0;

  constructor(base: number, count: number) {
    this.#base = base;
    this.#next = new Int32Array(count);
    this.#previous = new Int32Array(count);
  }

  /** Puts a run at the head of its list. */
  insert(start: number, length: number): void {
    const level = alignedOrder(this.#base + start, length);
    const at = level * CLASSES + (length >>> stepOf(level));
    const head = this.#heads[at]!;
    this.#next[start] = head;
    // The head has its list instead of a run before it.
    this.#previous[start] = ~at;
    if (head !== NONE) this.#previous[head] = start;
    else {
      this.#classes[level]! |= 1 << (at & (CLASSES - 1));
      this.#levels |= 1 << level;
    }
    this.#heads[at] = start;
  }

  remove(start: number): void {
    const next = this.#next[start]!;
    const previous = this.#previous[start]!;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous >= 0) {
      this.#next[previous] = next;
      return;
    }
    const at = ~previous;
    this.#heads[at] = next;
    if (next !== NONE) return;
    const level = at >>> 5;
    const classes = this.#classes[level]! & ~(1 << (at & (CLASSES - 1)));
    this.#classes[level] = classes;
    if (classes === 0) this.#levels &= ~(1 << level);
  }

  /** A short run that holds an aligned block of the order, or -1. Exact, in bounded time. */
  findAligned(order: number): number {
    const levels = this.#levels & (-1 << order);
    if (levels === 0) return NONE;
    const level = lowestBit(levels);
    return this.#heads[level * CLASSES + lowestBit(this.#classes[level]!)]!;
  }

  /**
   * A run of at least a length, of the shortest class that has only such, or -1. In bounded time; runs of the length's
   * own class are left to {@link findInClass}.
   */
  findLength(length: number): number {
    const last = 31 - Math.clz32(length);
    let best = NONE;
    let shortest = Number.MAX_SAFE_INTEGER;
    for (let level = lowestLevel(length); level <= last; level++) {
      const step = stepOf(level);
      const first = (length + (1 << step) - 1) >>> step;
      const classes = first < CLASSES ? this.#classes[level]! & (-1 << first) : 0;
      if (classes === 0) continue;
      const found = lowestBit(classes);
      if (found << step < shortest) {
        shortest = found << step;
        best = this.#heads[level * CLASSES + found]!;
      }
    }
    return best === NONE && last + 1 < LEVELS ? this.findAligned(last + 1) : best;
  }

  /** The first of the runs that share a class with shorter ones and that `fits` accepts, or -1. Linear in those. */
  findInClass(length: number, fits: (start: number) => boolean): number {
    for (let level = lowestLevel(length); level <= 31 - Math.clz32(length); level++) {
      const step = stepOf(level);
      const own = length >>> step;
      if (own >= CLASSES || (length & ((1 << step) - 1)) === 0) continue;
      const found = this.#findIn(level * CLASSES + own, fits);
      if (found !== NONE) return found;
    }
    return NONE;
  }

  /** The first run of at least a length, shorter levels first, that `fits` accepts, or -1. Linear in the runs. */
  findFitting(length: number, fits: (start: number) => boolean): number {
    for (let level = lowestLevel(length); level < LEVELS; level++) {
      for (let own = length >>> stepOf(level); own < CLASSES; own++) {
        const found = this.#findIn(level * CLASSES + own, fits);
        if (found !== NONE) return found;
      }
    }
    return NONE;
  }

  /** The runs as they are in the lists, each list from its head. */
  starts(): number[] {
    const starts: number[] = [];
    for (const head of this.#heads) {
      for (let start = head; start !== NONE; start = this.#next[start]!) starts.push(start);
    }
    return starts;
  }

  clear(): void {
    this.#heads.fill(NONE);
    this.#classes.fill(0);
    this.#levels = 0;
  }

  /** Whether each list has the runs of its class, linked both ways, and the bits say which lists have any. */
  isConsistent(lengthOf: (start: number) => number): boolean {
    for (let level = 0; level < LEVELS; level++) {
      let classes = 0;
      for (let own = 0; own < CLASSES; own++) {
        const at = level * CLASSES + own;
        let previous = ~at;
        for (let start = this.#heads[at]!; start !== NONE; start = this.#next[start]!) {
          const length = lengthOf(start);
          const right =
            length > 0 &&
            alignedOrder(this.#base + start, length) === level &&
            length >>> stepOf(level) === own &&
            this.#previous[start] === previous;
          if (!right) return false;
          previous = start;
          classes |= 1 << own;
        }
      }
      if (classes !== this.#classes[level]!) return false;
      if ((classes !== 0) !== (((this.#levels >>> level) & 1) !== 0)) return false;
    }
    return true;
  }

  #findIn(at: number, fits: (start: number) => boolean): number {
    let start = this.#heads[at]!;
    while (start !== NONE && !fits(start)) start = this.#next[start]!;
    return start;
  }
}

/** The lowest level with runs of a length. */
function lowestLevel(length: number): number {
  return 30 - Math.clz32(length + 1);
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
