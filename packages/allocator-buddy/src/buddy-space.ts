/**
 * The blocks that managed memory is cut into: one byte a frame says what begins there, or that nothing does. So the frames
 * from one head to the next are one block or run, and its length needs no other memory. Two free buddies of one order
 * never stay apart below the top order. What most calls do is WebAssembly, `code/`; here is the rest.
 */
import { instantiate, type Operations } from './code/instance.ts';
import { FreeLists } from './free-lists.ts';
import { KIND, LAST_ORDER, type Layout } from './layout.ts';
import { Magazines } from './magazines.ts';

const NO_KINDS = new Uint8Array(0);

export class BuddySpace {
  // Fields begin with a value of their type: then reading them needs no check.
  readonly base: number = 0;
  readonly count: number = 0;
  readonly topOrder: number = 0;
  readonly kinds: Uint8Array = NO_KINDS;
  readonly lists: FreeLists;
  readonly magazines: Magazines;
  readonly operations: Operations;
  readonly bytes: number;

  /** All frames are free. */
  constructor(layout: Layout) {
    const { base, count, topOrder } = layout;
    const { memory, operations } = instantiate(layout);
    this.base = base;
    this.count = count;
    this.topOrder = topOrder;
    this.bytes = layout.length;
    this.operations = operations;
    this.kinds = new Uint8Array(memory, layout.kinds, count);
    this.lists = new FreeLists(layout, memory);
    this.magazines = new Magazines(layout, memory, operations);
    this.makeAllFree();
  }

  makeAllFree(): void {
    this.kinds.fill(KIND.inside);
    this.lists.clear();
    this.magazines.clear();
    this.addRange(0, this.count);
  }

  /** Makes the frames `from` to `to`, all of kind inside, free. */
  addRange(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const order = this.#largestBlock(index, to);
      this.operations.give(index, order);
      index += 1 << order;
    }
  }

  /** Takes frames that are free out of the lists; all become of kind inside. */
  takeRange(from: number, to: number): void {
    let index = from;
    while (index < to) {
      const head = this.freeHead(index);
      const order = this.kinds[head]!;
      const end = head + (1 << order);
      this.operations.remove(head, order);
      this.kinds[head] = KIND.inside;
      // What is left on either side has no free buddy, so nothing joins.
      this.#addBlocks(head, index);
      if (end > to) this.#addBlocks(to, end);
      index = end;
    }
  }

  /** Marks frames of kind inside as one used run. */
  markRun(index: number, count: number): void {
    const order = 31 - Math.clz32(count);
    const isBlock = count === 1 << order && ((this.base + index) & (count - 1)) === 0;
    this.kinds[index] = isBlock ? KIND.used | order : KIND.run;
  }

  /** Where the free block begins that a frame belongs to, or -1. */
  freeHead(index: number): number {
    for (let order = 0; order <= this.topOrder; order++) {
      const head = ((this.base + index) & -(1 << order)) - this.base;
      if (head < 0) return -1;
      const kind = this.kinds[head]!;
      if (kind !== KIND.inside) return kind <= LAST_ORDER && kind >= order ? head : -1;
    }
    return -1;
  }

  isFree(from: number, to: number): boolean {
    for (let index = from; index < to; ) {
      const head = this.freeHead(index);
      if (head < 0) return false;
      index = head + (1 << this.kinds[head]!);
    }
    return true;
  }

  /** The first head after a frame, at most `limit`. */
  nextHead(index: number, limit: number): number {
    const { kinds } = this;
    let next = index + 1;
    while (next < limit && kinds[next] === KIND.inside) next++;
    return next;
  }

  /** Whether two free buddies of one order are apart, or a list does not hold exactly the free blocks. */
  brokenInvariants(): string[] {
    const broken = new Set<string>();
    const seen = new Int32Array(LAST_ORDER + 1);
    for (let index = 0; index < this.count; ) {
      const kind = this.kinds[index]!;
      let end = index + 1;
      if (kind <= LAST_ORDER) {
        end = index + (1 << kind);
        seen[kind]!++;
        const buddy = ((this.base + index) ^ (1 << kind)) - this.base;
        if (((this.base + index) & ((1 << kind) - 1)) !== 0 || kind > this.topOrder)
          broken.add('block-alignment');
        if (kind < this.topOrder && buddy >= 0 && this.kinds[buddy] === kind) broken.add('buddies-apart');
      } else if (kind >= KIND.used && kind <= KIND.used + LAST_ORDER) {
        end = index + (1 << (kind - KIND.used));
      } else if (kind === KIND.run) {
        end = this.nextHead(index, this.count);
      } else if (kind !== KIND.reserved && kind !== KIND.cached) {
        broken.add('kinds');
      }
      if (end > this.count) broken.add('block-ends');
      if (this.nextHead(index, this.count) !== Math.min(end, this.count)) broken.add('block-lengths');
      index = end;
    }
    for (let order = 0; order <= LAST_ORDER; order++) {
      const blocks = this.lists.blocks(order);
      const listed = blocks.length === seen[order] && new Set(blocks).size === blocks.length;
      if (!listed || !blocks.every((index) => this.kinds[index] === order)) broken.add('free-lists');
      if (((this.lists.available >>> order) & 1) !== (blocks.length > 0 ? 1 : 0)) broken.add('available');
    }
    return [...broken];
  }

  /** The order of the largest aligned block that begins at an index and ends at or before `to`. */
  #largestBlock(index: number, to: number): number {
    const frame = this.base + index;
    const fits = 31 - Math.clz32(to - index);
    const aligned = frame === 0 ? LAST_ORDER : 31 - Math.clz32(frame & -frame);
    return Math.min(fits, aligned, this.topOrder);
  }

  /** Adds the frames `from` to `to` to the lists as they are. */
  #addBlocks(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const order = this.#largestBlock(index, to);
      this.kinds[index] = order;
      this.operations.push(index, order);
      index += 1 << order;
    }
  }
}
