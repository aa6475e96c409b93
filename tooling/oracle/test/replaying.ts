import { expect, test } from 'vitest';
import { type Replay, type ReplayOptions, replayDigests, replayVectors } from '../src/replay.ts';

/** Failures printed in full; the rest are counted. */
const SHOWN = 3;

/** Compiled instructions per case, at least: what changes the context and what is UNDEFINED is not compiled. */
const COMPILED = { system: 0.7, user: 0.95, pointers: 0.75 } as const;

/** Tests that recorded cases end on our CPU as they did on QEMU. */
export function testRecorded(options: ReplayOptions): void {
  const check = (name: keyof typeof COMPILED, { cases, compiled, failures }: Replay): void => {
    if (options.engine === 'jit') {
      console.log(`${name}: ${cases} recorded cases, ${compiled} instructions compiled, each alone`);
    }
    expect(failures.length, `${failures.length} differ\n${failures.slice(0, SHOWN).join('\n')}`).toBe(0);
    expect(cases).toBeGreaterThan(0);
    if (options.engine === 'jit') expect(compiled).toBeGreaterThan(COMPILED[name] * cases);
    else expect(compiled).toBe(0);
  };

  test('integer, system, loads and stores', { timeout: 900_000 }, async () => {
    check('system', await replayVectors(options));
  });

  test.each(['user', 'pointers'] as const)('the suite %s', { timeout: 900_000 }, async (name) => {
    check(name, await replayDigests(name, options));
  });
}
