import type { DrivenClock } from '@armature/core';

/** Nanoseconds of an injected host clock that never goes back. */
export type HostTime = () => number;

/** A machine's clock: its time moves by itself, with instructions or with the host. */
export interface MachineClock extends DrivenClock {
  /** How many instructions may run before the earliest deadline must be looked at. */
  instructionsUntilDeadline(): number;
  /** Time after so many more instructions, as well as it can be known. */
  timeAfter(instructions: number): number;
  /** Sets the time, also back: for restoring a snapshot. */
  setTime(nanos: number): void;
  /** True when an idle CPU's time may jump to the next deadline; false when it has to be waited for. */
  readonly canSkip: boolean;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

abstract class TimerQueue {
  private timers: Timer[] = [];
  private readonly onSchedule: (at: number) => void;

  constructor(onSchedule: (at: number) => void) {
    this.onSchedule = onSchedule;
  }

  abstract now(): number;

  nextDeadline(): number {
    return this.timers[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  schedule(at: number, callback: () => void): () => void {
    const timer = { at, callback };
    const index = this.timers.findIndex((other) => other.at > at);
    this.timers.splice(index < 0 ? this.timers.length : index, 0, timer);
    this.onSchedule(at);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  protected runDue(): void {
    while (this.timers.length > 0 && this.timers[0].at <= this.now()) this.timers.shift()!.callback();
  }
}

/**
 * Time counted in instructions: the same run sees the same times, twice, on any host. An idle machine's time
 * jumps to the next deadline.
 */
export class InstructionClock extends TimerQueue implements MachineClock {
  readonly canSkip = true;
  private skipped = 0;
  private readonly instructions: () => number;
  private readonly nanosPerInstruction: number;

  /**
   * @param instructions instructions completed since the machine was built
   * @param nanosPerInstruction nanoseconds that each takes
   * @param onSchedule told of every new deadline
   */
  constructor(
    instructions: () => number,
    nanosPerInstruction: number,
    onSchedule: (at: number) => void = () => {},
  ) {
    super(onSchedule);
    this.instructions = instructions;
    this.nanosPerInstruction = nanosPerInstruction;
  }

  now(): number {
    return this.skipped + this.instructions() * this.nanosPerInstruction;
  }

  advanceTo(nanos: number): void {
    while (this.nextDeadline() <= nanos) {
      this.skipTo(this.nextDeadline());
      this.runDue();
    }
    this.skipTo(nanos);
  }

  setTime(nanos: number): void {
    this.skipped = nanos - this.instructions() * this.nanosPerInstruction;
  }

  instructionsUntilDeadline(): number {
    return Math.max(1, Math.ceil((this.nextDeadline() - this.now()) / this.nanosPerInstruction));
  }

  timeAfter(instructions: number): number {
    return this.now() + instructions * this.nanosPerInstruction;
  }

  private skipTo(nanos: number): void {
    const ahead = nanos - this.now();
    if (ahead > 0) this.skipped += ahead;
  }
}

/** Instructions between two looks at the host's clock while a deadline is near. */
const HOST_CLOCK_STEP = 100_000;

/** The host's time, from zero when the machine is built. */
export class HostClock extends TimerQueue implements MachineClock {
  readonly canSkip = false;
  private readonly hostTime: HostTime;
  private origin: number;

  constructor(hostTime: HostTime, onSchedule: (at: number) => void = () => {}) {
    super(onSchedule);
    this.hostTime = hostTime;
    this.origin = hostTime();
  }

  now(): number {
    return this.hostTime() - this.origin;
  }

  /** Runs what is due by the host's time; it cannot be pushed further. */
  advanceTo(_nanos: number): void {
    this.runDue();
  }

  setTime(nanos: number): void {
    this.origin = this.hostTime() - nanos;
  }

  instructionsUntilDeadline(): number {
    return Number.isFinite(this.nextDeadline()) ? HOST_CLOCK_STEP : Number.POSITIVE_INFINITY;
  }

  /** Short slices look at the clock soon enough; a deadline added in a long one cuts it. */
  timeAfter(instructions: number): number {
    return instructions > HOST_CLOCK_STEP ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }
}
