import { hostHasMultiplyAdd } from '../floating-point/host-fused.ts';
import type { HandlerNumbers } from './handlers.ts';
import { buildInterpreterModule, type InterpreterShape } from './module.ts';
import { fillIn, findPrebuilt } from './prebuilt.ts';
import { PREBUILT_MODULES } from './prebuilt-modules.ts';

/** A compiled interpreter: ready to be instantiated for a CPU whose state block is where it expects it. */
export interface CompiledInterpreter {
  readonly module: WebAssembly.Module;
  readonly numbers: HandlerNumbers;
}

/** Any memory does: the module asks for at least one page and allows the most there can be. */
export const ANY_SIZE = { initial: 1, maximum: 65536 } as const;

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

async function compile(shape: CompiledShape): Promise<CompiledInterpreter> {
  const { bytes, numbers } = await moduleFor(shape);
  return { module: await WebAssembly.compile(bytes), numbers };
}

/** A module that the build made where there is one, else one made here. */
async function moduleFor(
  shape: CompiledShape,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly numbers: HandlerNumbers }> {
  // They have instructions in them that not every host knows.
  const built = hostHasMultiplyAdd() ? await findPrebuilt(PREBUILT_MODULES, shape) : undefined;
  if (built !== undefined) return { bytes: fillIn(built, shape), numbers: built.numbers };
  const { shared, ...rest } = shape;
  const { bytes, handlers } = buildInterpreterModule({ ...rest, memory: { ...ANY_SIZE, shared } });
  return { bytes, numbers: handlers.numbers };
}
