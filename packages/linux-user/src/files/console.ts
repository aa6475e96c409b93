import { ERRNO, Failure } from '../errno.ts';
import { Wait, WaitQueue } from '../wait.ts';
import { type FileStat, makeDevice, POLL, S } from './constants.ts';
import { OpenFile, type Terminal } from './open-file.ts';
import { anonymousStat } from './pipe.ts';

/** Standard input, output and error of the first program, as its host provides them. */
export interface ProgramConsole {
  /** Takes output; the bytes are the callee's. */
  write(bytes: Uint8Array, stream: 'stdout' | 'stderr'): void;
  /** The first program wants input, or wants it again: have {@link ConsoleInput.push} called. Default: none comes. */
  wantInput?(): void;
  /** Which of the three are terminals, and how large theirs is. Default: none. */
  readonly terminal?: {
    readonly stdin: boolean;
    readonly stdout: boolean;
    readonly stderr: boolean;
    readonly rows: number;
    readonly columns: number;
    /** Keys come one by one and unechoed, or by lines. */
    setRaw?(raw: boolean): void;
  };
}

/** Input on its way to programs. */
export class ConsoleInput {
  readonly arrived = new WaitQueue();
  private readonly chunks: Uint8Array[] = [];
  private ended = false;
  private readonly want: (() => void) | undefined;

  constructor(want: (() => void) | undefined) {
    this.want = want;
    this.ended = want === undefined;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.chunks.push(bytes);
    this.arrived.wakeAll();
  }

  end(): void {
    this.ended = true;
    this.arrived.wakeAll();
  }

  get isEnded(): boolean {
    return this.ended;
  }

  get length(): number {
    return this.chunks.reduce((sum, { length }) => sum + length, 0);
  }

  /** True when a read would not wait. Asks for input when there is none. */
  get ready(): boolean {
    if (this.chunks.length === 0 && !this.ended) this.want?.();
    return this.chunks.length > 0 || this.ended;
  }

  read(into: Uint8Array): number {
    let count = 0;
    while (count < into.length && this.chunks.length > 0) {
      const chunk = this.chunks[0];
      const part = chunk.subarray(0, into.length - count);
      into.set(part, count);
      count += part.length;
      if (part.length === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(part.length);
    }
    return count;
  }
}

const TTY_DEVICE = makeDevice(136, 0);
const TERMIOS_BYTES = 36;
const ICANON = 2;
const LFLAG_AT = 12;

/** struct termios of a terminal as a login leaves it. */
function defaultAttributes(): Uint8Array {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4500, true);
  view.setUint32(4, 0x5, true);
  view.setUint32(8, 0xbf, true);
  view.setUint32(LFLAG_AT, 0x8a3b, true);
  bytes.set([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22], 17);
  return bytes;
}

/** The terminal that the console is, if it is one. */
export class ConsoleTerminal implements Terminal {
  readonly rows: number;
  readonly columns: number;
  foreground: number;
  private termios = defaultAttributes();
  private readonly setRaw: ((raw: boolean) => void) | undefined;

  constructor(options: NonNullable<ProgramConsole['terminal']>, foreground: number) {
    this.rows = options.rows;
    this.columns = options.columns;
    this.foreground = foreground;
    this.setRaw = options.setRaw?.bind(options);
  }

  get attributes(): Uint8Array {
    return this.termios;
  }

  set attributes(bytes: Uint8Array) {
    this.termios = bytes.slice();
    const flags = new DataView(this.termios.buffer).getUint32(LFLAG_AT, true);
    this.setRaw?.((flags & ICANON) === 0);
  }
}

/** An open console: what descriptors 0 to 2 of the first program are. */
export class ConsoleFile extends OpenFile {
  private readonly input: ConsoleInput;
  private readonly output: (bytes: Uint8Array) => void;
  private readonly tty: Terminal | undefined;

  constructor(
    flags: number,
    path: string,
    input: ConsoleInput,
    output: (bytes: Uint8Array) => void,
    terminal: Terminal | undefined,
  ) {
    super(flags, path);
    this.input = input;
    this.output = output;
    this.tty = terminal;
  }

  override get terminal(): Terminal | undefined {
    return this.tty;
  }

  stat(): FileStat {
    if (this.tty === undefined) return anonymousStat(1, S.IFIFO | 0o600);
    return { ...anonymousStat(3, S.IFCHR | 0o620), rdev: TTY_DEVICE, blockSize: 1024 };
  }

  override read(into: Uint8Array): number | Wait {
    if (into.length === 0) return 0;
    if (this.input.ready) return this.input.read(into);
    if (!this.blocks) throw new Failure(ERRNO.EAGAIN);
    return new Wait([this.input.arrived]);
  }

  override write(bytes: Uint8Array): number {
    if (bytes.length > 0) this.output(bytes.slice());
    return bytes.length;
  }

  override poll(): number {
    let mask = 0;
    if (this.readable && this.input.ready) mask |= POLL.IN | POLL.RDNORM;
    if (this.readable && this.tty === undefined && this.input.isEnded) mask |= POLL.HUP;
    if (this.writable) mask |= POLL.OUT | POLL.WRNORM;
    return mask;
  }

  override get queues(): readonly WaitQueue[] {
    return [this.input.arrived];
  }

  override get available(): number {
    return this.input.length;
  }
}
