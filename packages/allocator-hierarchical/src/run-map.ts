/**
 * Which frames continue the run of the frame before them. Most huge frames hold single frames only, or are one
 * run, and say so in a tag; only the others own a chunk of bits, one for each frame, from a common pool. So the map
 * costs 4 bytes for a huge frame instead of 68.
 */
import { maskOf } from './bits.ts';
import type { HugeLevels } from './huge-levels.ts';

/** Tag of a huge frame in which every used frame is a run of its own. */
export const TAG_SINGLES = 0;
/** Of one that is covered by one run, which begins there. */
export const TAG_WHOLE = 1;
/** Of one that is covered by one run, which began before. */
const TAG_WHOLE_INSIDE = 2;
/** From here on a tag is a chunk's number. */
const TAG_CHUNK = 3;
/** Added when the last frame begins a run that goes on in the next huge frame. */
const TAG_CROSSED = 0x2000_0000;
/** Added when some frames are reserved. */
export const TAG_RESERVED = 0x4000_0000;

/** Without the flags. */
const KIND = 0x1fff_ffff;
const WORDS = 16;
const FRAMES = 512;

export class RunMap {
  readonly #levels: HugeLevels;
  /** Chunks of 16 words, by their number less {@link TAG_CHUNK}. */
  chunks = new Int32Array(8 * WORDS);
  /** Set bits of each chunk. */
  #sizes = new Int16Array(8);
  /** Numbers of chunks that nobody owns; `#spare` says how many. */
  #pool = new Int32Array(8);
  #spare = 0;
  #made = 0;

  /** @param levels where the tags are, for one huge frame more than there are */
  constructor(levels: HugeLevels) {
    this.#levels = levels;
  }

  get bytes(): number {
    return this.chunks.byteLength + this.#sizes.byteLength + this.#pool.byteLength;
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
    const kind = this.tag(index >>> 9) & KIND;
    if (kind === TAG_SINGLES) return false;
    if (kind === TAG_WHOLE) return (index & (FRAMES - 1)) !== 0;
    if (kind === TAG_WHOLE_INSIDE) return true;
    const word = this.chunks[(kind - TAG_CHUNK) * WORDS + ((index & (FRAMES - 1)) >>> 5)]!;
    return ((word >>> (index & 31)) & 1) !== 0;
  }

  /** One word of the map as bits. */
  word(at: number): number {
    const kind = this.tag(at >>> 4) & KIND;
    if (kind === TAG_SINGLES) return 0;
    if (kind === TAG_WHOLE) return (at & (WORDS - 1)) === 0 ? -2 : -1;
    if (kind === TAG_WHOLE_INSIDE) return -1;
    return this.chunks[(kind - TAG_CHUNK) * WORDS + (at & (WORDS - 1))]!;
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
    const huge = from >>> 9;
    if ((this.tag(huge) & KIND) === TAG_SINGLES) this.flag(huge, this.#takeChunk());
    const chunk = (this.tag(huge) & KIND) - TAG_CHUNK;
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      this.chunks[chunk * WORDS + ((index & (FRAMES - 1)) >>> 5)]! |= maskOf(
        index & 31,
        ((end - 1) & 31) + 1,
      );
      index = end;
    }
    this.#sizes[chunk]! += to - from;
  }

  /** Takes back what {@link add} marked. */
  remove(from: number, to: number): void {
    const huge = from >>> 9;
    const kind = this.tag(huge) & KIND;
    const chunk = kind - TAG_CHUNK;
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      this.chunks[chunk * WORDS + ((index & (FRAMES - 1)) >>> 5)]! &= ~maskOf(
        index & 31,
        ((end - 1) & 31) + 1,
      );
      index = end;
    }
    this.#sizes[chunk]! -= to - from;
    if (this.#sizes[chunk] === 0) this.#giveChunk(huge, kind);
  }

  /** {@link add} for a run of `size` frames that begins at an index, `size` a power of two up to 32, aligned. */
  addBlock(index: number, size: number): void {
    const huge = index >>> 9;
    if ((this.tag(huge) & KIND) === TAG_SINGLES) this.flag(huge, this.#takeChunk());
    const chunk = (this.tag(huge) & KIND) - TAG_CHUNK;
    this.chunks[chunk * WORDS + ((index & (FRAMES - 1)) >>> 5)]! |= insideBits(size) << (index & 31);
    this.#sizes[chunk]! += size - 1;
  }

  /** Takes back what {@link addBlock} marked; false, and nothing is done, when it did not mark exactly this run. */
  removeBlock(index: number, size: number): boolean {
    const huge = index >>> 9;
    const kind = this.tag(huge) & KIND;
    if (kind < TAG_CHUNK) return false;
    const chunk = kind - TAG_CHUNK;
    const at = chunk * WORDS + ((index & (FRAMES - 1)) >>> 5);
    const word = this.chunks[at]!;
    const shift = index & 31;
    const inside = insideBits(size);
    if (((word >>> shift) & (inside | 1)) !== inside || this.has(index + size)) return false;
    this.chunks[at] = word ^ (inside << shift);
    const left = this.#sizes[chunk]! - size + 1;
    this.#sizes[chunk] = left;
    if (left === 0) this.#giveChunk(huge, kind);
    return true;
  }

  #giveChunk(huge: number, kind: number): void {
    this.#unflag(huge, KIND);
    this.#pool[this.#spare++] = kind;
  }

  /** The number of a chunk of zeros. Allocates memory only when more chunks are owned than ever before. */
  #takeChunk(): number {
    if (this.#spare > 0) return this.#pool[--this.#spare]!;
    const made = this.#made++;
    if (made === this.#pool.length) {
      const capacity = Math.min(made + (made >>> 1), this.#levels.hugeFrames);
      const { chunks } = this;
      const sizes = this.#sizes;
      this.chunks = new Int32Array(capacity * WORDS);
      this.chunks.set(chunks);
      this.#sizes = new Int16Array(capacity);
      this.#sizes.set(sizes);
      // Every chunk is owned, so the pool is empty.
      this.#pool = new Int32Array(capacity);
    }
    return TAG_CHUNK + made;
  }

  /** Names of what is wrong: a chunk's size, or a chunk that is owned twice or both owned and spare. */
  brokenInvariants(): string[] {
    const owners = new Int32Array(this.#made);
    let sizesHold = true;
    for (let huge = 0; huge < this.#levels.hugeFrames; huge++) {
      const chunk = (this.tag(huge) & KIND) - TAG_CHUNK;
      if (chunk < 0) continue;
      if (chunk < this.#made) owners[chunk]!++;
      let size = 0;
      for (let index = huge * FRAMES; index < (huge + 1) * FRAMES; index++) size += this.has(index) ? 1 : 0;
      if (size !== this.#sizes[chunk] || size === 0) sizesHold = false;
    }
    for (let spare = 0; spare < this.#spare; spare++) owners[this.#pool[spare]! - TAG_CHUNK]!++;
    return [
      ...(sizesHold ? [] : ['run-sizes']),
      ...(owners.every((count) => count === 1) ? [] : ['run-chunks']),
    ];
  }
}

/** All of the lowest `size` bits but the first: the frames of a run that continue it. */
function insideBits(size: number): number {
  return ((-1 >>> (32 - size)) ^ 1) | 0;
}
