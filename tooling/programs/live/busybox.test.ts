/** Debian's busybox: applets, and a long script of its shell, the same as under QEMU's user mode. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APPLETS, fillDirectory, STARTERS, wordsOf } from '../test/busybox-cases.ts';
import { writeApplets, writeBusybox } from '../test/busybox-file.ts';
import { inRoot, onExec, onMachine, onQemuUser, qemuPath } from '../test/linux-run.ts';

const SCRIPT = fileURLToPath(new URL('../linux/script.sh', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'armature-busybox-'));
const busybox = join(folder, 'busybox');

const applets = join(folder, 'applets');
let known: readonly string[] = [];

beforeAll(() => {
  writeBusybox(busybox);
  known = writeApplets(applets, busybox, qemuPath());
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Run = typeof onMachine;

const inDirectory = (run: Run, args: readonly string[], input: string) =>
  inRoot((root) => {
    fillDirectory(join(root, 'work'));
    copyFileSync(SCRIPT, join(root, 'work', 'script.sh'));
    // Our shell runs applets by itself; QEMU's finds scripts that run them.
    const path = run === onQemuUser ? applets : '/nowhere';
    return run(busybox, { arguments: args, input, root, path });
  });

describe('busybox', () => {
  const cases = APPLETS.map(wordsOf).map(([words, input = '']) => ({ title: words.join(' '), words, input }));
  test('at least 80 applets', () => {
    const used = new Set(cases.flatMap(({ words }) => words.flatMap((word) => word.split(/[^a-z0-9]+/))));
    expect(known.filter((applet) => used.has(applet)).length).toBeGreaterThanOrEqual(80);
  });

  test.concurrent.each(cases)('$title', async ({ words, input }) => {
    const expected = await inDirectory(onQemuUser, words, input);
    expect(await inDirectory(onMachine, words, input)).toEqual(expected);
  });

  test.each(STARTERS)('%j', async (words, output) => {
    const run: Run = (image, options) => {
      const bin = join(options.root, 'bin');
      mkdirSync(bin);
      copyFileSync(image, join(bin, 'busybox'));
      writeFileSync(join(bin, 'script'), '#!/bin/busybox sh\necho "script: $1"\n', { mode: 0o755 });
      return onMachine(image, options);
    };
    expect(await inDirectory(run, words, '')).toEqual({ output, status: 0 });
  });

  test('a script of 300 lines', async () => {
    expect(readFileSync(SCRIPT, 'utf8').split('\n').length).toBeGreaterThanOrEqual(300);
    const expected = await inDirectory(onQemuUser, ['sh', 'script.sh', 'one', 'two words'], 'input\n');
    expect(expected.status).toBe(23);
    expect(await inDirectory(onMachine, ['sh', 'script.sh', 'one', 'two words'], 'input\n')).toEqual(
      expected,
    );
    expect(await inDirectory(onExec, ['sh', 'script.sh', 'one', 'two words'], 'input\n')).toEqual(expected);
  });
});
