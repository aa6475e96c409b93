import type { FrameReservation } from './frame-allocator.ts';

/** The reservations of a frame allocator, and which frames are in one. They don't overlap. */
export class FrameReservations {
  /** In the order in which they were made. */
  readonly list: FrameReservation[] = [];
  /** Frames in all of them. */
  frames = 0;
  /** By address: first frames, and those behind the last. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  add(reservation: FrameReservation): void {
    const { frame, count } = reservation;
    const place = this.#below(frame);
    this.#from.splice(place, 0, frame);
    this.#to.splice(place, 0, frame + count);
    this.list.push(reservation);
    this.frames += count;
  }

  has(frame: number): boolean {
    const last = this.#to.length - 1;
    // Most are at one end of memory.
    if (last < 0 || frame >= this.#to[last]! || frame < this.#from[0]!) return false;
    return frame < this.#to[this.#below(frame + 1) - 1]!;
  }

  /** How many begin below a frame. */
  #below(frame: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#from[middle]! < frame) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
