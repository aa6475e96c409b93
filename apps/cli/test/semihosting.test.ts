import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type HostFile, type OpenMode, SEMIHOSTING_ERRNO } from '@armature/semihosting';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryFiles } from '../src/semihosting/directory-files.ts';
import { armature, Files } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

/** Writes a string, echoes one character of input, and exits with status 42. */
const PROGRAM = `
  adr x1, text
  mov w0, #4
  hlt #0xf000
  mov w0, #7
  hlt #0xf000
  adr x1, cell
  strb w0, [x1]
  mov w0, #3
  hlt #0xf000
  adr x1, block
  mov w0, #0x18
  hlt #0xf000
  b .
  .align 3
block: .quad 0x20026, 42
cell: .quad 0
text: .asciz "hello "
`;

describe('armature run --semihosting', () => {
  let program = '';
  beforeAll(() => {
    program = files.program('semihosting.bin', PROGRAM);
  });

  test('standard output is the guest’s, and so is the exit status', async () => {
    const outcome = await armature(['run', '--semihosting', '--load', '0x40080000', program], 'x');
    expect(outcome).toEqual({ stdout: 'hello x', stderr: '', code: 42 });
  });

  test('without it HLT is UNDEFINED', async () => {
    const { code, stdout } = await armature(['run', '--load', '0x40080000', program]);
    expect([code, stdout]).toEqual([4, '']);
  });

  test('a root needs it, and must be a directory', async () => {
    expect((await armature(['run', '--semihosting-root', '.', program])).code).toBe(2);
    expect((await armature(['run', '--semihosting', '--semihosting-root', program, program])).code).toBe(3);
  });
});

describe('files of a directory', () => {
  const { EACCES, EINVAL, EISDIR, ENOENT } = SEMIHOSTING_ERRNO;
  const READ: OpenMode = { read: true, write: false, truncate: false, append: false };
  const WRITE: OpenMode = { read: true, write: true, truncate: true, append: false };
  const opened = (file: HostFile | number): HostFile => {
    if (typeof file === 'number') throw new Error(`errno ${-file}`);
    return file;
  };
  let directory: DirectoryFiles;

  beforeAll(() => {
    mkdirSync(files.path('root/inner'), { recursive: true });
    mkdirSync(files.path('outside'));
    writeFileSync(files.path('outside/secret'), 'secret');
    writeFileSync(files.path('root/a'), 'abc');
    symlinkSync('../outside/secret', files.path('root/link'));
    symlinkSync('../outside', files.path('root/linked'));
    symlinkSync('../outside/new', files.path('root/dangling'));
    symlinkSync('../a', files.path('root/inner/near'));
    directory = new DirectoryFiles(files.path('root'));
  });

  test('read, write, rename, remove', () => {
    const file = opened(directory.open('inner/b', WRITE));
    expect(file.write(0, new TextEncoder().encode('hello'))).toBe(5);
    const bytes = new Uint8Array(3);
    expect(file.read(1, bytes)).toBe(3);
    expect(new TextDecoder().decode(bytes)).toBe('ell');
    expect(file.length()).toBe(5);
    file.close();
    expect(file.length()).toBeLessThan(0);
    expect(directory.rename('inner/b', 'c')).toBe(0);
    expect(readFileSync(files.path('root/c'), 'utf8')).toBe('hello');
    expect(directory.remove('c')).toBe(0);
    expect(directory.remove('c')).toBe(-ENOENT);
    opened(directory.open('inner/near', READ)).close();
  });

  test.each([
    ['/etc/passwd', EACCES],
    ['../outside/secret', EACCES],
    ['inner/../../outside/secret', EACCES],
    ['..', EACCES],
    ['link', EACCES],
    ['linked/secret', EACCES],
    ['linked/new', EACCES],
    ['dangling', ENOENT],
    ['a\0b', EINVAL],
    ['', ENOENT],
    ['inner', EISDIR],
    ['.', EACCES],
    ['a/b', SEMIHOSTING_ERRNO.ENOTDIR],
  ])('%j is refused', (path, errno) => {
    expect(directory.open(path, READ)).toBe(-errno);
    expect(directory.open(path, WRITE)).toBe(-errno);
    if (path !== 'link' && path !== 'dangling') expect(directory.remove(path)).toBeLessThan(0);
    expect(directory.rename('a', path === 'link' || path === 'dangling' ? '../x' : path)).toBeLessThan(0);
    expect(readFileSync(files.path('outside/secret'), 'utf8')).toBe('secret');
  });
});
