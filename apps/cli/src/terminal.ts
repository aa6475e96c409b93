/** Bytes of Ctrl-A, and of what may follow it. */
const ESCAPE = 0x01;

const HELP = [
  '',
  'Ctrl-A x   quit',
  'Ctrl-A r   reset the machine',
  'Ctrl-A p   press the power button',
  'Ctrl-A i   show how far the guest is',
  'Ctrl-A a   send Ctrl-A to the guest',
  'Ctrl-A h   this help',
  '',
].join('\n');

export interface TerminalEvents {
  /** Bytes for the guest. */
  input(bytes: Uint8Array): void;
  quit(): void;
  reset(): void;
  /** The power button. */
  power(): void;
  /** The user asks how far the guest is; the answer is shown. */
  status(): string;
  /** There will be no more input. */
  end(): void;
}

/**
 * Standard input as a serial line. A terminal is put into raw mode, so that every key reaches the guest, and
 * put back when this process ends, however it ends; Ctrl-A leads commands. Input from elsewhere goes to the
 * guest as it is.
 */
export class Terminal {
  private readonly stream: NodeJS.ReadStream;
  private readonly events: TerminalEvents;
  private readonly isTerminal: boolean;
  private escaped = false;
  private readonly restore = (): void => this.setRaw(false);
  private readonly resume = (): void => this.setRaw(true);
  private readonly receive = (chunk: Uint8Array): void => this.input(chunk);
  private readonly ended = (): void => this.events.end();

  constructor(stream: NodeJS.ReadStream, events: TerminalEvents) {
    this.stream = stream;
    this.events = events;
    this.isTerminal = stream.isTTY === true;
  }

  open(): void {
    if (this.isTerminal) {
      this.setRaw(true);
      process.on('exit', this.restore);
      process.on('SIGCONT', this.resume);
    }
    this.stream.on('data', this.receive);
    this.stream.on('end', this.ended);
    // A closed or unreadable standard input is one without input.
    this.stream.on('error', this.ended);
    this.stream.resume();
  }

  close(): void {
    this.stream.off('data', this.receive);
    this.stream.off('end', this.ended);
    this.stream.pause();
    if (!this.isTerminal) return;
    this.setRaw(false);
    process.off('exit', this.restore);
    process.off('SIGCONT', this.resume);
  }

  private setRaw(raw: boolean): void {
    if (this.isTerminal && this.stream.isRaw !== raw) this.stream.setRawMode(raw);
  }

  private input(chunk: Uint8Array): void {
    if (!this.isTerminal) {
      this.events.input(chunk);
      return;
    }
    const forGuest: number[] = [];
    for (const byte of chunk) {
      if (this.escaped) this.command(byte, forGuest);
      else if (byte === ESCAPE) this.escaped = true;
      else forGuest.push(byte);
    }
    if (forGuest.length > 0) this.events.input(Uint8Array.from(forGuest));
  }

  private command(byte: number, forGuest: number[]): void {
    this.escaped = false;
    switch (String.fromCharCode(byte).toLowerCase()) {
      case 'x':
        this.events.quit();
        break;
      case 'r':
        this.events.reset();
        break;
      case 'p':
        this.events.power();
        break;
      case 'h':
      case '?':
        process.stderr.write(HELP);
        break;
      case 'i':
        process.stderr.write(`\n${this.events.status()}\n`);
        break;
      case 'a':
      case '\x01':
        forGuest.push(ESCAPE);
        break;
    }
  }
}
