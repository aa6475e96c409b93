import { readSync } from 'node:fs';
import type { SemihostingOptions } from '@armature/semihosting';
import type { SerialOutput } from '../serial.ts';
import { DirectoryFiles } from './directory-files.ts';

const STANDARD_INPUT = 0;
/** Milliseconds between two looks at an input that has nothing yet. */
const INPUT_POLL = 10;

/** Standard input and output, a directory and the exit status of a guest that uses semihosting. */
export class SemihostingHost {
  readonly options: SemihostingOptions;
  /** The status of the guest, once it has exited. */
  status: number | undefined;
  private output: SerialOutput | undefined;

  /** @throws FILE_UNREADABLE when `root` is not a directory */
  constructor({ root, commandLine }: { root: string | undefined; commandLine: string }) {
    this.options = {
      commandLine,
      console: { write: this.write, read: this.read },
      time: () => Date.now() / 1000,
      onExit: (status) => {
        this.status = status;
      },
      ...(root !== undefined && { files: new DirectoryFiles(root) }),
    };
  }

  /** The guest's standard output goes here, in order with the serial line. */
  connect(output: SerialOutput): void {
    this.output = output;
  }

  private readonly write = (bytes: Uint8Array, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stderr') process.stderr.write(bytes);
    else for (const byte of bytes) this.output?.write(byte);
  };

  private readonly read = (into: Uint8Array): number => {
    if (into.length === 0) return 0;
    // What the guest asked should be seen before it waits for the answer.
    this.output?.flush();
    for (;;) {
      try {
        return readSync(STANDARD_INPUT, into);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') return 0;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, INPUT_POLL);
      }
    }
  };
}
