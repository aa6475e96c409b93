import { expect, test } from 'vitest';
import { sweepModel, unexplainedLines } from '../src/undefined/command.ts';
import { MODELS } from '../src/undefined/differences.ts';

/** Another seed each day, so that runs differ and a failure can be repeated. */
const SEED = Number(process.env.ARMATURE_ORACLE_SEED ?? Math.floor(Date.now() / 86_400_000));
const WORDS = 200_000;
const NEAR = 50_000;

test.each(MODELS)(
  `%s: random words and all system encodings are UNDEFINED on both or on neither, seed ${SEED}`,
  async (model) => {
    const result = await sweepModel(model, { seed: SEED, words: WORDS, near: NEAR });
    const command = `npm run oracle -- undefined --cpu ${model} --words ${WORDS} --near ${NEAR} --seed ${SEED}`;
    const lines = unexplainedLines(result);
    expect(lines.length === 0 ? '' : [command, ...lines.slice(0, 20)].join('\n')).toBe('');
    expect(result.streams.uniform?.words).toBe(WORDS);
    expect(result.streams.near?.words).toBe(NEAR);
  },
);
