/** What paths reach of the host: nothing outside the root, whatever leads there. */

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostDirectory } from '../src/node.ts';
import { runProgram } from './machine.ts';

const AT_FDCWD = -100;
const NUMBERS = {
  openat: 56,
  read: 63,
  write: 64,
  exit: 93,
  mkdirat: 34,
  symlinkat: 36,
  renameat2: 276,
  unlinkat: 35,
};

/** Calls with immediate arguments or the addresses of texts; X0 of the last one is the exit status, negated if negative. */
function calls(...list: readonly (readonly [keyof typeof NUMBERS, ...(number | string)[]])[]) {
  const texts: string[] = [];
  const code = list.map(([name, ...args]) => {
    const loads = args.map((value, index) => {
      if (typeof value === 'number') return `ldr x${index}, =${value}`;
      if (value === 'result') return `mov x${index}, x0`;
      texts.push(value);
      return `ldr x${index}, =data + ${256 * texts.length}`;
    });
    return [...loads, `mov x8, #${NUMBERS[name]}`, 'svc #0'].join('\n');
  });
  const data = ['.zero 256', ...texts.map((text) => `1: .asciz "${text}"\n.zero ${256 - text.length - 1}`)];
  return {
    code: `${code.join('\n')}\ncmp x0, #0\nb.ge 9f\nneg x0, x0\nadd x0, x0, #100\n9: mov x8, #93\nsvc #0\n.ltorg`,
    data: data.join('\n'),
    zeros: 4096,
  };
}

const show = (path: string) =>
  calls(
    ['openat', AT_FDCWD, path, 0, 0],
    ['read', 'result', 0x80_8000 - 0x8000 + 4096, 4096],
    ['write', 1, 0x80_8000 - 0x8000 + 4096, 12],
  );

let folder: string;
let root: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'armature-sandbox-'));
  root = join(folder, 'root');
  mkdirSync(join(root, 'inside', 'deep'), { recursive: true });
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'secret'), 'a secret!!!\n');
  writeFileSync(join(folder, 'outside', 'file'), 'an outsider\n');
  writeFileSync(join(root, 'file'), 'in the root\n');
  symlinkSync('../secret', join(root, 'up'));
  symlinkSync(join(folder, 'secret'), join(root, 'absolute'));
  symlinkSync('..', join(root, 'inside', 'parent'));
  symlinkSync('/file', join(root, 'inside', 'rooted'));
  symlinkSync('../../../../../..', join(root, 'inside', 'far'));
  symlinkSync(folder, join(root, 'folder'));
  execFileSync('mkfifo', [join(root, 'fifo')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (program: ReturnType<typeof calls>, readOnly = false) => {
  const { text, ending } = await runProgram(program, { root: hostDirectory(root, { readOnly }) });
  return { text, status: ending?.status };
};

test.each([
  'file',
  '/file',
  '../file',
  '/../../file',
  'inside/parent/file',
  'inside/rooted',
  'inside/far/file',
  './/inside/../file',
])('%s is in the root', async (path) => {
  expect((await run(show(path))).text).toBe('in the root\n');
});

test.each([
  'up',
  'absolute',
  '../secret',
  '/secret',
  'folder/secret',
  'folder/outside/file',
  'inside/parent/../../secret',
  'inside/far/etc/passwd',
  '../../../../../../../../etc/passwd',
  '/etc/passwd',
  '/proc/self/root/etc/passwd',
  '/proc/self/cwd/../etc/passwd',
  '/proc/1000/root/../etc/passwd',
  '/dev/fd/../../../etc/passwd',
  'fifo',
])('%s is out of reach', async (path) => {
  const { text } = await run(show(path));
  expect(text).not.toContain('secret');
  expect(text).not.toContain('outsider');
  expect(text).not.toContain('root:');
});

test('a directory that becomes a link while it is open leads nowhere', async () => {
  // Opens a directory, moves it away, puts a link to the outside in its place, and opens a file by the old one.
  const outside = join(folder, 'outside');
  const { status } = await run(
    calls(
      ['mkdirat', AT_FDCWD, 'place', 0o755],
      ['openat', AT_FDCWD, 'place', 0o40000, 0],
      ['renameat2', AT_FDCWD, 'place', AT_FDCWD, 'moved', 0],
      ['symlinkat', outside, AT_FDCWD, 'place'],
      ['openat', 3, 'file', 0, 0],
    ),
  );
  expect(status).toBe(102);
  rmSync(join(root, 'place'));
  rmSync(join(root, 'moved'), { recursive: true });
});

test('nothing is made, moved or removed outside', async () => {
  for (const program of [
    calls(['mkdirat', AT_FDCWD, '../made', 0o755]),
    calls(['openat', AT_FDCWD, 'folder/made', 0o101, 0o644]),
    calls(['unlinkat', AT_FDCWD, '../secret', 0]),
    calls(['unlinkat', AT_FDCWD, 'folder/secret', 0]),
    calls(['renameat2', AT_FDCWD, 'file', AT_FDCWD, 'folder/stolen', 0]),
    calls(
      ['renameat2', AT_FDCWD, 'up', AT_FDCWD, '../elsewhere', 0],
      ['renameat2', AT_FDCWD, 'elsewhere', AT_FDCWD, 'up', 0],
    ),
  ]) {
    await run(program);
  }
  expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('a secret!!!\n');
  for (const name of ['made', 'stolen', 'elsewhere']) expect(existsSync(join(folder, name))).toBe(false);
  rmSync(join(root, 'made'), { recursive: true, force: true });
});

test('a read-only root stays as it is', async () => {
  const { status } = await run(calls(['mkdirat', AT_FDCWD, 'new', 0o755]), true);
  expect(status).toBe(130);
  expect((await run(calls(['openat', AT_FDCWD, 'file', 1, 0]), true)).status).toBe(130);
  expect((await run(show('file'), true)).text).toBe('in the root\n');
});
