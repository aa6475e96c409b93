import type { Answer, Request } from '../machine/messages.ts';

const PROGRAM = 'worker.js';

/** A worker with a machine: it goes when the machine ends, or is ended. */
export class MachineWorker {
  private readonly worker = new Worker(PROGRAM);

  /** @param onAnswer told of every answer; `failed` also stands for a worker that cannot go on */
  constructor(onAnswer: (answer: Answer) => void) {
    this.worker.onmessage = ({ data }: MessageEvent<Answer>) => onAnswer(data);
    this.worker.onerror = ({ message }) => {
      onAnswer({ kind: 'failed', message: message || 'the worker cannot be started' });
    };
  }

  send(request: Request): void {
    this.worker.postMessage(request);
  }

  end(): void {
    this.worker.terminate();
  }
}

/** Asks a worker of its own, and gives its answer. */
export function ask(request: Request): Promise<Answer> {
  return new Promise((resolve) => {
    const worker = new MachineWorker((answer) => {
      worker.end();
      resolve(answer);
    });
    worker.send(request);
  });
}
