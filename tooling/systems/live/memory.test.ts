import { beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../src/configuration.ts';
import { fetchKernel, type LinuxFiles } from '../src/kernels.ts';
import { arenaFailures, arenaMemory, bootFailures, bootMemory } from '../src/memory.ts';

const REQUIRED = Boolean(process.env.ARMATURE_REQUIRE_ORACLES);
const available = process.platform === 'linux' ? fetchKernel('cloud') : { missing: 'the host is not Linux' };
const missing = 'missing' in available ? available.missing : undefined;
beforeAll(() => {
  if (missing !== undefined && REQUIRED) throw new Error(missing);
});

describe.skipIf(missing !== undefined && !REQUIRED)(
  missing === undefined ? 'memory of the host' : `memory of the host (skipped: ${missing})`,
  () => {
    const files = (): LinuxFiles => {
      if ('missing' in available) throw new Error(available.missing);
      return available.files;
    };

    test.concurrent.each(ENGINES)('%s: a guest of 2 GiB costs what it touches', async (engine) => {
      const whole = await bootMemory(files(), engine, 'whole');
      expect(bootFailures(whole, await bootMemory(files(), engine, 'on-demand'))).toEqual([]);
    });

    test.concurrent('eight guests of 2 GiB in one arena, one of them greedy, and one in its place', async () => {
      expect(arenaFailures(await arenaMemory(files(), 'jit', 8))).toEqual([]);
    });
  },
);
