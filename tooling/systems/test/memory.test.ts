import { describe, expect, test } from 'vitest';
import { type ArenaOutcome, arenaFailures, type BootOutcome, bootFailures } from '../src/memory.ts';

const MiB = 2 ** 20;
const boot: BootOutcome = {
  ram: 2048 * MiB,
  residentRam: 100 * MiB,
  residentBeside: 30 * MiB,
  process: 200 * MiB,
  frames: 100 * MiB,
};
const arena: ArenaOutcome = {
  machines: 2,
  ram: 4096 * MiB,
  residentRam: 200 * MiB,
  frames: 200 * MiB,
  answered: [true, true, true, true],
  refusals: [
    'MEMORY_EXHAUSTED: guest 1 touched all of the 160 MiB of RAM that it may touch; Raise the limit',
  ],
  peak: 300 * MiB,
  peakAfterReuse: 300 * MiB,
  residentAfterReuse: 300 * MiB,
};

describe('what guests cost of the host', () => {
  test('is in order', () => {
    expect([...bootFailures(boot, boot), ...arenaFailures(arena)]).toEqual([]);
  });

  test.each([
    [{ frames: 111 * MiB, residentRam: 111 * MiB }, '111.0 MiB of frames for a guest that touches 100.0 MiB'],
    [{ residentRam: 111 * MiB }, 'the host holds 111.0 MiB for 100.0 MiB of frames'],
  ])('a guest on demand with %j', (change, message) => {
    expect(bootFailures(boot, { ...boot, ...change })).toEqual([message]);
  });

  test.each<[Partial<ArenaOutcome>, string]>([
    [{ answered: [true, true, false, true] }, 'answer 2 is wrong'],
    [{ answered: [true, true, true] }, '3 answers'],
    [{ residentRam: 300 * MiB }, 'the host holds 300.0 MiB for 200.0 MiB of frames'],
    [{ refusals: [] }, 'the greedy guest was told: nothing'],
    [{ refusals: ['INTERNAL: broken'] }, 'the greedy guest was told: INTERNAL: broken'],
    [{ peakAfterReuse: 301 * MiB }, 'frames that came back were not used again: 300.0 MiB'],
    [{ residentAfterReuse: 400 * MiB }, 'frames that came back were not used again: 400.0 MiB'],
  ])('an arena with %j', (change, message) => {
    expect(arenaFailures({ ...arena, ...change })).toEqual([message]);
  });
});
