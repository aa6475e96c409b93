import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { armatureBoot, type LinuxFiles } from '../boot/machines.ts';
import { qemuVersion } from '../emulators.ts';
import { COMPILER, compilerVersion, makeGuest } from './image.ts';
import { compareResults, QEMU_MACHINE, type RaceMachine, runOn } from './measure.ts';
import { GUEST_ROWS } from './rows.ts';

/** Longest boot or row, in milliseconds. */
const TIMEOUT = 240_000;

const REQUIRED = Boolean(process.env['ARMATURE_REQUIRE_ORACLES']);

/** What `armature linux` has fetched before; a test fetches nothing. */
function fetchedFiles(): LinuxFiles | undefined {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'armature', 'linux', 'linux-image-cloud-arm64');
  const files = { kernel: join(folder, 'Image'), initrd: join(folder, 'initrd.gz') };
  return existsSync(files.kernel) && existsSync(files.initrd) ? files : undefined;
}

const files = fetchedFiles();
const missing = [
  ...(qemuVersion() === undefined ? ['qemu-system-aarch64 is not installed'] : []),
  ...(compilerVersion() === undefined ? [`${COMPILER} is not installed`] : []),
  ...(files === undefined ? ['no kernel: run armature linux --fetch-only'] : []),
];

/** The command-line runner from its sources, which import packages from theirs. */
const ARMATURE: RaceMachine = {
  name: 'Armature',
  start: (guest, options) => {
    const program = armatureBoot(guest, { ...options, engine: 'interpreter' });
    const sources = fileURLToPath(new URL('../../../../tooling/sources.mjs', import.meta.url));
    const from = program.args.findIndex((argument) => argument.endsWith('cli.ts'));
    return { ...program, args: ['--import', sources, ...program.args.slice(from)] };
  },
};

const title = `a row runs on both machines${missing.length > 0 ? ` (skipped: ${missing.join('; ')})` : ''}`;
test.skipIf(missing.length > 0 && !REQUIRED)(
  title,
  async () => {
    expect(missing).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'armature-race-test-'));
    try {
      const names = ['crc32', 'dd-write'];
      const rows = GUEST_ROWS.filter(({ name }) => names.includes(name));
      const guest = makeGuest(files!, rows, 1, folder);
      const runs = await Promise.all(
        [QEMU_MACHINE, ARMATURE].map(async (machine) => ({
          machine: machine.name,
          times: await runOn(machine, guest.check, names, TIMEOUT),
        })),
      );
      compareResults(runs);
      for (const { times } of runs) {
        expect(times.system).toMatch(/^Linux \d/);
        expect(times.rows.get('crc32')!.result).toMatch(/^[0-9a-f]{16}$/);
        expect(times.rows.get('dd-write')!.result).toMatch(/^[0-9a-f]{8} /);
        expect(times.rows.get('dd-write')!.seconds).toBeGreaterThan(0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  2 * TIMEOUT,
);
