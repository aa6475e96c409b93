import { beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../src/configuration.ts';
import { diskFailures, diskTest } from '../src/disk-crash.ts';
import { missingDiskTool } from '../src/disk-image.ts';
import { fetchKernel } from '../src/kernels.ts';

const REQUIRED = Boolean(process.env.ARMATURE_REQUIRE_ORACLES);
/** `npm run systems -- disk` does more. */
const ROUNDS = 1;

const tool = missingDiskTool();
const available = fetchKernel('cloud');
const missing =
  tool !== undefined
    ? `${tool} is not installed`
    : 'missing' in available
      ? available.missing.split('\n').at(-1)!
      : undefined;

beforeAll(() => {
  if (missing !== undefined && REQUIRED) throw new Error(`this needs e2fsprogs and a kernel: ${missing}`);
});

const title = missing === undefined ? 'A disk' : `A disk (skipped: ${missing})`;
describe.skipIf(missing !== undefined && !REQUIRED)(title, () => {
  test.each(ENGINES)(
    '%s: has what was synchronised when the emulator is killed, and is whole',
    async (engine) => {
      if ('missing' in available) throw new Error(available.missing);
      const results = await diskTest(available.files, engine, ROUNDS);
      expect(diskFailures(results)).toEqual([]);
      expect(results.rounds[0].files).toBeGreaterThan(0);
    },
  );
});
