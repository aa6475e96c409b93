import type { Feature } from '@armature/isa';
import { type Batch, BatchCompiler, type BatchRegion, type BatchTarget } from './batch-compiler.ts';

/** What another thread is asked: to compile a batch for a machine. */
export interface CompileRequest {
  /** The machine: the same number, the same target. */
  readonly machine: number;
  readonly target: Omit<BatchTarget, 'features'> & { readonly features: readonly Feature[] };
  readonly batch: Batch;
}

/** The regions in the order of the table, and a module that puts them there. */
export interface CompileAnswer {
  readonly regions: readonly BatchRegion[];
  readonly module: WebAssembly.Module;
  /** Milliseconds that emitting the module took, and compiling it in the host. */
  readonly emitTime: number;
  readonly hostTime: number;
}

/** A batch that another thread compiles. */
export interface Compilation {
  /** What came of it, until then undefined. */
  readonly answer: CompileAnswer | undefined;
  /** Nothing will come of it. */
  readonly hasFailed: boolean;
}

/** A thread that compiles while guests run. */
export interface CompilerThread {
  /** There will be something to compile soon. */
  prepare(): void;
  compile(request: CompileRequest): Compilation;
  /** Takes the answers that have come: the host may not give them while a guest runs. */
  poll(): void;
}

let thread: CompilerThread | undefined;

/** Has the machines that are made from now on compile their hot code there. */
export function setCompilerThread(compiler: CompilerThread | undefined): void {
  thread = compiler;
}

/** The thread for a new machine, if there is one. */
export const compilerThread = (): CompilerThread | undefined => thread;

/** Machines whose decoded instructions are remembered. */
const REMEMBERED = 8;

/** The thread's side: compiles what is asked for. */
export class CompilerService {
  private readonly compilers = new Map<number, BatchCompiler>();

  compile({ machine, target, batch }: CompileRequest): CompileAnswer {
    const { regions, bytes, time } = this.compilerOf(machine, target).compile(batch);
    const emitted = performance.now();
    const module = new WebAssembly.Module(bytes);
    return {
      regions: regions.map(({ region: _, compiled: __, records: ___, ...known }) => known),
      module,
      emitTime: time,
      hostTime: performance.now() - emitted,
    };
  }

  private compilerOf(machine: number, target: CompileRequest['target']): BatchCompiler {
    const known = this.compilers.get(machine);
    if (known !== undefined) return known;
    if (this.compilers.size >= REMEMBERED) this.compilers.clear();
    const compiler = new BatchCompiler({ ...target, features: new Set(target.features) });
    this.compilers.set(machine, compiler);
    return compiler;
  }
}
