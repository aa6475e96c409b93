import { describe, expect, test } from 'vitest';
import { SUITES } from '../src/suites.ts';
import { rowsOf } from '../src/system-suite.ts';
import { loadDigests, loadVectors, RECORDED_COUNT, vectorFiles } from '../src/vectors.ts';
import { testRecorded } from './replaying.ts';

describe('what QEMU did, our interpreter does beside the compiler', () => {
  testRecorded({ engine: 'cold' });
});

/** The two have the same code for most instructions, some in the loop and some in functions of their own. */
const ONE_OF = 8;

describe(`what QEMU did, our interpreter does alone, with one of ${ONE_OF} recorded cases of each row`, () => {
  testRecorded({ engine: 'interpreter', oneOf: ONE_OF });
});

describe('every implemented row is recorded', () => {
  test.each(['usual', 'strict', 'max'] as const)('in the configuration %s', (configuration) => {
    const recorded = vectorFiles()
      .filter((file) => file.endsWith(`.${configuration}.br`))
      .flatMap((file) => loadVectors(file).rows.map(({ id }) => id));
    expect(recorded.sort()).toEqual(
      rowsOf(configuration)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test.each(['user', 'pointers'] as const)('in the suite %s', (name) => {
    const { rows, count, digests } = loadDigests(name);
    expect(rows).toEqual(SUITES[name].rows.map(({ id }) => id));
    expect(count).toBe(RECORDED_COUNT[name]);
    expect(digests.length).toBe(rows.length * count);
  });
});
