import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from '../src/configuration.ts';
import { armature } from '../src/emulators.ts';
import { Guest } from '../src/guest.ts';

const REQUIRED = Boolean(process.env.ARMATURE_REQUIRE_ORACLES);
/** Debian: u-boot-qemu. */
const FIRMWARE = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
const SECONDS = 120;
const PROMPT = /\n=> /g;

const missing = !existsSync(FIRMWARE);
beforeAll(() => {
  if (missing && REQUIRED) throw new Error(`${FIRMWARE} is missing (Debian: u-boot-qemu)`);
});

const folder = mkdtempSync(join(tmpdir(), 'armature-firmware-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts U-Boot from flash and stops it at its prompt. */
async function uboot(engine: Engine): Promise<Guest> {
  const variables = join(folder, `variables-${engine}.bin`);
  const guest = new Guest(
    armature(engine, ['run', '--bios', FIRMWARE, '--variables', variables, '--clock', 'host', '--quiet']),
  );
  try {
    await guest.read(/\nU-Boot \d{4}\.\d\d/g, SECONDS, 'U-Boot’s first line');
    await guest.read(/Hit any key to stop autoboot/g, SECONDS, 'the countdown');
    guest.type(' ');
    await guest.read(PROMPT, SECONDS, 'U-Boot’s prompt');
    return guest;
  } catch (error) {
    await guest.stop();
    throw error;
  }
}

/** Types a command and gives what it wrote. */
async function answer(guest: Guest, line: string): Promise<string> {
  guest.type(`${line}\n`);
  const [, output] = await guest.read(/\n([\s\S]*?)=> /g, SECONDS, `an answer to ${line}`);
  return output;
}

describe.skipIf(missing && !REQUIRED)(
  missing ? 'U-Boot (skipped: u-boot-qemu is not installed)' : 'U-Boot',
  () => {
    test.each(ENGINES)('%s: starts from flash, and finds its environment there again', async (engine) => {
      const first = await uboot(engine);
      try {
        expect(await answer(first, 'printenv greeting')).toContain('"greeting" not defined');
        expect(await answer(first, 'flinfo')).toContain('Bank # 2: CFI conformant flash');
        await answer(first, 'setenv greeting kept; saveenv');
        first.type('poweroff\n');
        expect(await first.end(SECONDS)).toMatchObject({ code: 0, stderr: '' });
      } finally {
        await first.stop();
      }
      const second = await uboot(engine);
      try {
        expect(await answer(second, 'printenv greeting')).toBe('greeting=kept\n');
      } finally {
        await second.stop();
      }
    });
  },
);
