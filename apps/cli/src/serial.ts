import { EXIT } from './exit-codes.ts';

const SIZE = 4096;

/** Collects the bytes a guest sends and writes them to standard output as soon as the host gets a turn. */
export class SerialOutput {
  private readonly buffer = new Uint8Array(SIZE);
  private length = 0;
  private scheduled = false;
  private readonly stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.stream = stream;
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.outputClosed);
      throw error;
    });
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
    this.stream.write(this.buffer.slice(0, this.length));
    this.length = 0;
  }

  /** Resolves when everything written has left this process. */
  finish(): Promise<void> {
    this.flush();
    return new Promise((resolve) => this.stream.write('', () => resolve()));
  }
}
