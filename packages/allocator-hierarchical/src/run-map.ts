/**
 * Which frames continue the run of the frame before them. Most huge frames hold single frames only, or are one
 * run, and say so in a tag; of the others the words with a mark are kept as `marked-words.ts` tells. So the map costs 4
 * bytes for a huge frame, and few more for each word with a mark, instead of 68. What changes it is WebAssembly, `code/`.
 */
import { maskOf } from './bits.ts';
import type { HugeLevels } from './huge-levels.ts';
import { KIND, TAG_SINGLES, TAG_WHOLE, TAG_WHOLE_INSIDE, WORDS } from './layout.ts';
import { areWordsConsistent, markedWord } from './marked-words.ts';

export class RunMap {
  readonly #levels: HugeLevels;

  /** @param levels where the tags are, for one huge frame more than there are */
  constructor(levels: HugeLevels) {
    this.#levels = levels;
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

  /** Whether a frame continues a run. */
  has(index: number): boolean {
    return ((this.word(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** One word of the map as bits. */
  word(at: number): number {
    const kind = this.tag(at >>> 4) & KIND;
    const number = at & (WORDS - 1);
    if (kind === TAG_SINGLES) return 0;
    if (kind === TAG_WHOLE) return number === 0 ? -2 : -1;
    return kind === TAG_WHOLE_INSIDE ? -1 : markedWord(this.#levels, at >>> 4, kind, number);
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

  /** Names of what is wrong: words that are owned twice or by nobody, or have no mark. */
  brokenInvariants(): string[] {
    const kinds = Array.from({ length: this.#levels.hugeFrames }, (_, huge) => this.tag(huge) & KIND);
    return areWordsConsistent(this.#levels, kinds) ? [] : ['run-words'];
  }
}
