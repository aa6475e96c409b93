/**
 * Known bugs of frame allocators, each as a change to the sources of one of ours. `find` must occur once in the file.
 */
export interface Mutation {
  readonly name: string;
  readonly allocator: 'bitmap' | 'buddy' | 'hierarchical';
  /** Options of the allocator's factory. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'blocks join past the top order',
    allocator: 'hierarchical',
    file: 'huge-levels.ts',
    find: 'while (best < HUGE_ORDER - 1 && this.isBlockFree',
    replace: 'while (best <= HUGE_ORDER && this.isBlockFree',
  },
  {
    name: 'a refused batch of frees is not rolled back',
    allocator: 'hierarchical',
    file: 'hierarchical-allocator.ts',
    find: 'this.#map.unmarkOne(frames[undo]! - this.#origin)',
    replace: 'undo',
  },
  {
    name: 'success is reported after an undo',
    allocator: 'buddy',
    file: 'buddy-allocator.ts',
    find: '        return status;\n      }\n      kinds[index] = KIND.cached;',
    replace: '        return FREE_STATUS.ok;\n      }\n      kinds[index] = KIND.cached;',
  },
  {
    name: 'the region ends one frame late',
    allocator: 'hierarchical',
    file: 'hierarchical-allocator.ts',
    find: 'this.#end = this.#first + count;',
    replace: 'this.#end = this.#first + count + 1;',
  },
  {
    name: 'the region ends one frame early',
    allocator: 'bitmap',
    file: 'bitmap-allocator.ts',
    find: 'return index < this.count ? index : NO_FRAME;',
    replace: 'return index < this.count - 1 ? index : NO_FRAME;',
  },
  {
    name: 'a batch is marked before it is known to fit',
    allocator: 'bitmap',
    file: 'bitmap-allocator.ts',
    find: 'if (out.length > this.#free) {',
    replace: 'if (out.length > this.count) {',
  },
  {
    name: 'a run is marked before all its frames are known to be free',
    allocator: 'hierarchical',
    file: 'hierarchical-allocator.ts',
    find: 'lastUsed(this.#map, index, index + count) < 0',
    replace: 'this.#map.isFree(index)',
  },
  {
    name: 'the first block is of 32 frames when frames are added from frame 0',
    allocator: 'buddy',
    file: 'buddy-space.ts',
    find: 'frame === 0 ? LAST_FREE :',
    replace: 'frame === 0 ? 5 :',
  },
  {
    name: 'frames that were never handed out can be freed',
    allocator: 'buddy',
    file: 'buddy-allocator.ts',
    find: 'order === 0 && kind === USED_FRAME',
    replace: 'order === 0 && (kind & 0x1f) === 0',
  },
  {
    name: 'a double free of a single frame is done',
    allocator: 'hierarchical',
    file: 'free-map.ts',
    find: 'if (word === before) return false;',
    replace: '',
  },
  {
    name: 'a split loses the upper half',
    allocator: 'buddy',
    file: 'buddy-space.ts',
    find: 'lists.push(upper, at);',
    replace: '',
  },
  {
    name: 'blocks join with a buddy that is free only in part',
    allocator: 'buddy',
    file: 'buddy-space.ts',
    find: 'kinds[buddy] !== at) break;',
    replace: 'kinds[buddy]! > at) break;',
  },
  {
    name: 'a joined block leaves its buddy in the list',
    allocator: 'buddy',
    options: { placement: 'address' },
    file: 'buddy-space.ts',
    find: 'lists.remove(buddy, at);',
    replace: '',
  },
  {
    name: 'a magazine keeps frames that it gave back',
    allocator: 'buddy',
    options: { magazines: { frames: 8 } },
    file: 'magazines.ts',
    find: 'this.#slots.copyWithin(start, start + frames, start + size);',
    replace: '',
  },
  {
    name: 'a frame in a magazine can be freed again',
    allocator: 'buddy',
    options: { magazines: {} },
    file: 'magazines.ts',
    find: 'space.kinds[index] = 0x43;',
    replace: '',
  },
  {
    name: 'frames in magazines are never joined for a large block',
    allocator: 'buddy',
    options: { magazines: {} },
    file: 'magazines.ts',
    find: 'this.#empty(space, cpu, this.#sizes[cpu]!);',
    replace: 'break;',
  },
  {
    name: 'a hint is not raised when neighbours become free',
    allocator: 'hierarchical',
    file: 'free-map.ts',
    find: '((~word >>> (index & (32 - size))) & (-1 >>> (32 - size))) === 0;',
    replace: 'false;',
  },
  {
    name: 'a summary bit is cleared while its word has members',
    allocator: 'hierarchical',
    file: 'huge-levels.ts',
    find: 'if (left === 0) this.#emptyWord(set, huge);',
    replace: 'this.#emptyWord(set, huge);',
  },
  {
    name: 'part of a longer run is freed as a huge frame',
    allocator: 'hierarchical',
    file: 'free-map.ts',
    find: ' && words[tag + 1]! <= 1;',
    replace: ';',
  },
  {
    name: 'the first frame of a run that crosses into the next huge frame is freed alone',
    allocator: 'hierarchical',
    file: 'run-map.ts',
    find: 'else if (end < to) this.flag(huge, TAG_CROSSED);',
    replace: '',
  },
  {
    name: 'a block is freed although it is longer',
    allocator: 'hierarchical',
    file: 'run-map.ts',
    find: '!== inside || this.has(index + size)) return false;',
    replace: '!== inside) return false;',
  },
  {
    name: 'a freed run leaves its marks',
    allocator: 'hierarchical',
    file: 'run-map.ts',
    find: 'this.chunks[at] = word ^ (inside << shift);',
    replace: 'this.chunks[at] = word;',
  },
  {
    name: 'marks are lost when more are needed than ever before',
    allocator: 'hierarchical',
    file: 'run-map.ts',
    find: 'this.chunks.set(chunks);',
    replace: '',
  },
  {
    name: 'reset gives out reserved frames',
    allocator: 'bitmap',
    file: 'bitmap-allocator.ts',
    find: 'this.#busy.set(this.#reserved);',
    replace: 'this.#busy.fill(0, 0, this.count >>> 5);',
  },
  {
    name: 'a freed frame below the search position is forgotten',
    allocator: 'bitmap',
    file: 'bitmap-allocator.ts',
    find: 'if (index < this.#search) this.#search = index;',
    replace: '',
  },
  {
    name: 'a run that just fits before a boundary is passed over',
    allocator: 'bitmap',
    file: 'bitmap-allocator.ts',
    find: 'if (left < count) {',
    replace: 'if (left <= count) {',
  },
  {
    name: 'a run may begin below its lower limit',
    allocator: 'buddy',
    file: 'buddy-allocator.ts',
    find: 'let at = Math.max(start, from);',
    replace: 'let at = start;',
  },
  {
    name: 'a restored allocator forgets where it was',
    allocator: 'hierarchical',
    file: 'huge-levels.ts',
    find: '    this.current = current;\n    this.#nextStale = next;',
    replace: '    this.#nextStale = next;',
  },
  {
    name: 'a restored allocator takes blocks in another order',
    allocator: 'buddy',
    file: 'free-lists.ts',
    find: 'return blocks.reverse();',
    replace: 'return blocks;',
  },
];
