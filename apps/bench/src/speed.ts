import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from './emulators.ts';
import type { BenchProgram } from './programs.ts';
import { median, scatter } from './statistics.ts';

/** A short run is this many times shorter than the long one. */
const SHORTER = 5;

/** How fast one emulator ran one program. */
export interface Speed {
  readonly emulator: string;
  /** Guest instructions per second, in millions: those that the long run has more, by the time it takes more. */
  readonly rate: number;
  /** Seconds before the program runs: the short run's time less what its instructions take at that rate. */
  readonly startUp: number;
  /** Half the distance between quartiles, as a share of the median, of the long runs. */
  readonly scatter: number;
  /** Seconds of each short and each long run. */
  readonly samples: readonly { readonly short: number; readonly long: number }[];
}

export interface ProgramSpeed {
  readonly program: string;
  /** Instructions of the long run. */
  readonly instructions: number;
  readonly speeds: readonly Speed[];
}

/**
 * Runs a program on emulators by turns, so that a slow moment of the host falls on all of them.
 *
 * @param rounds times that each emulator runs each length; medians are taken of them.
 * @param scale multiplies the length of runs.
 * @throws Error when the emulators' outputs differ: then they did not run the same program.
 */
export function measureProgram(
  program: BenchProgram,
  emulators: readonly Emulator[],
  options: { readonly rounds: number; readonly scale: number },
): ProgramSpeed {
  const folder = mkdtempSync(join(tmpdir(), 'armature-bench-'));
  try {
    const long = Math.max(SHORTER, Math.round(program.iterations * options.scale));
    const lengths = { short: Math.round(long / SHORTER), long };
    const samples = emulators.map(() => [] as { short: number; long: number }[]);
    const outputs = { short: new Set<string>(), long: new Set<string>() };
    const instructions = { short: 0, long: 0 };
    const file = (length: 'short' | 'long'): string => join(folder, `${length}.bin`);
    for (const length of ['short', 'long'] as const) {
      writeFileSync(file(length), program.image(lengths[length]));
    }
    for (let round = 0; round < options.rounds; round++) {
      emulators.forEach((emulator, index) => {
        const seconds = { short: 0, long: 0 };
        for (const length of ['short', 'long'] as const) {
          const sample = emulator.run(file(length));
          seconds[length] = sample.seconds;
          outputs[length].add(sample.output);
          instructions[length] = sample.instructions ?? instructions[length];
        }
        samples[index]!.push(seconds);
      });
    }
    if (outputs.short.size > 1 || outputs.long.size > 1) {
      throw new Error(`${program.name}: outputs differ: ${[...outputs.long].join(' ')}`);
    }
    if (instructions.long === 0) throw new Error('no emulator counts instructions');
    return {
      program: program.name,
      instructions: instructions.long,
      speeds: emulators.map(({ name }, index) => speedOf(name, samples[index]!, instructions)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Turns run times into a rate without start-up. */
export function speedOf(
  emulator: string,
  samples: readonly { readonly short: number; readonly long: number }[],
  instructions: { readonly short: number; readonly long: number },
): Speed {
  const short = median(samples.map((sample) => sample.short));
  const long = median(samples.map((sample) => sample.long));
  const rate = (instructions.long - instructions.short) / (long - short) / 1e6;
  return {
    emulator,
    rate,
    startUp: short - instructions.short / 1e6 / rate,
    scatter: scatter(samples.map((sample) => sample.long)),
    samples,
  };
}
