import { type BootOptions, boot, type ExceptionRecord, type Machine, type RunEnd } from '@armature/machine';
import type { SemihostingHost } from './semihosting/host.ts';
import { SerialOutput } from './serial.ts';
import { liveStatus } from './summary.ts';
import { Terminal } from './terminal.ts';

export interface SessionOptions {
  readonly boot: BootOptions;
  /** Instructions over all boots. Default: no limit. */
  readonly maxInstructions?: number;
  /** Boot again when the guest asks for a reset. */
  readonly reboot: boolean;
  /**
   * Standard input that is no terminal is read to its end before the guest starts: when its bytes come to this
   * process makes no difference then.
   */
  readonly inputFirst?: boolean;
  /** Semihosting has standard input; the serial line gets none. */
  readonly semihosting?: SemihostingHost | undefined;
}

/** How a session ended. `quit`: the user left it. `signal`: this process was told to end. */
export type SessionEnd = RunEnd | 'quit' | 'signal';

export interface SessionReport {
  readonly reason: SessionEnd;
  readonly instructions: number;
  /** Seconds of the host while the guest ran; waiting for input is not counted. */
  readonly seconds: number;
  /** How often the guest was booted again. */
  readonly resets: number;
  readonly exception?: ExceptionRecord;
  /** Status with which the guest ended by semihosting. */
  readonly guestStatus?: number;
  readonly signal?: NodeJS.Signals;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Someone who waits this long for a guest that waits for input wants to know. */
const NOTICE_AFTER_MS = 2000;

async function readToEnd(stream: NodeJS.ReadStream): Promise<Uint8Array> {
  const notice = setTimeout(() => {
    process.stderr.write(
      'armature: --deterministic reads standard input to its end before the guest starts\n',
    );
  }, NOTICE_AFTER_MS);
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  } catch {
    // As for a guest that runs: a closed or unreadable standard input is one without input.
  } finally {
    clearTimeout(notice);
  }
  return Buffer.concat(chunks);
}

/** Boots a machine and runs it with its console on this process's standard input and output. */
export async function runSession(machine: Machine, options: SessionOptions): Promise<SessionReport> {
  const session = new Session(machine, options);
  return session.run();
}

class Session {
  private readonly machine: Machine;
  private readonly options: SessionOptions;
  private readonly output = new SerialOutput(process.stdout);
  private readonly terminal: Terminal;
  private inputEnded = false;
  private ending: { reason: 'quit' } | { reason: 'signal'; signal: NodeJS.Signals } | undefined;
  private resetRequested = false;
  private wake: (() => void) | undefined;
  private instructions = 0;
  private seconds = 0;
  private resets = 0;

  constructor(machine: Machine, options: SessionOptions) {
    this.machine = machine;
    this.options = options;
    const line = machine.find('console');
    this.inputEnded = line === undefined || options.semihosting !== undefined;
    this.terminal = new Terminal(process.stdin, {
      input: (bytes) => {
        line?.write(bytes);
        this.wake?.();
      },
      quit: () => this.end({ reason: 'quit' }),
      reset: () => {
        this.resetRequested = true;
        this.machine.stop();
        this.wake?.();
      },
      power: () => {
        this.machine.find('power-button')?.press();
        this.wake?.();
      },
      status: () => liveStatus(this.machine),
      end: () => {
        this.inputEnded = true;
        this.wake?.();
      },
    });
    line?.listen(this.output.write);
    options.semihosting?.connect(this.output);
  }

  async run(): Promise<SessionReport> {
    const { machine, options } = this;
    const first = options.inputFirst === true && !this.inputEnded && process.stdin.isTTY !== true;
    const input = first ? await readToEnd(process.stdin) : undefined;
    boot(machine, options.boot);
    if (input !== undefined) {
      machine.find('console')?.write(input);
      this.inputEnded = true;
    }
    const signals = SIGNALS.map((signal) => {
      const handler = (): void => this.signalled(signal);
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    if (options.semihosting === undefined && input === undefined) this.terminal.open();
    try {
      return await this.loop();
    } finally {
      this.terminal.close();
      for (const remove of signals) remove();
      await this.output.finish();
    }
  }

  private async loop(): Promise<SessionReport> {
    const { machine, options } = this;
    for (;;) {
      if (this.ending !== undefined) return this.report(this.ending);
      if (this.resetRequested) {
        this.resetRequested = false;
        this.resets++;
        boot(machine, options.boot);
      }
      const { exception, instructions, reason } = await this.timedRun();
      this.instructions += instructions;
      if (reason === 'reset' && options.reboot) {
        this.resets++;
        boot(machine, options.boot);
      } else if (reason === 'waiting' && !this.inputEnded) {
        await this.nextInput();
      } else if (reason !== 'stopped') {
        return this.report(exception === undefined ? { reason } : { reason, exception });
      }
    }
  }

  private async timedRun(): ReturnType<Machine['run']> {
    const { maxInstructions } = this.options;
    const start = performance.now();
    try {
      return await this.machine.run(
        maxInstructions === undefined ? {} : { maxInstructions: maxInstructions - this.instructions },
      );
    } finally {
      this.seconds += (performance.now() - start) / 1000;
    }
  }

  private report(end: { reason: SessionEnd } & Partial<SessionReport>): SessionReport {
    const { instructions, resets, seconds } = this;
    const guestStatus = this.options.semihosting?.status;
    return { instructions, resets, seconds, ...(guestStatus !== undefined && { guestStatus }), ...end };
  }

  /** The guest is idle: waits for a key, the end of input, or a signal. */
  private nextInput(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }

  private end(ending: NonNullable<Session['ending']>): void {
    this.ending ??= ending;
    this.machine.stop();
    this.wake?.();
  }

  /** The first signal ends the session in order; the second one ends the process. */
  private signalled(signal: NodeJS.Signals): void {
    if (this.ending !== undefined) process.exit(130);
    this.end({ reason: 'signal', signal });
  }
}
