import { describeSyndrome } from '@armature/exceptions';
import type { TraceEvent } from '@armature/machine';

/** Writes trace events as lines; of equal ones in a row the first, and how many followed. */
export class TraceWriter {
  private readonly print: (line: string) => void;
  private last = '';
  private repeats = 0;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  readonly write = ({ exception, message, part, time, topic }: TraceEvent): void => {
    const words = exception?.kind === 'synchronous' ? ` (${describeSyndrome(exception.syndrome)})` : '';
    const text = `${topic}: ${part}: ${message}${words}`;
    if (text === this.last) {
      this.repeats++;
      return;
    }
    this.finish();
    this.last = text;
    this.print(`[${(time / 1e9).toFixed(9)}] ${text}`);
  };

  /** Says how often the last line was repeated. */
  finish(): void {
    if (this.repeats > 0) this.print(`  ... ${this.repeats} more of these`);
    this.repeats = 0;
    this.last = '';
  }
}
