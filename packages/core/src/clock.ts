/** Time as a machine sees it. Injected, so that a run can be repeated. */
export interface Clock {
  /** Nanoseconds since the machine was built; never goes back. Precise to 2^53. */
  now(): number;
  /** Calls back once at or after a time; returns a function that cancels. */
  schedule(at: number, callback: () => void): () => void;
}

/** A clock that the machine's run loop advances. */
export interface DrivenClock extends Clock {
  /** Moves time forward and runs what became due, in order of time. */
  advanceTo(nanos: number): void;
  /** Time of the earliest scheduled callback, or Infinity. */
  nextDeadline(): number;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock whose time is what it was last advanced to. */
export function manualClock(): DrivenClock {
  let time = 0;
  let timers: Timer[] = [];
  return {
    now: () => time,
    nextDeadline: () => timers[0]?.at ?? Number.POSITIVE_INFINITY,
    schedule(at, callback) {
      const timer = { at, callback };
      const index = timers.findIndex((other) => other.at > at);
      timers.splice(index < 0 ? timers.length : index, 0, timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advanceTo(nanos) {
      while (timers.length > 0 && timers[0].at <= nanos) {
        const timer = timers.shift()!;
        time = Math.max(time, timer.at);
        timer.callback();
      }
      time = Math.max(time, nanos);
    },
  };
}
