import { CPU_STATE, type CpuEngine } from '@armature/core';
import { decode } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import type { EngineSpec } from '../src/engines/bench.ts';
import { campaign } from '../src/engines/campaign.ts';
import { GENERATORS } from '../src/engines/generators/index.ts';
import { type Finding, reduce } from '../src/engines/investigate.ts';
import { place } from '../src/engines/program.ts';

const INTERPRETER: EngineSpec = { name: 'interpreter', model: 'max' };
const generator = (name: string) => GENERATORS.find((one) => one.name === name)!;

/** What runs instruction by instruction, and is wrong about some. */
function wrongAbout(id: string, spoil: (engine: CpuEngine) => void): EngineSpec {
  const wrap = (engine: CpuEngine, wordAtPc: () => number | undefined): CpuEngine =>
    new Proxy(engine, {
      get(target, name) {
        if (name !== 'run') {
          const value = Reflect.get(target, name, target) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return (budget: number) => {
          let instructions = 0;
          let reason = 'budget';
          while (instructions < budget && reason === 'budget') {
            const word = wordAtPc();
            const wrong = word !== undefined && decode(word)?.id === id;
            const outcome = target.run(1);
            instructions += outcome.instructions;
            reason = outcome.reason;
            if (wrong) spoil(target);
          }
          return { instructions, reason };
        };
      },
    });
  return { ...INTERPRETER, wrap };
}

async function findings(name: string, engine: EngineSpec): Promise<Finding[]> {
  const found: Finding[] = [];
  await campaign({
    ...{ engines: [INTERPRETER, engine], generators: [generator(name)], seed: 1, scale: 0.001 },
    instructions: 20_000,
    onFinding: (finding) => found.push(finding),
  });
  return found;
}

describe('engines that differ are found', () => {
  test('in a flag of one instruction, which a smallest program shows', { timeout: 120_000 }, async () => {
    const wrong = wrongAbout('ADCS_addsub_carry', ({ cpu }) => {
      cpu.setLo(CPU_STATE.flagC, cpu.lo(CPU_STATE.flagC) ^ 1);
    });
    const found = await findings('integer', wrong);
    expect(found.length).toBeGreaterThan(0);
    for (const { text, size, predecessors } of found) {
      expect(text).toMatch(/^ {2}> .* adcs /m);
      expect(text).toMatch(/interpreter nzcv/);
      expect(text).toMatch(
        /engines --engines interpreter,interpreter --generators integer --seed 1 --case \d+/,
      );
      expect(size).toBeLessThan(4);
      expect(predecessors).toBe(0);
    }
  });
});

describe('cases', () => {
  test.each(GENERATORS.map(({ name }) => name))('of %s depend on nothing but seed and number', (name) => {
    const words = (seed: number): number[] => {
      const { program } = generator(name).generate(seed, 3);
      return place(program, 0x4002_0000).segments.flatMap((segment) => [...segment.words]);
    };
    expect(words(1)).toEqual(words(1));
    expect(words(1)).not.toEqual(words(2));
  });
});

test('reduce leaves what it takes, and no more', () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  expect(reduce(list, (some) => some.includes(17) && some.includes(80))).toEqual([17, 80]);
  expect(reduce(list, () => true)).toEqual([]);
  expect(reduce(list, (some) => some.length === 100)).toEqual(list);
});
