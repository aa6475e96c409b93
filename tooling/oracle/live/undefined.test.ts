import { describe, expect, test } from 'vitest';
import { sweepModel, unexplainedLines } from '../src/undefined/command.ts';
import { MODELS } from '../src/undefined/differences.ts';
import { SEED } from './comparison.ts';

/** Random words, and words near encodings of rows. Each that can be compiled is, on the engine `jit`. */
const WORDS = {
  interpreter: { words: 200_000, near: 50_000 },
  jit: { words: 20_000, near: 20_000 },
} as const;

describe.each(['interpreter', 'jit'] as const)('engine %s', (engine) => {
  test.each(MODELS)(
    `%s: random words and all system encodings are UNDEFINED on both or on neither, seed ${SEED}`,
    async (model) => {
      const { words, near } = WORDS[engine];
      const result = await sweepModel(model, { engine, seed: SEED, words, near });
      const options = `--cpu ${model} --engine ${engine} --words ${words} --near ${near} --seed ${SEED}`;
      const lines = unexplainedLines(result);
      const command = `npm run oracle -- undefined ${options}`;
      expect(lines.length === 0 ? '' : [command, ...lines.slice(0, 20)].join('\n')).toBe('');
      expect(result.streams.uniform?.words).toBe(words);
      expect(result.streams.near?.words).toBe(near);
    },
  );
});
