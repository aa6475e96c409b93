import { decode, disassemble } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import { ORACLE_ENGINES } from '../src/oracle-engine.ts';
import { armatureWords } from '../src/undefined/armature.ts';
import { DIFFERENCES, MODELS } from '../src/undefined/differences.ts';
import { ABORTED, COMPLETED, type WordDriver } from '../src/undefined/driver.ts';
import { codeImage, levelOf, tagOf, untried } from '../src/undefined/layout.ts';
import { matches, pattern } from '../src/undefined/pattern.ts';
import { readPage, readSweeps, sweepPage } from '../src/undefined/results.ts';
import { describe as describeWord, explanation, Sweep } from '../src/undefined/sweep.ts';
import { nearWords, systemWords, uniformWords, type Words } from '../src/undefined/words.ts';

const NOP = 0xd503_201f;
const UDF = 0;
const WFI = 0xd503_207f;
const MSR_SCTLR_X3 = 0xd518_1003;
const MSR_SCTLR_XZR = 0xd518_101f;
const ERET_X3 = 0xd69f_0060;
/** On max, QEMU aborts. */
const ABORTING = 0x0ef9_f800;

const all = (stream: Iterable<Words>): { words: number[]; tags: number[] } => {
  const batches = [...stream];
  return {
    words: batches.flatMap(({ words }) => [...words]),
    tags: batches.flatMap(({ tags }) => [...tags]),
  };
};

describe('streams of words', () => {
  test('are the same for a seed however they are cut, and others for another seed', () => {
    const whole = all(uniformWords(5000, 7, 5000));
    expect(all(uniformWords(5000, 7, 512))).toEqual(whole);
    expect(all(nearWords(3000, 7, 1000))).toEqual(all(nearWords(3000, 7, 3000)));
    expect(all(uniformWords(5000, 8, 5000)).words).not.toEqual(whole.words);
  });

  test('uniform words are as many as asked for, all different, half of them at each level', () => {
    const { words, tags } = all(uniformWords(20_000, 1, 6000));
    expect(words.length).toBe(20_000);
    expect(new Set(words).size).toBe(20_000);
    expect(tags.filter((tag) => tag & 1).length).toBe(10_000);
    for (let bit = 0; bit < 32; bit++) {
      const ones = words.filter((word) => (word >>> bit) & 1).length;
      expect(Math.abs(ones - 10_000)).toBeLessThan(500);
    }
  });

  test('words near rows are one or two bits away, so that most change their meaning', () => {
    const { words } = all(nearWords(10_000, 1, 10_000));
    const undefinedOnes = words.filter((word) => decode(word) === undefined).length;
    expect(undefinedOnes).toBeGreaterThan(1500);
    expect(undefinedOnes).toBeLessThan(8500);
  });

  test('system words have every encoding of MRS, MSR, SYS and SYSL at both levels', () => {
    const { words, tags } = all(systemWords(1));
    const keys = new Set(words.map((word, index) => `${(word & ~31) >>> 0} ${tags[index]! & 1}`));
    expect(keys.size).toBe(2 * (2 ** 16 + 2 ** 15));
  });
});

