import type { HandlerSet } from './handlers.ts';
import { buildInterpreterModule, type InterpreterShape } from './module.ts';

/** A compiled interpreter: ready to be instantiated for a CPU whose state block is where it expects it. */
export interface CompiledInterpreter {
  readonly module: WebAssembly.Module;
  readonly handlers: HandlerSet;
}

/** Any memory does: the module asks for at least one page and allows the most there can be. */
const ANY_SIZE = { initial: 1, maximum: 65536 };

const cache = new Map<string, Promise<CompiledInterpreter>>();

/** What an interpreter is made for; features must be given. */
export type CompiledShape = Required<Omit<InterpreterShape, 'memory'>> & { readonly shared: boolean };

/** Machines of the same shape share one module, and with it the host's optimised code for it. */
export function compileInterpreter(shape: CompiledShape): Promise<CompiledInterpreter> {
  const key = JSON.stringify({ ...shape, features: [...shape.features].sort() });
  let compiled = cache.get(key);
  if (compiled === undefined) {
    compiled = compile(shape);
    cache.set(key, compiled);
  }
  return compiled;
}

async function compile({ shared, ...shape }: CompiledShape): Promise<CompiledInterpreter> {
  const { bytes, handlers } = buildInterpreterModule({ ...shape, memory: { ...ANY_SIZE, shared } });
  return { module: await WebAssembly.compile(bytes), handlers };
}
