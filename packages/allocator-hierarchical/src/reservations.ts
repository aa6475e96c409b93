import type { FrameReservation } from '@armature/core';

/** Reservations in the order in which they were made, and by address for look-ups. None overlap. */
export class Reservations {
  readonly list: FrameReservation[] = [];
  readonly #sorted: FrameReservation[] = [];
  /** Reserved frames. */
  frames = 0;

  add(reservation: FrameReservation): void {
    this.list.push(reservation);
    this.#sorted.splice(this.#after(reservation.frame), 0, reservation);
    this.frames += reservation.count;
  }

  has(frame: number): boolean {
    const before = this.#sorted[this.#after(frame) - 1];
    return before !== undefined && frame < before.frame + before.count;
  }

  /** How many reservations begin at or before a frame. */
  #after(frame: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]!.frame <= frame) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
