/**
 * Which frames continue the run of the frame before them. Most huge frames hold single frames only, or are one
 * run, and say so in a tag; of the others the words with a mark are kept in `MarkedWords`. So the map costs 4 bytes for a
 * huge frame, and as many more for each word with a mark, instead of 68.
 */
import { maskOf } from './bits.ts';
import type { HugeLevels } from './huge-levels.ts';
import { MarkedWords } from './marked-words.ts';

/** Tag of a huge frame in which every used frame is a run of its own. */
export const TAG_SINGLES = 0;
/** Of one that is covered by one run, which begins there. */
export const TAG_WHOLE = 1;
/** Of one that is covered by one run, which began before. */
const TAG_WHOLE_INSIDE = 2;
/** Added when the last frame begins a run that goes on in the next huge frame. */
const TAG_CROSSED = 0x2000_0000;
/** Added when some frames are reserved. */
export const TAG_RESERVED = 0x4000_0000;

/** Without the flags. From 4 on it is what `MarkedWords` gave. */
const KIND = 0x1fff_ffff;
const WORDS = 16;
const FRAMES = 512;

export class RunMap {
  readonly #levels: HugeLevels;
  readonly #marked = new MarkedWords();

  /** @param levels where the tags are, for one huge frame more than there are */
  constructor(levels: HugeLevels) {
    this.#levels = levels;
  }

  get bytes(): number {
    return this.#marked.bytes;
  }

  tag(huge: number): number {
    return this.#levels.words[this.#levels.tags + huge]!;
  }

  /** Adds to the tag of a huge frame. */
  flag(huge: number, tag: number): void {
    const { words, tags, summaries } = this.#levels;
    words[tags + huge]! |= tag;
    words[summaries + huge]! |= 0x8000_0000;
  }

  #unflag(huge: number, tag: number): void {
    const { words, tags, summaries } = this.#levels;
    const left = words[tags + huge]! & ~tag;
    words[tags + huge] = left;
    if (left === 0) words[summaries + huge]! &= 0x7fff_ffff;
  }

  /** Whether a frame continues a run. */
  has(index: number): boolean {
    return ((this.word(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** One word of the map as bits. */
  word(at: number): number {
    const kind = this.tag(at >>> 4) & KIND;
    if (kind === TAG_SINGLES) return 0;
    if (kind === TAG_WHOLE) return (at & (WORDS - 1)) === 0 ? -2 : -1;
    if (kind === TAG_WHOLE_INSIDE) return -1;
    return this.#marked.get(kind, at & (WORDS - 1));
  }

  /** Changes bits of one word of a huge frame that no run covers. */
  #toggle(at: number, bits: number): void {
    const huge = at >>> 4;
    const { words, tags, summaries } = this.#levels;
    const before = words[tags + huge]!;
    const kind = before & KIND;
    const after = this.#marked.toggle(kind, at & (WORDS - 1), bits);
    if (after === kind) return;
    const tag = before ^ kind ^ after;
    words[tags + huge] = tag;
    if (tag === 0) words[summaries + huge]! &= 0x7fff_ffff;
    else words[summaries + huge]! |= 0x8000_0000;
  }

  /** Whether all frames `from` to `to` continue a run. */
  coversRange(from: number, to: number): boolean {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      const mask = maskOf(index & 31, ((end - 1) & 31) + 1);
      if ((this.word(index >>> 5) & mask) !== mask) return false;
      index = end;
    }
    return true;
  }

  /** Marks a run; none of its frames is marked yet. */
  addRun(index: number, count: number): void {
    const to = index + count;
    for (let at = index; at < to; ) {
      const huge = at >>> 9;
      const end = Math.min(to, (huge + 1) * FRAMES);
      const from = at === index ? at + 1 : at;
      if (end - at === FRAMES) this.flag(huge, at === index ? TAG_WHOLE : TAG_WHOLE_INSIDE);
      else if (from < end) this.add(from, end);
      else if (end < to) this.flag(huge, TAG_CROSSED);
      at = end;
    }
  }

  /** Takes back what {@link addRun} marked. */
  removeRun(index: number, count: number): void {
    const to = index + count;
    for (let at = index; at < to; ) {
      const huge = at >>> 9;
      const end = Math.min(to, (huge + 1) * FRAMES);
      const from = at === index ? at + 1 : at;
      if (end - at === FRAMES) this.#unflag(huge, KIND);
      else if (from < end) this.remove(from, end);
      else if (end < to) this.#unflag(huge, TAG_CROSSED);
      at = end;
    }
  }

  /** Marks the frames `from` to `to` of one huge frame; none is marked yet. */
  add(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      this.#toggle(index >>> 5, maskOf(index & 31, ((end - 1) & 31) + 1));
      index = end;
    }
  }

  /** Takes back what {@link add} marked. */
  remove(from: number, to: number): void {
    this.add(from, to);
  }

  /** {@link add} for a run of `size` frames that begins at an index, `size` a power of two up to 32, aligned. */
  addBlock(index: number, size: number): void {
    this.#toggle(index >>> 5, insideBits(size) << (index & 31));
  }

  /** Takes back what {@link addBlock} marked; false, and nothing is done, when it did not mark exactly this run. */
  removeBlock(index: number, size: number): boolean {
    if ((this.tag(index >>> 9) & KIND) <= TAG_WHOLE_INSIDE) return false;
    const at = index >>> 5;
    const word = this.word(at);
    const shift = index & 31;
    const inside = insideBits(size);
    if (((word >>> shift) & (inside | 1)) !== inside) return false;
    const goesOn = shift + size < 32 ? (word >>> (shift + size)) & 1 : this.has(index + size);
    if (goesOn) return false;
    this.#toggle(at, inside << shift);
    return true;
  }

  /** Names of what is wrong: words that are owned twice or by nobody, or have no mark. */
  brokenInvariants(): string[] {
    const kinds: number[] = [];
    for (let huge = 0; huge < this.#levels.hugeFrames; huge++) {
      const kind = this.tag(huge) & KIND;
      if (kind > TAG_WHOLE_INSIDE) kinds.push(kind);
    }
    return this.#marked.isConsistent(kinds) ? [] : ['run-words'];
  }
}

/** All of the lowest `size` bits but the first: the frames of a run that continue it. */
function insideBits(size: number): number {
  return ((-1 >>> (32 - size)) ^ 1) | 0;
}
