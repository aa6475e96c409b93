import { type EngineSpec, engineBench } from './bench.ts';
import type { EngineCase } from './case.ts';
import type { Generator } from './generators/index.ts';
import { type Finding, investigate } from './investigate.ts';
import { type Pair, runCase } from './pair.ts';

export interface CampaignOptions {
  /** The reference and the engine to compare with it. */
  readonly engines: readonly [EngineSpec, EngineSpec];
  readonly generators: readonly Generator[];
  /** Instructions to run in all, those of one engine counted. */
  readonly instructions: number;
  readonly seed: number;
  /** First case of each generator. Default 0. */
  readonly first?: number;
  /** Differences of a generator after which it stops. Default 3. */
  readonly findings?: number;
  /** Multiplies the length of cases. Default 1. */
  readonly scale?: number;
  /** Told of progress about twice a second. */
  readonly onProgress?: (results: readonly GeneratorResult[]) => void;
  /** Told of each finding. */
  readonly onFinding?: (finding: Finding) => void;
}

/** What came of a generator's cases. */
export interface GeneratorResult {
  readonly generator: string;
  cases: number;
  instructions: number;
  different: number;
  milliseconds: number;
}

const PROGRESS_MS = 500;

export const openPair = async ([reference, other]: readonly [EngineSpec, EngineSpec]): Promise<Pair> => [
  await engineBench(reference),
  await engineBench(other),
];

/** Runs cases of generators until the instructions are run. */
export async function campaign(options: CampaignOptions): Promise<readonly GeneratorResult[]> {
  const { engines, generators, seed, first = 0, scale = 1, findings = 3 } = options;
  const pair = await openPair(engines);
  const names = [engines[0].name, engines[1].name] as const;
  const results = generators.map(({ name }) => ({
    ...{ generator: name, cases: 0, instructions: 0, different: 0, milliseconds: 0 },
  }));
  const total = generators.reduce((sum, { share }) => sum + share, 0);
  let told = performance.now();
  for (const [at, generator] of generators.entries()) {
    const result = results[at]!;
    const wanted = (options.instructions * generator.share) / total;
    const began = performance.now();
    for (let index = first; result.instructions < wanted && result.different < findings; index++) {
      const { instructions, mismatch } = runCase(pair, generator.generate(seed, index, scale));
      result.cases++;
      result.instructions += instructions;
      result.milliseconds = performance.now() - began;
      if (mismatch !== undefined) {
        result.different++;
        const before = (count: number): EngineCase[] =>
          Array.from({ length: Math.min(count, index - first) }, (_, back) =>
            generator.generate(seed, index - Math.min(count, index - first) + back, scale),
          );
        options.onFinding?.(investigate(await openPair(engines), mismatch, before, names));
      }
      if (performance.now() - told < PROGRESS_MS) continue;
      told = performance.now();
      options.onProgress?.(results);
    }
  }
  options.onProgress?.(results);
  return results;
}
