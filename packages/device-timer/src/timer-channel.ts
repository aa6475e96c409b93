/**
 * One timer of one CPU: a compare value, a control register and an output.
 *
 * @spec DDI 0487, Operation of the CompareValue views of the timers; Operation of the TimerValue views
 */
import type { Clock, IrqLine } from '@armature/core';
import type { TickRate } from './tick-rate.ts';

/** Bits of CNTP_CTL_EL0 and CNTV_CTL_EL0. */
export const TIMER_CONTROL = { ENABLE: 1 << 0, IMASK: 1 << 1, ISTATUS: 1 << 2 } as const;

const TWO_32 = 2 ** 32;

/** State of a timer in a snapshot; the compare value is in two unsigned halves. */
export interface TimerChannelState {
  readonly control: number;
  readonly compareLo: number;
  readonly compareHi: number;
}

export class TimerChannel {
  private readonly clock: Clock;
  private readonly rate: TickRate;
  private readonly output: IrqLine | undefined;
  /** ENABLE and IMASK; ISTATUS is computed. */
  private enables = 0;
  private compareLo = 0;
  private compareHi = 0;
  private cancel: (() => void) | undefined;

  /** Without an output the timer keeps its status and nothing more. */
  constructor(clock: Clock, rate: TickRate, output: IrqLine | undefined) {
    this.clock = clock;
    this.rate = rate;
    this.output = output;
  }

  get control(): number {
    return this.enables | (this.isMet() ? TIMER_CONTROL.ISTATUS : 0);
  }

  set control(value: number) {
    this.enables = value & (TIMER_CONTROL.ENABLE | TIMER_CONTROL.IMASK);
    this.update();
  }

  /** Low half of CVAL, signed. */
  get lo(): number {
    return this.compareLo | 0;
  }

  /** High half of CVAL, signed. */
  get hi(): number {
    return this.compareHi | 0;
  }

  setCompare(lo: number, hi: number): void {
    this.compareLo = lo >>> 0;
    this.compareHi = hi >>> 0;
    this.update();
  }

  /** TVAL: what is left of the time, 32 bits signed; negative once it has passed. */
  get value(): number {
    return (this.compareLo - this.count()) | 0;
  }

  set value(left: number) {
    const count = this.count();
    const sum = (count % TWO_32) + (left | 0);
    this.compareLo = sum >>> 0;
    this.compareHi = (Math.floor(count / TWO_32) + Math.floor(sum / TWO_32)) >>> 0;
    this.update();
  }

  reset(): void {
    this.restore({ control: 0, compareLo: 0, compareHi: 0 });
  }

  snapshot(): TimerChannelState {
    return { control: this.enables, compareLo: this.compareLo, compareHi: this.compareHi };
  }

  restore({ control, compareLo, compareHi }: TimerChannelState): void {
    this.compareLo = compareLo;
    this.compareHi = compareHi;
    this.control = control;
  }

  private count(): number {
    return this.rate.ticksAt(this.clock.now());
  }

  /** CVAL as a number: exact below 2^53, and above it larger than any count. */
  private compare(): number {
    return this.compareHi * TWO_32 + this.compareLo;
  }

  private isMet(): boolean {
    return (this.enables & TIMER_CONTROL.ENABLE) !== 0 && this.count() >= this.compare();
  }

  /** Drives the output, and has the clock call back when it will rise. */
  private update(): void {
    this.cancel?.();
    this.cancel = undefined;
    if (this.output === undefined) return;
    const isLive = this.enables === TIMER_CONTROL.ENABLE;
    const level = isLive && this.isMet();
    this.output.set(level);
    if (!isLive || level) return;
    const deadline = this.rate.timeOf(this.compare());
    if (deadline > Number.MAX_SAFE_INTEGER) return;
    const at = Math.max(deadline, Math.floor(this.clock.now()) + 1);
    this.cancel = this.clock.schedule(at, () => {
      this.cancel = undefined;
      this.update();
    });
  }
}
