import { beforeAll, describe, expect, test } from 'vitest';
import { ENGINES } from '../src/configuration.ts';
import { armature } from '../src/emulators.ts';
import { Guest } from '../src/guest.ts';
import { installerFiles } from '../src/installer-files.ts';

const REQUIRED = Boolean(process.env.ARMATURE_REQUIRE_ORACLES);
/** On a quiet host it takes less than a minute. */
const SECONDS = 600;

const available = installerFiles();
const missing = 'missing' in available ? available.missing : undefined;
if (missing !== undefined) console.warn(`Debian’s installer is not booted: ${missing}`);

beforeAll(() => {
  if (missing !== undefined && REQUIRED) throw new Error(`this needs Debian’s installer: ${missing}`);
});

const title = missing === undefined ? 'Debian’s installer' : `Debian’s installer (skipped: ${missing})`;
describe.skipIf(missing !== undefined && !REQUIRED)(title, () => {
  test.each(ENGINES)('%s: boots to its first dialog, and takes an answer', async (engine) => {
    if ('missing' in available) throw new Error(available.missing);
    const { kernel, initrd } = available.files;
    const guest = new Guest(
      armature(engine, [
        ...['run', kernel, '--initrd', initrd, '--memory', '512M', '--clock', 'host'],
        ...['--append', 'console=ttyAMA0', '--quiet'],
      ]),
    );
    try {
      await guest.read(/Select a language/g, SECONDS, 'the first dialog');
      await guest.read(/English/g, SECONDS, 'its choices');
      guest.type('\r');
      await guest.read(/Select your location/g, SECONDS, 'the second dialog');
      expect(guest.console).not.toMatch(/Kernel panic|Oops|BUG:/);
    } finally {
      await guest.stop();
    }
  });
});
