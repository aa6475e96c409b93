import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from '../emulators.ts';
import { median, scatter } from '../statistics.ts';
import { type SimdProgram, simdImage } from './image.ts';
import type { SimdKind } from './kinds.ts';

/** Kinds of work that one program runs: emulators take turns after so many. */
const KINDS_PER_PROGRAM = 8;

/** Milliseconds in which code gets hot: before all, and before each kind. */
const WARM_UP = { first: 1500, each: 100 };

/** How fast one emulator does a kind of work. */
export interface EmulatorSpeed {
  readonly emulator: string;
  /** Guest instructions per second, in millions. */
  readonly rate: number;
  /** Half the distance between quartiles, as a share of the median. */
  readonly scatter: number;
  /** Seconds of each round. */
  readonly samples: readonly number[];
}

/** A kind of work and how fast it ran. */
export interface SimdSpeed {
  readonly kind: SimdKind;
  readonly instructions: number;
  readonly speeds: readonly EmulatorSpeed[];
}

/** One kind's line of a program's output. */
export interface SimdResult {
  readonly digest: string;
  readonly seconds: number;
}

/** Reads what a program of {@link simdImage} printed. @throws Error when it did not run to its end. */
export function parseOutput(output: string, kinds: number): SimdResult[] {
  const [frequency, ...lines] = output.trim().split('\n');
  const results = lines.map((line) => {
    const [digest, ticks] = line.split(' ');
    return { digest: digest!, seconds: Number(`0x${ticks}`) / Number(`0x${frequency}`) };
  });
  if (results.length !== kinds)
    throw new Error(`a program stopped after ${results.length} of ${kinds} kinds`);
  return results;
}

/**
 * Runs kinds of work on emulators by turns, a few kinds at a time, so that a slow moment of the host falls on all
 * emulators.
 *
 * @param options.rounds times that each emulator runs each kind; medians are taken of them.
 * @param options.scale multiplies the length of runs.
 * @param progress is told what runs next.
 * @throws Error when the emulators' digests differ: then they did not compute the same.
 */
export function measureKinds(
  kinds: readonly SimdKind[],
  emulators: readonly Emulator[],
  options: { readonly rounds: number; readonly scale: number },
  progress: (text: string) => void,
): SimdSpeed[] {
  const folder = mkdtempSync(join(tmpdir(), 'armature-bench-'));
  try {
    const parts = Array.from({ length: Math.ceil(kinds.length / KINDS_PER_PROGRAM) }, (_, index) =>
      kinds.slice(index * KINDS_PER_PROGRAM, (index + 1) * KINDS_PER_PROGRAM),
    );
    return parts.flatMap((part, index) => {
      progress(`${index + 1} of ${parts.length}: ${part.map(({ name }) => name).join('; ')} ...`);
      const file = join(folder, `${index}.bin`);
      return measureProgram(
        { kinds: part, scale: options.scale, warmUp: WARM_UP },
        file,
        emulators,
        options.rounds,
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureProgram(
  program: SimdProgram,
  file: string,
  emulators: readonly Emulator[],
  rounds: number,
): SimdSpeed[] {
  const { kinds } = program;
  const { bytes, instructions } = simdImage(program);
  writeFileSync(file, bytes);
  const results = emulators.map(() => [] as SimdResult[][]);
  for (let round = 0; round < rounds; round++) {
    emulators.forEach((emulator, index) => {
      results[index]!.push(parseOutput(emulator.run(file).output, kinds.length));
    });
  }
  return kinds.map((kind, index) => {
    const digests = new Set(results.flat().map((run) => run[index]!.digest));
    if (digests.size > 1) throw new Error(`${kind.name}: results differ: ${[...digests].join(' ')}`);
    const count = instructions[index]!;
    const speeds = emulators.map(({ name }, which) => {
      const samples = results[which]!.map((run) => run[index]!.seconds);
      return { emulator: name, rate: count / median(samples) / 1e6, scatter: scatter(samples), samples };
    });
    return { kind, instructions: count, speeds };
  });
}
