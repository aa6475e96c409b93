/** Files that find no room: in memory, by their number too, and on a host whose disk is full. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hostDirectory } from '../src/node.ts';
import { runProgram } from './machine.ts';

/** Bytes that the host's disk has left. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const writeSync = (
    file: number,
    bytes: Uint8Array,
    ...[at, length, position]: [number, number, number]
  ) => {
    const fits = Math.min(length, disk.left);
    if (fits === 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    disk.left -= fits;
    return real.writeSync(file, bytes, at, fits, position);
  };
  return { ...real, writeSync };
});

const EXIT = 'mov x8, #94\nsvc #0';

/** Writes 4,000 bytes at a time to a file until that fails; X19: the error, X21: the bytes; then what follows. */
const fill = (path: string, then: string) => ({
  code: `
    mov x0, #-100
    ldr x1, =path
    mov x2, #0x41
    mov x3, #0600
    mov x8, #56
    svc #0
    mov x20, x0
    mov x21, #0
  1:mov x0, x20
    ldr x1, =data
    mov x2, #4000
    mov x8, #64
    svc #0
    cmp x0, #0
    b.le 2f
    add x21, x21, x0
    b 1b
  2:neg x19, x0
    ${then}
    .balign 8
  path: .asciz "${path}"
    .balign 8
    .ltorg`,
  zeros: 8192,
});

const ENOSPC = 28;

describe('in memory', () => {
  test('a full disk is ENOSPC; there is room again when the file is gone', async () => {
    const { ending, machine } = await runProgram(
      fill(
        '/tmp/full',
        `
        mov x0, #-100
        ldr x1, =path
        mov x2, #0
        mov x8, #35
        svc #0
        mov x0, x20
        mov x8, #57
        svc #0
        mov x0, #-100
        ldr x1, =path
        mov x2, #0x41
        mov x3, #0600
        mov x8, #56
        svc #0
        ldr x1, =data
        mov x2, #4000
        mov x8, #64
        svc #0
        mov x9, #4000
        cmp x0, x9
        csel x0, x19, xzr, eq
        ${EXIT}`,
      ),
      { memoryFileBytes: 100_000 },
    );
    expect(ending).toEqual({ status: ENOSPC });
    expect(machine.use('memory-management').validate()).toEqual([]);
  });

  test('files without a byte in them fill it, too', async () => {
    const { ending } = await runProgram(
      {
        code: `
          ldr x21, =path
          mov x20, #0
        1:add x20, x20, #1
          and x9, x20, #0xf
          add x9, x9, #'a'
          strb w9, [x21, #5]
          ubfx x9, x20, #4, #4
          add x9, x9, #'a'
          strb w9, [x21, #6]
          ubfx x9, x20, #8, #4
          add x9, x9, #'a'
          strb w9, [x21, #7]
          mov x0, #-100
          mov x1, x21
          mov x2, #0x41
          mov x3, #0600
          mov x8, #56
          svc #0
          cmp x0, #0
          b.lt 2f
          mov x8, #57
          svc #0
          b 1b
        2:neg x0, x0
          ${EXIT}
          .balign 8
          .ltorg
          .equ path, data`,
        data: '.asciz "/tmp/..."',
      },
      { memoryFileBytes: 100_000 },
    );
    expect(ending).toEqual({ status: ENOSPC });
  });
});

describe('on the host', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'armature-disk-full-'));
  });
  afterEach(() => {
    disk.left = Number.POSITIVE_INFINITY;
    rmSync(folder, { recursive: true, force: true });
  });

  test('a full disk is ENOSPC for the program, after what fitted', async () => {
    disk.left = 10_000;
    const { ending, reason } = await runProgram(fill('/file', `mov x0, x19\n${EXIT}`), {
      root: hostDirectory(folder),
    });
    expect([reason, ending]).toEqual(['power-off', { status: ENOSPC }]);
    expect(readFileSync(join(folder, 'file'))).toHaveLength(10_000);
  });
});
