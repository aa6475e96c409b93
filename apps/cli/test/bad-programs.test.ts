/** Programs that are damaged, or do what they should not: an answer for the guest or the user, never a stack trace. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { isArmatureError } from '@armature/core';
import { planBoot, virt } from '@armature/machine';
import { type HostFile, SEMIHOSTING_ERRNO } from '@armature/semihosting';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFailure } from '../src/failure.ts';
import { createProgram } from '../src/program.ts';
import { DirectoryFiles } from '../src/semihosting/directory-files.ts';
import { armature, Files, POWER_OFF, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

/** xorshift32: a number below `limit`. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const RAM = 0x4000_0000;
const BASE = RAM + 0x8_0000;

/** An executable of one endless loop for each address in `at`. */
function elf({ at = [BASE], machine = 183 }: { at?: readonly number[]; machine?: number } = {}): Buffer {
  const start = 64 + 56 * at.length;
  const bytes = Buffer.alloc(start + 8 * at.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(BigInt(at[0]), 24);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(64, 52);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(at.length, 56);
  at.forEach((address, index) => {
    const header = 64 + 56 * index;
    bytes.writeUInt32LE(1, header);
    bytes.writeUInt32LE(5, header + 4);
    bytes.writeBigUInt64LE(BigInt(start + 8 * index), header + 8);
    for (const field of [16, 24]) bytes.writeBigUInt64LE(BigInt(address), header + field);
    for (const field of [32, 40]) bytes.writeBigUInt64LE(8n, header + field);
    bytes.writeUInt32LE(0x1400_0000, start + 8 * index);
  });
  return bytes;
}

describe('damaged executables', () => {
  const cases: [string, Uint8Array, string][] = [
    ['a cut header', elf().subarray(0, 50), '[IMAGE_INVALID]'],
    ['cut program headers', elf().subarray(0, 100), '[IMAGE_INVALID]'],
    ['a cut segment', elf().subarray(0, 124), '[IMAGE_INVALID]'],
    ['another machine', elf({ machine: 243 }), '[IMAGE_WRONG_MACHINE]: the ELF file is for RISC-V'],
    ['overlapping segments', elf({ at: [BASE, BASE + 4] }), '[IMAGE_OVERLAP]: segment 1'],
    ['a segment beyond memory', elf({ at: [BASE, 0x9000_0000] }), '[IMAGE_INVALID]: segment 1'],
    ['a segment across the end of memory', elf({ at: [BASE, RAM + 0x7ff_fffc] }), '[IMAGE_'],
    [
      'a segment at the end of addresses',
      elf({ at: [BASE, 2 ** 53 - 2 ** 12] }),
      '[IMAGE_INVALID]: segment 1',
    ],
    ['a segment over the UART', elf({ at: [BASE, 0x0900_0000] }), '[IMAGE_OVERLAP]: segment 1'],
  ];
  test.each(cases)('%s', async (name, bytes, message) => {
    const image = files.write(`${name}.elf`, bytes);
    const error = await (await createProgram())
      .parseAsync(['run', image], { from: 'user' })
      .catch((thrown: unknown) => thrown);
    const { exitCode, lines } = describeFailure(error);
    expect(lines[0]).toContain(message);
    expect(lines[1]).toMatch(/^hint: /);
    expect([exitCode, lines.length]).toEqual([3, 2]);
  });

  test('any cut and any damage is answered', async () => {
    const machine = await virt().build();
    const whole = elf({ at: [BASE, BASE + 0x1000] });
    const random = randomNumbers(0xe1f);
    const tryToBoot = (image: Uint8Array): string => {
      try {
        planBoot(machine, { image });
        return 'boots';
      } catch (error) {
        if (isArmatureError(error)) return error.code;
        throw error;
      }
    };
    for (let length = 0; length < whole.length; length++) {
      expect(tryToBoot(whole.subarray(0, length)), `${length} bytes`).toMatch(/^IMAGE_/);
    }
    const seen = new Set<string>();
    for (let count = 0; count < 5000; count++) {
      const damaged = Uint8Array.from(whole);
      for (let change = random(4); change >= 0; change--) {
        damaged[4 + random(172)] = random(3) === 0 ? 255 : random(256);
      }
      seen.add(tryToBoot(damaged));
    }
    expect([...seen].sort()).toEqual([
      'IMAGE_INVALID',
      'IMAGE_OVERLAP',
      'IMAGE_TOO_LARGE',
      'IMAGE_WRONG_MACHINE',
      'boots',
    ]);
    machine.dispose();
  });
});

describe('programs that go wrong', () => {
  test('recursion without end runs out of RAM', async () => {
    const image = files.program(
      'recursion.bin',
      `movz x0, #0x4000, lsl #16\n add sp, x0, #0x1000\n1: stp x29, x30, [sp, #-16]!\n bl 1b`,
    );
    const { code, stderr, stdout } = await armature(['run', image]);
    const [error, hint, ...rest] = stderr.split('\n');
    expect([code, stdout, rest]).toEqual([4, '', ['']]);
    expect(error).toMatch(/\[EXCEPTION_LOOP\].*Data Abort.*write .*FAR 0x3fff_fff0/);
    expect(hint).toMatch(/^hint: Nothing is at 0x3fff_fff0/);
  });

  test('a program that writes over itself runs what it wrote', async () => {
    const image = files.program(
      'self.bin',
      `  mov x20, #0x09000000
  ldr w2, 2f
  adr x3, 1f
  str w2, [x3]
  dsb sy
  ic ivau, x3
  dsb sy
  isb
1:mov w0, #'a'
  str w0, [x20]
${POWER_OFF}
2:mov w0, #'b'`,
    );
    expect(await armature(['run', image])).toEqual({ stdout: 'b', stderr: '', code: 0 });
  });

  test('a program that writes over all of RAM, itself included', async () => {
    const image = files.program('wipe.bin', 'movz x0, #0x4000, lsl #16\n1: str x0, [x0], #8\n b 1b');
    const { code, stderr, stdout } = await armature(['run', image, '--memory', '4M']);
    expect([code, stdout, stderr.split('\n').length]).toEqual([4, '', 3]);
    expect(stderr).toMatch(/^armature: error\[EXCEPTION_LOOP\]/);
  });
});

describe('semihosting', () => {
  const call = (operation: number): string => `  mov w0, #${operation}\n  hlt #0xf000\n`;
  /** Adds one to W19 when X0 is not -1. */
  const count = '  cmn x0, #1\n  cinc w19, w19, ne\n';
  const exit = `  adr x1, ending\n  str x19, [x1, #8]\n${call(0x18)}  b .\n  .align 3\nending: .quad 0x20026, 0\n`;

  const paths = [
    '../secret',
    '/etc/passwd',
    'inner/../../secret',
    'link',
    'linked/secret',
    '',
    '..',
    'inner',
  ];

  test('paths that leave the directory are errors for the guest', async () => {
    mkdirSync(files.path('root/inner'), { recursive: true });
    writeFileSync(files.path('secret'), 'secret');
    writeFileSync(files.path('root/mine'), 'mine');
    symlinkSync('../secret', files.path('root/link'));
    symlinkSync('..', files.path('root/linked'));
    const all = [...paths, 'mine'];
    const attempts = all.flatMap((_, index) => [
      `  adr x1, open${index}\n${call(1)}${count}`,
      // For writing; the last one may.
      `  adr x1, open${index}\n  mov x2, #4\n  str x2, [x1, #8]\n${call(1)}${count}`,
    ]);
    const blocks = all.map(
      (path, index) =>
        `  .align 3\nopen${index}: .quad name${index}, 0, ${path.length}\nname${index}: .asciz "${path}"\n`,
    );
    const image = files.program('paths.bin', `  mov x19, #0\n${attempts.join('')}${exit}${blocks.join('')}`);
    const root = files.path('root');
    const outcome = await armature([
      'run',
      '--semihosting',
      '--semihosting-root',
      root,
      '--load',
      '0x40080000',
      image,
    ]);
    expect(outcome).toEqual({ stdout: '', stderr: '', code: 2 });
    expect(readFileSync(files.path('secret'), 'utf8')).toBe('secret');
    expect((await armature(['run', '--semihosting', '--load', '0x40080000', image])).code).toBe(0);
  });

  test('wild pointers are errors for the guest', async () => {
    const wild = ['0xfffffffffffffff8', '0x9000000', '0x47fffffc', '0x123456789abcdef0', '0x0a000000'];
    const operations = [1, 2, 4, 5, 6, 8, 9, 0xa, 0xc, 0xd, 0xe, 0xf, 0x15, 0x16, 0x30];
    const attempts = wild.flatMap((address) =>
      operations.map((operation) => `  ldr x1, =${address}\n${call(operation)}${count}`),
    );
    const source = `  mov x19, #0\n  b 1f\n  .ltorg\n1:\n${attempts.join('')}${print('end')}${exit}`;
    const image = files.program('wild.bin', source);
    const outcome = await armature(['run', '--semihosting', '--load', '0x40080000', image]);
    // One call is in order: SYS_WRITE0 of the empty string in the last bytes of RAM.
    expect(outcome).toEqual({ stdout: 'end', stderr: '', code: 1 });
  });

  test('a machine from a document that has it already', async () => {
    const { stdout } = await armature(['boards', '--json']);
    const document = JSON.parse(stdout);
    document.parts.push({ part: 'semihosting', commandLine: 'unused' });
    const board = files.write('board.json', JSON.stringify(document));
    const image = files.program(
      'document.bin',
      `  adr x1, text\n${call(4)}  mov x19, #9\n${exit}text: .asciz "hello"`,
    );
    const args = ['run', '--machine', board, '--load', '0x40080000', image];
    expect(await armature([...args, '--semihosting'])).toEqual({ stdout: 'hello', stderr: '', code: 9 });
    // Without the option the guest may call, and nothing of the host hears it.
    expect((await armature(args)).stdout).toBe('');
  });

  test('random paths stay in the directory', () => {
    const random = randomNumbers(0xd15c);
    mkdirSync(files.path('fuzz/root/inner'), { recursive: true });
    writeFileSync(files.path('fuzz/secret'), 'secret');
    symlinkSync('../secret', files.path('fuzz/root/link'));
    symlinkSync('..', files.path('fuzz/root/up'));
    symlinkSync('../new', files.path('fuzz/root/dangling'));
    symlinkSync('loop', files.path('fuzz/root/loop'));
    const directory = new DirectoryFiles(files.path('fuzz/root'));
    const words = [
      '..',
      '.',
      '',
      'a',
      'inner',
      'link',
      'up',
      'dangling',
      'loop',
      'secret',
      '\0',
      '..\\..',
      '~',
      '\u{fffd}',
    ];
    const word = (): string => (random(200) === 0 ? 'x'.repeat(5000) : words[random(words.length)]);
    const path = (): string => {
      const parts = Array.from({ length: 1 + random(4) }, word).join('/');
      return random(10) === 0 ? `/${parts}` : parts;
    };
    const position = (): number => [0, 1, 100, 2 ** 20, 2 ** 62, Number.MAX_SAFE_INTEGER][random(6)];
    const { EBADF } = SEMIHOSTING_ERRNO;
    const open: HostFile[] = [];
    for (let turn = 0; turn < 5000; turn++) {
      const kind = random(6);
      if (kind === 0) expect(directory.remove(path())).toBeLessThanOrEqual(0);
      else if (kind === 1) expect(directory.rename(path(), path())).toBeLessThanOrEqual(0);
      else if (kind < 4) {
        const write = random(2) === 0;
        const mode = {
          read: true,
          write,
          truncate: write && random(2) === 0,
          append: write && random(4) === 0,
        };
        const file = directory.open(path(), mode);
        if (typeof file !== 'number') open.push(file);
        else expect(file).toBeLessThan(0);
      } else {
        const file = open[random(open.length)];
        if (file === undefined) continue;
        expect(file.write(position(), new Uint8Array(random(20)))).toBeLessThanOrEqual(20);
        expect(file.read(position(), new Uint8Array(random(20)))).toBeLessThanOrEqual(20);
        expect(Number.isInteger(file.length())).toBe(true);
        if (open.length > 50 || random(3) === 0) {
          file.close();
          open.splice(open.indexOf(file), 1);
          expect(file.length()).not.toBe(EBADF);
        }
      }
    }
    for (const file of open) file.close();
    expect(readdirSync(files.path('fuzz')).sort()).toEqual(['root', 'secret']);
    expect(readFileSync(files.path('fuzz/secret'), 'utf8')).toBe('secret');
  });
});
