import { describe, expect, test } from 'vitest';
import { replayDigests, replayVectors } from '../src/replay.ts';
import { SUITES } from '../src/suites.ts';
import { rowsOf } from '../src/system-suite.ts';
import { loadDigests, loadVectors, RECORDED_COUNT, vectorFiles } from '../src/vectors.ts';

/** Failures printed in full; the rest are counted. */
const SHOWN = 3;

const say = (failures: readonly string[]): string =>
  `${failures.length} differ\n${failures.slice(0, SHOWN).join('\n')}`;

describe('what QEMU did, our CPU does', () => {
  test('integer, system, loads and stores', { timeout: 300_000 }, async () => {
    const { failures } = await replayVectors();
    expect(failures.length, say(failures)).toBe(0);
  });

  test.each(['user', 'pointers'] as const)('the suite %s', { timeout: 300_000 }, async (name) => {
    const { failures } = await replayDigests(name);
    expect(failures.length, say(failures)).toBe(0);
  });
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
