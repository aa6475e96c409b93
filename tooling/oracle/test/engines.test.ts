import { CPU_STATE, type CpuEngine, type RunOutcome } from '@armature/core';
import { decode } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import type { EngineSpec } from '../src/engines/bench.ts';
import { campaign, openPair } from '../src/engines/campaign.ts';
import { differences } from '../src/engines/compare.ts';
import { EAGER, usualEngines, withRun } from '../src/engines/engines.ts';
import { GENERATORS } from '../src/engines/generators/index.ts';
import { type Finding, reduce } from '../src/engines/investigate.ts';
import { PHYSICAL } from '../src/engines/layout.ts';
import { place } from '../src/engines/program.ts';
import { campaignTable } from '../src/engines/results.ts';

const MODEL = 'max';
const INTERPRETER: EngineSpec = { name: 'interpreter', model: MODEL };
const generator = (name: string) => GENERATORS.find((one) => one.name === name)!;

/** An engine whose `run` goes through one step after the other. */
function stepping(step: (engine: CpuEngine, wordAtPc: () => number | undefined) => RunOutcome): EngineSpec {
  const wrap: EngineSpec['wrap'] = (engine, wordAtPc) =>
    withRun(engine, (budget) => {
      const total: RunOutcome = { instructions: 0, reason: 'budget' };
      while (total.instructions < budget && total.reason === 'budget') {
        const outcome = step(engine, wordAtPc);
        total.instructions += outcome.instructions;
        total.reason = outcome.reason;
      }
      return total;
    });
  return { ...INTERPRETER, wrap };
}

/** What is wrong after some instructions. */
const wrongAfter = (ids: RegExp, spoil: (engine: CpuEngine) => void): EngineSpec =>
  stepping((engine, wordAtPc) => {
    const word = wordAtPc();
    const outcome = engine.run(1);
    if (word !== undefined && ids.test(decode(word)?.id ?? '')) spoil(engine);
    return outcome;
  });

/** What sees an interrupt one instruction late. */
function late(): EngineSpec {
  let seen = false;
  return stepping((engine) => {
    const { cpu } = engine;
    const lines = cpu.lo(CPU_STATE.interruptLines);
    const isNew = lines !== 0 && !seen;
    seen = lines !== 0;
    if (!isNew) return engine.run(1);
    cpu.setLo(CPU_STATE.interruptLines, 0);
    const outcome = engine.run(1);
    cpu.setLo(CPU_STATE.interruptLines, cpu.lo(CPU_STATE.interruptLines) | lines);
    engine.interruptsChanged();
    return outcome;
  });
}

async function findings(name: string, engine: EngineSpec): Promise<Finding[]> {
  const found: Finding[] = [];
  await campaign({
    ...{ engines: [INTERPRETER, engine], generators: [generator(name)], seed: 1, scale: 0.001 },
    ...{ instructions: 250_000, findings: 1 },
    onFinding: (finding) => found.push(finding),
  });
  return found;
}

const flip = (offset: number, bit: number) => (engine: CpuEngine) =>
  engine.cpu.setLo(offset, engine.cpu.lo(offset) ^ bit);

describe('an engine that is wrong is found', { timeout: 120_000 }, () => {
  test.each([
    ['integer', 'a flag of one instruction', /^ADCS/, flip(CPU_STATE.flagC, 1), / adcs /, /nzcv/],
    ['memory', 'a register of a store', /^STP_ldstpair_pre/, flip(CPU_STATE.x, 4), / stp /, /x0/],
    ['floating-point', 'a bit of a result', /^FMUL_float/, flip(CPU_STATE.v + 4, 1), / fmul /, /v0/],
    ['system', 'a monitor', /^LDXR/, flip(CPU_STATE.exclusiveAddress, 64), / ldxr/, /exclusive address/],
    ['self-modifying', 'an atomic', /^LDEOR/, flip(CPU_STATE.x, 1), / ldeor /, /x0/],
  ] as const)('%s: %s', async (name, _, ids, spoil, instruction, what) => {
    const [finding] = await findings(name, wrongAfter(ids, spoil));
    const { text, size, predecessors } = finding!;
    expect(text).toMatch(what);
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('  > '))
        .join('\n'),
    ).toMatch(instruction);
    expect(text).toContain(`engines --engines interpreter,interpreter --generators ${name} --seed 1 --case `);
    expect(size).toBeLessThan(12);
    expect(predecessors).toBe(0);
  });

  test('interrupts: one that comes late', async () => {
    const [finding] = await findings('interrupts', late());
    expect(finding!.text).toMatch(/before: .*(irq|fiq) up/);
    expect(finding!.text).toMatch(/interpreter pc/);
  });

  test('in memory alone', async () => {
    const pair = await openPair([INTERPRETER, INTERPRETER]);
    const outcome = { instructions: 0, reason: 'done' };
    const differ = (): string[] =>
      differences(pair[0], pair[1], [outcome, outcome], true).map(({ what }) => what);
    for (const bench of pair) bench.begin(generator('integer').generate(1, 0, 0.001));
    expect(differ()).toEqual([]);
    pair[1].machine.memory.writeU8(
      PHYSICAL.data + 0x1235,
      1 ^ pair[1].machine.memory.readU8(PHYSICAL.data + 0x1235),
    );
    expect(differ()).toEqual(['memory 40081234']);
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

describe('the engines agree', () => {
  const [reference, other] = usualEngines();
  test(`${reference} and ${other}`, { timeout: 600_000 }, async () => {
    const found: string[] = [];
    const results = await campaign({
      engines: [
        { name: reference, model: MODEL },
        { name: other, model: MODEL, jit: EAGER },
      ],
      generators: GENERATORS,
      ...{ instructions: 40_000_000, seed: 1, scale: 0.02, findings: 1 },
      onFinding: ({ text }) => found.push(text),
    });
    expect(found.join('\n\n')).toBe('');
    expect(
      results.every(({ cases }) => cases > 20),
      campaignTable(results),
    ).toBe(true);
  });
});

test('reduce leaves what it takes, and no more', () => {
  const list = Array.from({ length: 100 }, (_, index) => index);
  expect(reduce(list, (some) => some.includes(17) && some.includes(80))).toEqual([17, 80]);
  expect(reduce(list, () => true)).toEqual([]);
  expect(reduce(list, (some) => some.length === 100)).toEqual(list);
});
