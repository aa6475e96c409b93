import { ArmatureError } from '@armature/core';
import { EXIT } from './exit-codes.ts';

const SIZE = 4096;

/** Nobody reads on: ends as a program does that SIGPIPE kills. Anything else is an error. */
function refuse(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(EXIT.outputClosed);
  throw new ArmatureError('FILE_UNREADABLE', `cannot write to standard output: ${error.message}`, {
    hint: 'Check where the output goes.',
    cause: error,
  });
}

/** Collects the bytes a guest sends and writes them to standard output as soon as the host gets a turn. */
export class SerialOutput {
  private readonly buffer = new Uint8Array(SIZE);
  private length = 0;
  private scheduled = false;
  private readonly stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    stream.on('error', refuse);
  }

  readonly write = (byte: number): void => {
    this.buffer[this.length++] = byte;
    if (this.length === SIZE) this.flush();
    else if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.flush();
      });
    }
  };

  /** Hands what was collected to the stream. */
  flush(): void {
    if (this.length === 0) return;
    const bytes = this.buffer.slice(0, this.length);
    this.length = 0;
    try {
      this.stream.write(bytes);
    } catch (error) {
      refuse(error as NodeJS.ErrnoException);
    }
  }

  /** Resolves when everything written has left this process. */
  finish(): Promise<void> {
    this.flush();
    return new Promise((resolve) => this.stream.write('', () => resolve()));
  }
}
