import type { OracleEngine } from '../oracle-engine.ts';
import { missingTools, QEMU_SYSTEM, qemuVersion } from '../tools.ts';
import { armatureWords } from './armature.ts';
import type { ModelName } from './differences.ts';
import { BATCH } from './layout.ts';
import { qemuWords } from './qemu.ts';
import { keepSweeps, keptSweep } from './results.ts';
import { describe, Sweep, type SweepResult } from './sweep.ts';
import { nearWords, type StreamName, systemWords, uniformWords, type Words } from './words.ts';

export interface SweepOptions {
  readonly seed: number;
  /** Uniformly random words. */
  readonly words: number;
  /** Words near encodings of rows. */
  readonly near: number;
  /** Of our CPU. Default `interpreter`. */
  readonly engine?: OracleEngine;
  readonly progress?: (stream: StreamName, done: number) => void;
}

/** Words per turn of progress: QEMU starts once for each. */
const TURN = Math.min(BATCH, 2 ** 19);

/** Runs all streams of words on QEMU and on our CPU, both with the same CPU model. */
export async function sweepModel(model: ModelName, options: SweepOptions): Promise<SweepResult> {
  const { seed, words, near, progress } = options;
  const ours = await armatureWords(model, options.engine ?? 'interpreter');
  const qemu = qemuWords(model);
  try {
    const sweep = new Sweep(model, qemu, ours);
    const streams = {
      uniform: uniformWords(words, seed, TURN),
      near: nearWords(near, seed, TURN),
      system: systemWords(seed),
    };
    for (const [name, stream] of Object.entries(streams) as [StreamName, Iterable<Words>][]) {
      await sweep.run(name, stream, (done) => progress?.(name, done));
    }
    return sweep;
  } finally {
    qemu.close();
  }
}

/** Unexplained disagreements, a few lines for each group. */
export function unexplainedLines(result: SweepResult): string[] {
  return [...result.unexplained].flatMap(([group, { count, examples }]) => [
    `${result.model}, ${group}: ${count} words`,
    ...examples.map((example) => `  ${describe(example)}`),
  ]);
}

export interface CommandOptions {
  readonly models: readonly ModelName[];
  /** Of our CPU. */
  readonly engine: OracleEngine;
  readonly seed: number;
  readonly words: number;
  readonly near: number;
  /** Writes `results/undefined.json` and `.md`. */
  readonly keep: boolean;
  /** Shows how far a run is on stderr. */
  readonly verbose: boolean;
}

/** `oracle undefined`. Returns the exit status: 1 when something is unexplained. */
export async function undefinedCommand(options: CommandOptions): Promise<number> {
  const { models, engine, seed, words, near, keep, verbose } = options;
  const missing = missingTools([QEMU_SYSTEM]);
  if (missing.length > 0) throw new Error(`this needs ${missing.join(', ')}`);
  let status = 0;
  for (const model of models) {
    const from = performance.now();
    console.log(
      `${model}, seed ${seed}: ${words} uniformly random words, ${near} near rows, every system encoding`,
    );
    const progress = verbose
      ? (stream: StreamName, done: number) => console.error(`  ${model}: ${stream} ${done}`)
      : undefined;
    const result = await sweepModel(model, { engine, seed, words, near, ...(progress && { progress }) });
    for (const [stream, tally] of Object.entries(result.streams)) {
      console.log(
        `  ${stream}: ${tally.words} words, ${tally.agree} agree, ${tally.listed} differ as listed, ${tally.unexplained} unexplained`,
      );
    }
    for (const [id, { count, example }] of result.listed) {
      console.log(`  listed, ${id}: ${count}; ${describe(example)}`);
    }
    for (const line of unexplainedLines(result)) console.log(line);
    console.log(`  ${((performance.now() - from) / 1000).toFixed(1)} s`);
    if (result.unexplained.size > 0) status = 1;
    if (keep) {
      const date = new Date().toISOString().slice(0, 10);
      const qemu = /version (\S+)/.exec(qemuVersion())?.[1] ?? qemuVersion();
      keepSweeps({ [model]: keptSweep(result, { date, qemu, seed }) });
    }
  }
  return status;
}
