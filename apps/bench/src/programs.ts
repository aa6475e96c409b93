import { readFileSync } from 'node:fs';

/** A bare-metal program of the speed comparison. */
export interface BenchProgram {
  readonly name: string;
  readonly description: string;
  /** How long the long run is, in the program's own unit. The short run is a fifth. */
  readonly iterations: number;
}

export const PROGRAMS: readonly BenchProgram[] = [
  { name: 'loop', description: 'tight loop, a load and a store per turn', iterations: 400_000 },
  { name: 'calls', description: 'fib(20) by recursion, a frame per call', iterations: 6_000 },
  { name: 'kernels', description: 'compiled C: sort, sieve, matrix, strings, hash table', iterations: 1_500 },
];

/** Offset in an image of the 64-bit number of iterations. */
const ITERATIONS_OFFSET = 8;

/**
 * A program's image, set to run for a number of iterations.
 *
 * @param name one of {@link PROGRAMS}.
 */
export function programImage(name: string, iterations: number): Uint8Array {
  const image = new Uint8Array(readFileSync(new URL(`../images/${name}.bin`, import.meta.url)));
  new DataView(image.buffer).setBigUint64(ITERATIONS_OFFSET, BigInt(iterations), true);
  return image;
}
