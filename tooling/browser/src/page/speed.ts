import type { Progress } from '../machine/messages.ts';

/** Fewer instructions a second than a machine at work has, in millions. */
const IDLE = 1;

/** Says how fast a machine is, from its reports of progress. */
export class Speed {
  private last: Progress = { seconds: 0, instructions: 0 };

  /** The line for the report. */
  describe(progress: Progress): string {
    const seconds = progress.seconds - this.last.seconds;
    const millions = (progress.instructions - this.last.instructions) / 1e6;
    this.last = progress;
    const rate = seconds > 0 ? millions / seconds : 0;
    const now = rate < IDLE ? 'idle' : `${rate.toFixed(0)} million instructions/s`;
    return `${now} · ${describeTotal(progress)}`;
  }
}

/** How much a machine did. */
export function describeTotal({ seconds, instructions }: Progress): string {
  return `${(instructions / 1e6).toFixed(0)} million in ${seconds.toFixed(1)} s`;
}
