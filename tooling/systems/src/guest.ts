/** A guest's serial console, driven as a person would: wait for the prompt, type, read the answer. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface Answer {
  /** What the command wrote, lines ended by `\n`; without messages of the kernel. */
  readonly output: string;
  readonly status: number;
  /** Seconds on the host's clock between typing and the end of the answer. */
  readonly seconds: number;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** The guest did not do what was expected of it; the message has the end of the console. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
}

/** What the shell writes before it reads a line; behind it, it asks the terminal where the cursor is. */
const PROMPT = /(?:^|\n)# /g;

/** A message of the kernel on the console; it may begin in the middle of a line of a program. */
export const KERNEL_MESSAGE = /\[ *\d+\.\d{6}\] [^\n]*\n?/g;

const SHOWN_CHARACTERS = 3000;
const KILL_AFTER_MS = 5000;

export class Guest {
  private readonly child: ChildProcess;
  private readonly program: Program;
  private text = '';
  private errors = '';
  /** Where in the text what has been read ends. */
  private position = 0;
  private commands = 0;
  private look: () => void = () => {};
  private ending: Ending | undefined;

  /** What the guest wrote so far; `\r` is left out. */
  get console(): string {
    return this.text;
  }

  /** The process of the emulator. */
  get pid(): number {
    return this.child.pid!;
  }

  constructor(program: Program) {
    this.program = program;
    this.child = spawn(program.command, program.args, { stdio: 'pipe', env: program.env ?? process.env });
    this.child.stdout!.setEncoding('latin1').on('data', (text: string) => {
      this.text += text.replaceAll('\r', '');
      this.look();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
    this.child.stdin!.on('error', () => {});
    this.child.on('error', (error) => {
      this.errors += error.message;
      this.ended(null, null);
    });
    this.child.on('close', (code, signal) => this.ended(code, signal));
  }

  /**
   * Waits for the shell's prompt.
   *
   * @throws GuestError when it does not come
   */
  async prompt(seconds: number): Promise<void> {
    await this.read(PROMPT, seconds, 'the prompt');
  }

  /**
   * Types a line at the prompt and gives what it wrote, up to the next prompt. The line is on one line, and short
   * enough for the shell's editor.
   *
   * @throws GuestError when the answer has no end within the time
   */
  async run(line: string, seconds: number): Promise<Answer> {
    const id = ++this.commands;
    // The quotes keep the markers out of the echo of what is typed.
    const typed = `echo "<"begin ${id}">"; ${line}${line.endsWith('&') ? '' : ';'} echo "<"end ${id} $?">"\n`;
    const from = performance.now();
    this.type(typed);
    await this.read(new RegExp(`<begin ${id}>\\n`, 'g'), seconds, `an answer to ${line}`);
    const end = await this.read(
      new RegExp(`([^]*?)<end ${id} (\\d+)>\\n`, 'g'),
      seconds,
      `the end of ${line}`,
    );
    const spent = (performance.now() - from) / 1000;
    // The prompt begins right behind, without a line end to look for.
    await this.read(/# /g, seconds, 'the prompt');
    return { output: end[1].replace(KERNEL_MESSAGE, ''), status: Number(end[2]), seconds: spent };
  }

  /** Sends characters to the guest's serial line. */
  type(text: string): void {
    this.child.stdin!.write(text);
  }

  /**
   * Waits until what the guest writes has a text, and goes on behind it.
   *
   * @param pattern with the flag g
   * @throws GuestError when the text does not come
   */
  async read(pattern: RegExp, seconds: number, what: string): Promise<RegExpExecArray> {
    const until = performance.now() + seconds * 1000;
    for (;;) {
      pattern.lastIndex = this.position;
      const match = pattern.exec(this.text);
      if (match !== null) {
        this.position = match.index + match[0].length;
        return match;
      }
      if (this.ending !== undefined) throw this.failure(`it ended (${this.describeEnding()}) before ${what}`);
      const rest = until - performance.now();
      if (rest <= 0) throw this.failure(`${seconds} s went by without ${what}`);
      await this.change(rest);
    }
  }

  /**
   * Waits for the end of the emulator.
   *
   * @throws GuestError when it goes on
   */
  async end(seconds: number): Promise<Ending> {
    const until = performance.now() + seconds * 1000;
    while (this.ending === undefined) {
      const rest = until - performance.now();
      if (rest <= 0) throw this.failure(`it did not end within ${seconds} s`);
      await this.change(rest);
    }
    return this.ending;
  }

  /** Ends the emulator if it still runs. */
  async stop(): Promise<void> {
    if (this.ending !== undefined) return;
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), KILL_AFTER_MS);
    while (this.ending === undefined) await this.change(KILL_AFTER_MS);
    clearTimeout(kill);
  }

  /** Resolves when there is more text, when the emulator ended, or after a time. */
  private change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.look = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.ending ??= { code, signal, stderr: this.errors };
    this.look();
  }

  private describeEnding(): string {
    return `status ${this.ending?.code ?? this.ending?.signal ?? 'unknown'}`;
  }

  private failure(what: string): GuestError {
    const { command, args } = this.program;
    return new GuestError(
      `${what}\n${[command, ...args].join(' ')}\n${this.text.slice(-SHOWN_CHARACTERS)}\n${this.errors}`,
    );
  }
}
