import type { Feature } from '@armature/isa';
import type { HandlerSet } from './handlers.ts';
import { buildInterpreterModule } from './module.ts';

/** A compiled interpreter: ready to be instantiated for a CPU whose state block is where it expects it. */
export interface CompiledInterpreter {
  readonly module: WebAssembly.Module;
  readonly handlers: HandlerSet;
}

/** Any memory does: the module asks for at least one page and allows the most there can be. */
const ANY_SIZE = { initial: 1, maximum: 65536 };

const cache = new Map<string, Promise<CompiledInterpreter>>();

/**
 * The interpreter for a state block at `state`, with handlers for the instructions of `features`. Machines of the
 * same shape share one module, and with it the host's optimised code for it.
 */
export function compileInterpreter(
  state: number,
  shared: boolean,
  features: ReadonlySet<Feature>,
): Promise<CompiledInterpreter> {
  const key = `${state} ${shared} ${[...features].sort().join(' ')}`;
  let compiled = cache.get(key);
  if (compiled === undefined) {
    compiled = compile(state, shared, features);
    cache.set(key, compiled);
  }
  return compiled;
}

async function compile(
  state: number,
  shared: boolean,
  features: ReadonlySet<Feature>,
): Promise<CompiledInterpreter> {
  const { bytes, handlers } = buildInterpreterModule(state, { ...ANY_SIZE, shared }, features);
  return { module: await WebAssembly.compile(bytes), handlers };
}
