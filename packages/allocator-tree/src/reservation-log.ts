/**
 * Reservations in the shared buffer, so that every worker sees them. Entries are only added: frame, count, length of
 * the tag, then its UTF-16 code units, two in a word.
 */
import { ArmatureError, type FrameReservation } from '@armature/core';
import { AT, type TreeLayout } from './layout.ts';

const ENTRY_WORDS = 3;

export class ReservationLog {
  readonly #header: Int32Array;
  readonly #words: Int32Array;

  constructor(words: Int32Array, layout: TreeLayout) {
    this.#header = words.subarray(0, layout.workersAt);
    this.#words = words.subarray(layout.logAt, layout.logAt + layout.logWords);
  }

  /** Frames that are reserved. */
  get frames(): number {
    return Atomics.load(this.#header, AT.reserved);
  }

  /**
   * Adds a reservation when `take` has got its frames. One worker at a time.
   *
   * @returns what `take` did
   * @throws ArmatureError `CONFIG_INVALID` when there is no room for it; then `take` is not called
   */
  add({ frame, count, tag }: FrameReservation, take: () => boolean): boolean {
    while (Atomics.compareExchange(this.#header, AT.lock, 0, 1) !== 0);
    try {
      const used = Atomics.load(this.#header, AT.logUsed);
      const end = used + ENTRY_WORDS + Math.ceil(tag.length / 2);
      if (end > this.#words.length) {
        throw new ArmatureError('CONFIG_INVALID', `there is no room to note the reservation "${tag}"`, {
          context: { tag, logBytes: this.#words.length * 4 },
          hint: 'Make the allocator with more `reservationBytes`, or use a shorter tag.',
        });
      }
      if (!take()) return false;
      this.#words[used] = frame;
      this.#words[used + 1] = count;
      this.#words[used + 2] = tag.length;
      for (let at = 0; at < tag.length; at += 2) {
        const high = at + 1 < tag.length ? tag.charCodeAt(at + 1) : 0;
        this.#words[used + ENTRY_WORDS + at / 2] = tag.charCodeAt(at) | (high << 16);
      }
      Atomics.add(this.#header, AT.reserved, count);
      Atomics.store(this.#header, AT.logUsed, end);
      return true;
    } finally {
      Atomics.store(this.#header, AT.lock, 0);
    }
  }

  /** In the order in which they were made. */
  list(): FrameReservation[] {
    const reservations: FrameReservation[] = [];
    const end = Atomics.load(this.#header, AT.logUsed);
    for (let at = 0; at < end; at = this.#next(at)) {
      const length = this.#words[at + 2]!;
      const units = Array.from({ length }, (_, index) => {
        const word = this.#words[at + ENTRY_WORDS + (index >> 1)]!;
        return index % 2 === 0 ? word & 0xffff : word >>> 16;
      });
      const tag = units.map((unit) => String.fromCharCode(unit)).join('');
      reservations.push({ frame: this.#words[at]!, count: this.#words[at + 1]!, tag });
    }
    return reservations;
  }

  /** Whether a frame is reserved. */
  has(frame: number): boolean {
    const end = Atomics.load(this.#header, AT.logUsed);
    for (let at = 0; at < end; at = this.#next(at)) {
      const offset = frame - this.#words[at]!;
      if (offset >= 0 && offset < this.#words[at + 1]!) return true;
    }
    return false;
  }

  clear(): void {
    Atomics.store(this.#header, AT.logUsed, 0);
    Atomics.store(this.#header, AT.reserved, 0);
  }

  #next(at: number): number {
    return at + ENTRY_WORDS + Math.ceil(this.#words[at + 2]! / 2);
  }
}
