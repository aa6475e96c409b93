import { fstatSync, readSync } from 'node:fs';
import type { ProgramConsole } from '@armature/linux-user';
import { SerialOutput } from '../serial.ts';

const STANDARD_INPUT = 0;
const CHUNK = 65_536;

export interface InputReceiver {
  pushInput(bytes: Uint8Array): void;
  endInput(): void;
}

/** This process's standard input, output and error as a program's. Input is read when the program asks for it. */
export class HostConsole implements ProgramConsole {
  readonly terminal: NonNullable<ProgramConsole['terminal']>;
  private readonly output = new SerialOutput(process.stdout);
  private receiver: InputReceiver | undefined;
  private opened = false;
  private ended = false;
  private readonly restore = (): void => {
    if (process.stdin.isTTY === true && process.stdin.isRaw) process.stdin.setRawMode(false);
  };

  constructor() {
    const { stdin, stdout, stderr } = process;
    const sized = [stdout, stderr].find(({ isTTY }) => isTTY);
    this.terminal = {
      stdin: stdin.isTTY === true,
      stdout: stdout.isTTY === true,
      stderr: stderr.isTTY === true,
      rows: sized?.rows ?? 24,
      columns: sized?.columns ?? 80,
      setRaw: (raw) => this.setRaw(raw),
    };
  }

  /** Where input goes. */
  connect(receiver: InputReceiver): void {
    this.receiver = receiver;
  }

  /** True while input may still come. */
  get open(): boolean {
    return this.opened && !this.ended;
  }

  write(bytes: Uint8Array, stream: 'stdout' | 'stderr'): void {
    (stream === 'stderr' ? process.stderr : process.stdout).write(bytes);
  }

  wantInput(): void {
    if (this.ended) return;
    if (isFile(STANDARD_INPUT)) this.readFile();
    else this.readStream();
  }

  /** Gives standard input up, and waits until all output has left. */
  async close(): Promise<void> {
    if (this.opened) process.stdin.pause();
    this.restore();
    await this.output.finish();
  }

  private readFile(): void {
    const bytes = new Uint8Array(CHUNK);
    const count = readSync(STANDARD_INPUT, bytes);
    if (count > 0) this.receiver?.pushInput(bytes.subarray(0, count));
    else this.end();
  }

  private readStream(): void {
    const { stdin } = process;
    if (!this.opened) {
      this.opened = true;
      stdin.on('data', (chunk: Uint8Array) => {
        stdin.pause();
        this.receiver?.pushInput(new Uint8Array(chunk));
      });
      stdin.on('end', () => this.end());
      // A closed or unreadable standard input is one without input.
      stdin.on('error', () => this.end());
    }
    stdin.resume();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.receiver?.endInput();
  }

  private setRaw(raw: boolean): void {
    if (process.stdin.isTTY !== true || process.stdin.isRaw === raw) return;
    process.stdin.setRawMode(raw);
    if (raw) process.once('exit', this.restore);
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
