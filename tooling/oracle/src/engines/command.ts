import type { CpuModelName } from '@armature/cpu';
import type { EngineSpec } from './bench.ts';
import { campaign, type GeneratorResult, openPair } from './campaign.ts';
import { GENERATORS, type Generator } from './generators/index.ts';
import { investigate } from './investigate.ts';
import { runCase } from './pair.ts';
import { campaignTable, keepCampaign } from './results.ts';

export interface EnginesOptions {
  /** Names of the reference and of the engine to compare with it. */
  readonly engines: readonly string[];
  /** Names of generators; none are all. */
  readonly generators: readonly string[];
  readonly instructions: number;
  readonly seed: number;
  /** One case alone. */
  readonly case?: number;
  /** With `case`: how many of the cases before it run first. */
  readonly before: number;
  readonly scale: number;
  /** Differences of a generator after which it stops. */
  readonly findings: number;
  readonly model: string;
  /** Executions after which the jit compiles, and regions that wait for each other. */
  readonly threshold: number;
  readonly batch: number;
  /** Writes `results/engines.json`. */
  readonly record: boolean;
  /** Shows on stderr how far a run is. */
  readonly verbose: boolean;
}

function pick(names: readonly string[]): readonly Generator[] {
  if (names.length === 0) return GENERATORS;
  return names.map((name) => {
    const generator = GENERATORS.find((one) => one.name === name);
    if (generator !== undefined) return generator;
    throw new Error(`no generator ${name}: there are ${GENERATORS.map((one) => one.name).join(', ')}`);
  });
}

/** `oracle engines`. Returns the exit status: 1 when engines differ. */
export async function enginesCommand(options: EnginesOptions): Promise<number> {
  const { engines, model, threshold, batch } = options;
  if (engines.length !== 2) throw new Error('--engines takes two names, as interpreter,jit');
  const generators = pick(options.generators);
  const specs = engines.map((name) => ({
    name,
    model: model as CpuModelName,
    jit: { threshold, batch },
  })) as [EngineSpec, EngineSpec];
  if (options.case !== undefined) return oneCase(specs, generators, options, options.case);
  const { instructions, seed, scale, findings, record } = options;
  const results = await campaign({
    ...{ engines: specs, generators, instructions, seed, scale, findings },
    onFinding: ({ text }) => console.log(`\n${text}`),
    ...(options.verbose && { onProgress: progress(instructions) }),
  });
  if (options.verbose) process.stderr.write('\r\x1b[K');
  console.log(`${engines.join(' and ')}, model ${model}, seed ${seed}`);
  console.log(campaignTable(results));
  if (record) {
    const date = new Date().toISOString().slice(0, 10);
    keepCampaign({ engines: [engines[0]!, engines[1]!], model, seed, date }, results);
  }
  return results.some(({ different }) => different > 0) ? 1 : 0;
}

/** One line that is written again and again. */
function progress(wanted: number): (results: readonly GeneratorResult[]) => void {
  const from = performance.now();
  return (results) => {
    const done = results.reduce((sum, { instructions }) => sum + instructions, 0);
    const different = results.reduce((sum, { different }) => sum + different, 0);
    const current = results.findLast(({ cases }) => cases > 0);
    const speed = done / (performance.now() - from) / 1000;
    const percent = Math.min(100, (100 * done) / wanted).toFixed(0);
    process.stderr.write(
      `\r\x1b[K${percent} %, ${current?.generator ?? ''} case ${current?.cases ?? 0}, ${(done / 1e6).toFixed(0)} million instructions, ${speed.toFixed(0)} million/s, ${different} differ`,
    );
  };
}

async function oneCase(
  specs: readonly [EngineSpec, EngineSpec],
  generators: readonly Generator[],
  { seed, before, scale }: EnginesOptions,
  index: number,
): Promise<number> {
  const [generator] = generators;
  if (generators.length !== 1 || generator === undefined) throw new Error('--case needs one of --generators');
  const pair = await openPair(specs);
  const earlier = Array.from({ length: Math.min(before, index) }, (_, back) =>
    generator.generate(seed, index - Math.min(before, index) + back, scale),
  );
  for (const item of earlier) {
    const { mismatch } = runCase(pair, item);
    if (mismatch !== undefined) console.log(`case ${item.index} differs already`);
  }
  const { instructions, mismatch } = runCase(pair, generator.generate(seed, index, scale));
  if (mismatch === undefined) {
    console.log(`they agree, after ${instructions.toLocaleString('en-US')} instructions`);
    return 0;
  }
  const names = [specs[0].name, specs[1].name] as const;
  const last = (count: number): typeof earlier => (count === 0 ? [] : earlier.slice(-count));
  console.log(investigate(await openPair(specs), mismatch, last, names).text);
  return 1;
}
