const NANOS_PER_SECOND = 1_000_000_000;

/**
 * Converts between nanoseconds and ticks of a counter without drift: the ratio is kept as a reduced fraction and
 * applied to whole periods and the rest apart, so that products stay exact where the fraction is short (62.5 MHz
 * is 1/16) and never lose a tick to rounding over time where it is long.
 */
export class TickRate {
  /** `ticks` ticks take exactly `nanos` nanoseconds. */
  private readonly ticks: number;
  private readonly nanos: number;

  /** @param frequency ticks a second, a whole number */
  constructor(frequency: number) {
    const divisor = greatestCommonDivisor(frequency, NANOS_PER_SECOND);
    this.ticks = frequency / divisor;
    this.nanos = NANOS_PER_SECOND / divisor;
  }

  /** Ticks completed after a time. Never goes back as time goes on. */
  ticksAt(nanos: number): number {
    const periods = Math.floor(nanos / this.nanos);
    const rest = nanos - periods * this.nanos;
    return periods * this.ticks + Math.floor((rest * this.ticks) / this.nanos);
  }

  /** The first whole nanosecond at which so many ticks are complete; with long fractions it may be one early. */
  timeOf(ticks: number): number {
    const periods = Math.floor(ticks / this.ticks);
    const rest = ticks - periods * this.ticks;
    return periods * this.nanos + Math.ceil((rest * this.nanos) / this.ticks);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
