import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from 'node:worker_threads';
import {
  type Compilation,
  type CompileAnswer,
  type CompileRequest,
  CompilerService,
  type CompilerThread,
  setCompilerThread,
} from './jit/compiler-thread.ts';

/** What tells this file that it was started as a compiler. */
const COMPILER = '@armature/cpu compiler';
/** Milliseconds without work after which the thread ends, and its memory is free again. */
const IDLE = 5000;

interface Answer {
  readonly answer?: CompileAnswer;
  readonly error?: string;
}

class WorkerCompilation implements Compilation {
  answer: CompileAnswer | undefined;
  hasFailed = false;
}

/** A worker thread of Node that compiles; there is one while there is something to compile. */
class WorkerCompiler implements CompilerThread {
  private worker: Worker | undefined;
  private port: MessagePort | undefined;
  private readonly waiting: WorkerCompilation[] = [];
  private idle: NodeJS.Timeout | undefined;

  prepare(): void {
    this.start();
  }

  compile(request: CompileRequest): Compilation {
    const port = this.start();
    const compilation = new WorkerCompilation();
    this.waiting.push(compilation);
    port.postMessage(request);
    return compilation;
  }

  poll(): void {
    if (this.port === undefined) return;
    for (;;) {
      const received = receiveMessageOnPort(this.port);
      if (received === undefined) return;
      const { answer } = received.message as Answer;
      const compilation = this.waiting.shift()!;
      compilation.answer = answer;
      compilation.hasFailed = answer === undefined;
    }
  }

  private start(): MessagePort {
    this.endWhenIdle();
    if (this.port !== undefined) return this.port;
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { role: COMPILER, port: port2 },
      transferList: [port2],
      name: 'compiler',
    });
    this.worker = worker;
    this.port = port1;
    const ended = (): void => {
      if (this.worker === worker) this.end();
    };
    worker.on('error', ended);
    worker.on('exit', ended);
    // Nobody waits for it: the process may end.
    worker.unref();
    port1.unref();
    return port1;
  }

  private endWhenIdle(): void {
    this.idle ??= setTimeout(() => {
      this.idle = undefined;
      this.poll();
      if (this.waiting.length > 0) this.endWhenIdle();
      else this.end();
    }, IDLE).unref();
    this.idle.refresh();
  }

  private end(): void {
    const { worker, port } = this;
    this.worker = undefined;
    this.port = undefined;
    for (const compilation of this.waiting.splice(0)) compilation.hasFailed = true;
    port?.close();
    void worker?.terminate();
  }
}

let compiler: WorkerCompiler | undefined;

/**
 * Has the machines that are made from now on compile hot code in a thread of its own, while their guests run. What
 * guests do is the same. It is of use where the host has more than two CPUs: V8 has threads of its own.
 *
 * @example
 * compileInBackground();
 * const machine = await createMachine().use(cpu())…
 */
export function compileInBackground(): void {
  compiler ??= new WorkerCompiler();
  setCompilerThread(compiler);
}

/** The thread's side. */
function serve(port: MessagePort): void {
  const service = new CompilerService();
  port.on('message', (request: CompileRequest) => {
    let answer: Answer;
    try {
      answer = { answer: service.compile(request) };
    } catch (error) {
      answer = { error: String(error) };
    }
    port.postMessage(answer);
  });
}

const given = workerData as { readonly role?: unknown; readonly port: MessagePort } | null | undefined;
if (!isMainThread && given?.role === COMPILER) serve(given.port);