describe('how a word runs', () => {
  test('what waits at EL1 runs at EL0', () => {
    expect([levelOf(WFI, 1), levelOf(NOP, 1), levelOf(NOP, 0)]).toEqual([0, 1, 0]);
  });

  test('a write to a control register finds its value in the register, or is not tried', () => {
    expect(tagOf(MSR_SCTLR_X3, 1) >> 1).not.toBe(tagOf(NOP, 1) >> 1);
    expect([untried(MSR_SCTLR_X3), untried(MSR_SCTLR_XZR), untried(0xd518_cfff)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('each word has a BRK behind it', () => {
    expect([...codeImage(Uint32Array.of(NOP, UDF))]).toEqual([NOP, 0xd420_0000, UDF, 0xd420_0000]);
  });

  test.each(ORACLE_ENGINES)(
    'our CPU, engine %s, tells what is UNDEFINED, by model and level, after anything that ran before',
    async (engine) => {
      const cases: [word: number, level: 0 | 1, a72: number, max: number][] = [
        [UDF, 0, 0, 0],
        [MSR_SCTLR_X3, 1, COMPLETED, COMPLETED],
        [MSR_SCTLR_X3, 0, 0, 0],
        [WFI, 0, 1, 1],
        [0xf940_0020, 1, 0x25, 0x25],
        [0xf940_0020, 0, 0x24, 0x24],
        // CASP needs FEAT_LSE and even registers.
        [0x0820_7c82, 0, 0, 0x24],
        [0x0821_7c82, 0, 0, 0],
        [0xd61f_0020, 1, COMPLETED, COMPLETED],
        [0xd69f_03e0, 1, COMPLETED, COMPLETED],
        [0xd400_0001, 0, 0x15, 0x15],
        [0x1e62_2820, 0, COMPLETED, COMPLETED],
        [0x1ee2_2820, 0, 0, COMPLETED],
        [NOP, 1, COMPLETED, COMPLETED],
      ];
      const words = Uint32Array.from(cases, ([word]) => word);
      const tags = Uint8Array.from(cases, ([word, level]) => tagOf(word, level));
      const a72 = await armatureWords('cortex-a72', engine);
      const max = await armatureWords('max', engine);
      expect([...(await a72.run(words, tags))]).toEqual(cases.map(([, , ec]) => ec));
      expect([...(await max.run(words, tags))]).toEqual(cases.map(([, , , ec]) => ec));
    },
    60_000,
  );
});

describe('sorting out', () => {
  const answering = (name: string, answers: readonly number[]): WordDriver => ({
    name,
    run: async () => Uint8Array.from(answers),
  });
  const words = Uint32Array.of(NOP, UDF, ERET_X3, NOP, 0xffff_ffff, ABORTING, ABORTING);
  const batch: Words = { words, tags: Uint8Array.from(words, (word) => tagOf(word, 1)) };
  const theirs = [COMPLETED, 0, COMPLETED, 0, 0x24, ABORTED, ABORTED];
  const ours = [0x25, 0, 0, COMPLETED, 0, 0, COMPLETED];

  test('what agrees, what is listed, and what is not', async () => {
    const sweep = new Sweep('max', answering('qemu', theirs), answering('ours', ours));
    await sweep.run('uniform', [batch]);
    expect(sweep.streams.uniform).toEqual({
      words: 7,
      el0: 0,
      allocated: 3,
      undefined: 2,
      agree: 2,
      listed: 2,
      unexplained: 3,
    });
    expect([...sweep.listed.keys()]).toEqual(['eret-rn', 'qemu-aborts-fp16']);
    expect([...sweep.unexplained.keys()][0]).toBe('NOP_hints');
    expect(describeWord(sweep.unexplained.get('NOP_hints')!.examples[0]!)).toBe(
      'd503201f at EL1: QEMU UNDEFINED, Armature completes; row NOP_hints; nop',
    );
  });

  test('a difference is of a model and has a direction', () => {
    expect(explanation('max', 0x0400_0000, 'allocated')?.id).toBe('sve');
    expect(explanation('cortex-a72', 0x0400_0000, 'allocated')).toBeUndefined();
    expect(explanation('max', 0x0400_0000, 'UNDEFINED')).toBeUndefined();
    expect(explanation('cortex-a72', ERET_X3, 'allocated')?.id).toBe('eret-rn');
  });
});

describe('differences', () => {
  test('patterns are 32 bits and match what they say', () => {
    expect(() => pattern('01')).toThrow('2 characters');
    const nop = pattern('11010101000000110010 0000 000 ttttt');
    expect([matches(nop, NOP), matches(nop, WFI)]).toEqual([true, false]);
  });

  test('each has one id, models, a section and a reason', () => {
    expect(new Set(DIFFERENCES.map(({ id }) => id)).size).toBe(DIFFERENCES.length);
    for (const { id, models, section, reason, encodings } of DIFFERENCES) {
      expect([id, models.length > 0, encodings.length > 0]).toEqual([id, true, true]);
      expect([id, section.length > 2, reason.length > 40]).toEqual([id, true, true]);
    }
  });

  test.each(DIFFERENCES.filter(({ verdict, qemu }) => verdict === 'QEMU deviates' && qemu !== 'UNDEFINED'))(
    '$id: our table has only what the architecture allocates',
    ({ id, encodings }) => {
      for (const encoding of encodings) {
        const word = (encoding.value | 0x0000_0020) >>> 0;
        expect([id, disassemble(word)]).toEqual([id, expect.stringContaining('; undefined')]);
      }
    },
  );
});

describe('kept results', () => {
  const kept = readSweeps();

  test.each(MODELS)('%s: ten million uniformly random words, and nothing unexplained', (model) => {
    const { streams, unexplained, differences } = kept[model]!;
    expect(streams.uniform?.words).toBeGreaterThanOrEqual(10_000_000);
    expect(streams.near?.words).toBeGreaterThanOrEqual(1_000_000);
    expect(unexplained).toEqual([]);
    const ids = new Set(DIFFERENCES.filter(({ models }) => models.includes(model)).map(({ id }) => id));
    expect(differences.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  test('the page says the same: npm run oracle -- undefined --page writes it', () => {
    expect(readPage()).toBe(sweepPage(kept));
  });
});
