/** The lines of a guest's console that are for the host, and when they came. */
import { MARKER } from './init.ts';

/** One line of the guest's first process. */
export type Mark =
  | { readonly kind: 'ready'; readonly system: string }
  | { readonly kind: 'begin'; readonly name: string }
  | { readonly kind: 'end'; readonly name: string; readonly status: number }
  | { readonly kind: 'result'; readonly name: string; readonly text: string }
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }
  | { readonly kind: 'done' };

const LINE = new RegExp(`^${MARKER} ([a-z]+)(?: (.*))?$`);

/** The mark of a line, if it is one. */
export function parseMark(line: string): Mark | undefined {
  const [, kind, rest = ''] = LINE.exec(line) ?? [];
  const [name = '', ...words] = rest.split(' ');
  const text = words.join(' ').trim();
  switch (kind) {
    case 'ready':
      return { kind, system: rest };
    case 'begin':
      return name === '' ? undefined : { kind, name };
    case 'end':
      return /^\d+$/.test(text) ? { kind, name, status: Number(text) } : undefined;
    case 'result':
    case 'failed':
      return name === '' ? undefined : { kind, name, text };
    case 'done':
      return { kind };
    default:
      return undefined;
  }
}

/** How much of the console's end is kept for messages. */
const KEPT = 1500;

/** Finds marks in a console's output, however it comes in pieces. */
export class MarkReader {
  private line = '';
  private recent = '';

  /** Takes more output; gives the marks of the lines that it ends. */
  add(text: string): Mark[] {
    this.recent = (this.recent + text).slice(-KEPT);
    const lines = (this.line + text).split('\n');
    this.line = lines.pop()!;
    return lines.flatMap((line) => parseMark(line.replaceAll('\r', '')) ?? []);
  }

  /** The last of the console. */
  get end(): string {
    return this.recent.replaceAll('\r', '');
  }
}

/** How long a row took, and what it printed. */
export interface RowTime {
  readonly seconds: number;
  readonly result: string;
}

/** One guest, from its start to its end. */
export interface GuestTimes {
  /** The system that ran: `Linux 6.1.0`. */
  readonly system: string;
  /** Seconds to the first process. */
  readonly boot: number;
  readonly rows: ReadonlyMap<string, RowTime>;
}

/** Puts marks and their times together. Times are in seconds since the start of the emulator. */
export class Timeline {
  private system: string | undefined;
  private boot = 0;
  private begun: { readonly name: string; readonly at: number } | undefined;
  private ended: { readonly name: string; readonly seconds: number; readonly status: number } | undefined;
  private readonly rows = new Map<string, RowTime>();
  /** The last mark was that of the end. */
  done = false;

  /** What the guest is at, for messages. */
  get place(): string {
    if (this.system === undefined) return 'boot';
    if (this.begun !== undefined) return `row ${this.begun.name}`;
    if (this.ended !== undefined) return `after row ${this.ended.name}`;
    return this.done ? 'its end' : 'between rows';
  }

  /**
   * Takes a mark.
   *
   * @throws Error when a row fails, or the mark can not come here
   */
  add(mark: Mark, at: number): void {
    switch (mark.kind) {
      case 'ready':
        if (this.system !== undefined) throw new Error('the guest started twice');
        this.system = mark.system;
        this.boot = at;
        return;
      case 'begin':
        this.begun = { name: mark.name, at };
        return;
      case 'end':
        if (this.begun?.name !== mark.name) throw new Error(`row ${mark.name} ended without a begin`);
        this.ended = { name: mark.name, seconds: at - this.begun.at, status: mark.status };
        this.begun = undefined;
        return;
      case 'result':
        this.addResult(mark.name, mark.text);
        return;
      case 'failed':
        throw new Error(`row ${mark.name} failed before or after its time: ${mark.text}`);
      case 'done':
        this.done = true;
    }
  }

  private addResult(name: string, text: string): void {
    const { ended } = this;
    if (ended?.name !== name) throw new Error(`row ${name} has a result without an end`);
    if (ended.status !== 0) throw new Error(`row ${name} ended with status ${ended.status}: ${text}`);
    if (text === '') throw new Error(`row ${name} printed nothing`);
    this.rows.set(name, { seconds: ended.seconds, result: text });
    this.ended = undefined;
  }

  /**
   * All that came.
   *
   * @throws Error when a row is missing
   */
  times(names: readonly string[]): GuestTimes {
    const missing = names.filter((name) => !this.rows.has(name));
    if (this.system === undefined || missing.length > 0 || !this.done) {
      throw new Error(`the guest ended at ${this.place}; not run: ${missing.join(', ') || 'nothing'}`);
    }
    return { system: this.system, boot: this.boot, rows: this.rows };
  }
}
