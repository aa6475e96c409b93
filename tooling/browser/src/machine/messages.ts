/** What a worker that holds a machine is asked, and what it answers: the same in a browser and in Node. */
import type { RunEnd } from '@armature/machine';
import type { EngineName } from './engines.ts';

/** A guest: a kernel or any other image that `boot` takes, as it comes from a file. */
export interface GuestFiles {
  readonly kernel: Uint8Array;
  readonly initrd?: Uint8Array;
}

/** Boots Linux to its shell, runs one command, and switches it off, on a clock that counts instructions. */
export interface BootRequest extends GuestFiles {
  readonly kind: 'boot';
  readonly engine: EngineName;
  /** What is typed at the shell. */
  readonly command: string;
}

/** A moment of a run. */
export interface Moment {
  /** Since the request arrived, with the files in memory. */
  readonly seconds: number;
  /** Instructions that the guest completed until then. */
  readonly instructions: number;
}

export interface BootReport {
  /** The shell's first prompt. */
  readonly shell: Moment;
  /** Seconds of {@link shell} that went by before the first instruction: the machine is built, the kernel loaded. */
  readonly buildSeconds: number;
  /** The command's answer, and when it was there. */
  readonly answer: Moment & { readonly output: string };
  readonly end: Moment & { readonly reason: RunEnd };
  /** All that the guest wrote; `\r` is left out. */
  readonly console: string;
}

/** Runs a program on the bare `virt` board. */
export interface ProgramRequest {
  readonly kind: 'program';
  readonly engine: EngineName;
  /** In `@armature/isa`'s assembly language. */
  readonly source: string;
  /** Instructions at most. */
  readonly maxInstructions: number;
}

export interface ProgramReport {
  /** What it wrote to the UART. */
  readonly output: string;
  readonly reason: RunEnd;
  readonly instructions: number;
}

/** Boots a machine for a person: on the host's clock, with keys as they come. */
export interface StartRequest extends GuestFiles {
  readonly kind: 'start';
  readonly engine: EngineName;
  readonly cpus: number;
  /** RAM, MiB. */
  readonly memory: number;
  readonly commandLine: string;
}

/** Keys for the machine that was started. */
export interface InputRequest {
  readonly kind: 'input';
  readonly bytes: Uint8Array;
}

export type Request = BootRequest | ProgramRequest | StartRequest | InputRequest;

export type Answer =
  | { readonly kind: 'booted'; readonly report: BootReport }
  | { readonly kind: 'program-ended'; readonly report: ProgramReport }
  /** The machine that was started wrote something. */
  | { readonly kind: 'output'; readonly bytes: Uint8Array }
  /** How far it is. */
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'ended'; readonly reason: RunEnd; readonly progress: Progress }
  | { readonly kind: 'failed'; readonly message: string };

export interface Progress {
  /** Of the host's clock, since the guest's first instruction. */
  readonly seconds: number;
  readonly instructions: number;
}
