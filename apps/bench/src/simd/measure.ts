import type { Emulator } from '../emulators.ts';
import { measureProgram } from '../speed.ts';
import { simdImage } from './image.ts';
import type { SimdKind } from './kinds.ts';
import type { SimdSpeed } from './report.ts';

/** Runs a kind of work on emulators by turns; see `measureProgram`. */
export function measureKind(
  kind: SimdKind,
  emulators: readonly Emulator[],
  options: { readonly rounds: number; readonly scale: number },
): SimdSpeed {
  const program = {
    name: kind.name,
    description: kind.note ?? kind.group,
    iterations: kind.turns,
    image: (turns: number) => simdImage(kind, turns),
  };
  return { kind, speed: measureProgram(program, emulators, options) };
}
