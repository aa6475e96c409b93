import { MiB } from '@armature/core';
import { type BootOptions, boot, decompressImage, type Machine, type RunEnd, virt } from '@armature/machine';
import type { Answer, Progress, StartRequest } from './messages.ts';

/** Milliseconds between two reports of progress. */
const PROGRESS_INTERVAL = 500;

/** A machine that a person uses: its console comes and goes as messages. */
export class Session {
  private readonly post: (answer: Answer) => void;
  private machine: Machine | undefined;
  private output: number[] = [];
  private early: Uint8Array[] = [];
  private started = 0;
  private wake: (() => void) | undefined;

  constructor(post: (answer: Answer) => void) {
    this.post = post;
  }

  /** Keys. Those that come while the machine is being built wait for it. */
  input(bytes: Uint8Array): void {
    if (this.machine === undefined) this.early.push(bytes);
    else this.machine.find('console')?.write(bytes);
    this.wake?.();
  }

  /** Boots, and runs until the guest switches off or cannot go on; a reset boots again. */
  async run({ kernel, initrd, engine, cpus, memory, commandLine }: StartRequest): Promise<void> {
    const machine = await virt({
      memory: MiB(memory),
      cpus,
      engine,
      clock: 'host',
      hostTime: () => performance.now() * 1e6,
      startTime: Math.floor(Date.now() / 1000),
      onTransmit: (byte) => this.transmit(byte),
    }).build();
    const image: BootOptions = {
      image: await decompressImage(kernel),
      ...(initrd && { initrd }),
      bootArguments: commandLine,
    };
    boot(machine, image);
    this.machine = machine;
    for (const bytes of this.early.splice(0)) this.input(bytes);
    this.started = performance.now();
    const timer = setInterval(() => this.postProgress(), PROGRESS_INTERVAL);
    try {
      const reason = await this.runToTheEnd(machine, image);
      this.flush();
      this.post({ kind: 'ended', reason, progress: this.progress });
    } finally {
      clearInterval(timer);
    }
  }

  private async runToTheEnd(machine: Machine, image: BootOptions): Promise<RunEnd> {
    for (;;) {
      const { reason } = await machine.run();
      if (reason === 'reset') boot(machine, image);
      else if (reason === 'waiting') await this.nextInput();
      else return reason;
    }
  }

  private nextInput(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }

  /** Collects what the guest writes until the machine lets the event loop run. */
  private transmit(byte: number): void {
    if (this.output.length === 0) queueMicrotask(() => this.flush());
    this.output.push(byte);
  }

  private flush(): void {
    if (this.output.length === 0) return;
    this.post({ kind: 'output', bytes: Uint8Array.from(this.output) });
    this.output = [];
  }

  private postProgress(): void {
    this.post({ kind: 'progress', progress: this.progress });
  }

  private get progress(): Progress {
    return {
      seconds: (performance.now() - this.started) / 1000,
      instructions: this.machine?.statistics.instructions ?? 0,
    };
  }
}
