import { readFileSync } from 'node:fs';

/** A bare-metal program of the speed comparison. */
export interface BenchProgram {
  readonly name: string;
  readonly description: string;
  /** How long the long run is, in the program's own unit. The short run is a fifth. */
  readonly iterations: number;
  /** The raw image, set to run for a number of iterations. */
  image(iterations: number): Uint8Array;
}

const kept = (name: string, description: string, iterations: number): BenchProgram => ({
  name,
  description,
  iterations,
  image: (count) => programImage(name, count),
});

export const PROGRAMS: readonly BenchProgram[] = [
  kept('loop', 'tight loop, a load and a store per turn', 400_000),
  kept('calls', 'fib(20) by recursion, a frame per call', 6_000),
  kept('kernels', 'compiled C: sort, sieve, matrix, strings, hash table', 1_500),
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
