import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armature, Files } from './armature.ts';
import { staticProgram } from './static-program.ts';

const files = new Files();
afterAll(() => files.remove());

const EXIT = (status: string): string => `mov x0, ${status}\nmov x8, #93\nsvc #0\n`;

/** Copies its input to its output, and exits with the number of its arguments. */
const COPY = `
  ldr x20, [sp]
  sub sp, sp, #4096
1:
  mov x0, #0
  mov x1, sp
  mov x2, #4096
  mov x8, #63
  svc #0
  cmp x0, #0
  b.le 2f
  mov x2, x0
  mov x0, #1
  mov x1, sp
  mov x8, #64
  svc #0
  b 1b
2:
  ${EXIT('x20')}`;

/** Copies the file that its first argument names to its output; exits with the error's number. */
const SHOW = `
  ldr x1, [sp, #16]
  sub sp, sp, #4096
  mov x0, #-100
  mov x2, #0
  mov x8, #56
  svc #0
  cmp x0, #0
  b.lt 1f
  mov x1, sp
  mov x2, #4096
  mov x8, #63
  svc #0
  mov x2, x0
  mov x0, #1
  mov x1, sp
  mov x8, #64
  svc #0
  mov x0, #0
1:
  neg x0, x0
  ${EXIT('x0')}`;

describe('armature exec', () => {
  let root = '';
  const program = (name: string, source: string): string => {
    const file = join(root, '..', name);
    writeFileSync(file, staticProgram(source));
    return file;
  };
  beforeAll(() => {
    root = join(files.program('unused.bin', 'nop'), '..', 'root');
    mkdirSync(root);
    writeFileSync(join(root, 'file'), 'in the root\n');
    writeFileSync(join(root, '..', 'secret'), 'secret\n');
    symlinkSync(join(root, '..', 'secret'), join(root, 'absolute'));
  });

  test('standard input, output, arguments and status are the program’s', async () => {
    const copy = program('copy', COPY);
    expect(await armature(['exec', copy, '--not', 'an option'], 'through\n')).toEqual({
      stdout: 'through\n',
      stderr: '',
      code: 3,
    });
  });

  test('a signal ends it with 128 + n and a line that says where', async () => {
    const wild = program('wild', 'mov x1, #0x18\nldr x0, [x1]');
    const { code, stderr, stdout } = await armature(['exec', wild]);
    expect([code, stdout]).toEqual([139, '']);
    expect(stderr).toMatch(
      /^armature: .*wild was ended by SIGSEGV at pc 0x0040_007c, address 0x0000_0018\n$/,
    );
  });

  test('statistics name what is not implemented', async () => {
    const odd = program('odd', `mov x8, #1000\nsvc #0\nneg x0, x0\n${EXIT('x0')}`);
    const { code, stderr } = await armature(['exec', '--stats', '--allocator', 'bitmap', odd]);
    expect(code).toBe(38);
    expect(stderr).toMatch(/system calls {2}2\n {16}1 call 1000: not implemented\n/);
  });

  test('a link that leads out of the root leads nowhere', async () => {
    const show = program('show', SHOW);
    expect(await armature(['exec', '--root', root, show, 'file'])).toMatchObject({
      code: 0,
      stdout: 'in the root\n',
    });
    expect(await armature(['exec', '--root', root, show, 'absolute'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('mistakes are named', async () => {
    const text = join(root, '..', 'secret');
    for (const [args, code, error] of [
      [['exec', text], 3, /IMAGE_INVALID\]: .*secret is not a 64-bit AArch64 Linux program/],
      [['exec', '--root', text, text], 3, /FILE_UNREADABLE\]: cannot use .* as a root/],
      [['exec', '--allocator', 'none', text], 2, /USAGE\]: .*--allocator/],
      [['exec', '--read-only', text], 2, /USAGE\]: --read-only goes with --root/],
    ] as const) {
      const outcome = await armature([...args]);
      expect([outcome.code, outcome.stdout], args.join(' ')).toEqual([code, '']);
      expect(outcome.stderr).toMatch(error);
    }
  });

  test('what a program writes is in the root, and only there', async () => {
    const write = program(
      'write',
      `
      sub sp, sp, #16
      ldr x0, =0x6e6574746972772f
      str x0, [sp]
      strb wzr, [sp, #8]
      mov x0, #-100
      mov x1, sp
      mov x2, #0101
      mov x3, #0644
      mov x8, #56
      svc #0
      mov x1, sp
      mov x2, #8
      mov x8, #64
      svc #0
      ${EXIT('x0')}`,
    );
    expect((await armature(['exec', '--root', root, write])).code).toBe(8);
    expect(readFileSync(join(root, 'written'), 'utf8')).toBe('/written');
    expect((await armature(['exec', '--root', root, '--read-only', write])).code).not.toBe(8);
    expect(existsSync(join(root, '..', 'written'))).toBe(false);
  });
});
