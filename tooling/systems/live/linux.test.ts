import { beforeAll, describe, expect, test } from 'vitest';
import { describeConfiguration, LIVE_MATRIX } from '../src/configuration.ts';
import { deterministicRuns } from '../src/deterministic.ts';
import { availability } from '../src/kernels.ts';
import { type QemuRuns, runRow } from '../src/row.ts';

/** With it, what is missing is a failure. */
const REQUIRED = Boolean(process.env.ARMATURE_REQUIRE_ORACLES);
const DETERMINISTIC_SECONDS = 400;

const available = availability('cloud');
const missing = 'missing' in available ? available.missing : undefined;
if (missing !== undefined) console.warn(`Debian’s kernel is not booted: ${missing}`);

beforeAll(() => {
  if (missing !== undefined && REQUIRED) throw new Error(`this needs a kernel and QEMU: ${missing}`);
});

const title = missing === undefined ? 'Debian’s kernel' : `Debian’s kernel (skipped: ${missing})`;
describe.skipIf(missing !== undefined && !REQUIRED).concurrent(title, () => {
  const files = () => {
    if ('missing' in available) throw new Error(available.missing);
    return available.files;
  };

  test.each([4, 1])(
    '%i CPU(s), --deterministic: the same bytes and instructions twice on the compiler, and on the interpreter',
    async (cpus) => {
      const { failures } = await deterministicRuns(files(), cpus, DETERMINISTIC_SECONDS);
      expect(failures).toEqual([]);
    },
  );

  const qemuRuns: QemuRuns = new Map();
  const rows = LIVE_MATRIX.map((each) => ({ name: describeConfiguration(each), configuration: each }));
  test.each(rows)(
    '$name: boots without complaints, answers as QEMU, reboots and switches off',
    async ({ configuration }) => {
      const { failures } = await runRow(configuration, files(), qemuRuns);
      expect(failures).toEqual([]);
    },
  );
});
