import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findNode, parseFdt } from '@armature/fdt';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFailure } from '../src/failure.ts';
import { createProgram } from '../src/program.ts';
import { armature, Files, POWER_OFF, print, RESET, start } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

const hello = files.program('hello.bin', `${print('hello\n')}${POWER_OFF}`);
const loop = files.program('loop.bin', 'b .');

/** Answers every character with the next one; `q` switches off. */
const echo = files.program(
  'echo.bin',
  `${print('>')}
1:ldr w2, [x20, #0x18]
  tbnz w2, #4, 1b
  ldr w1, [x20]
  cmp w1, #'q'
  b.eq 2f
  add w1, w1, #1
  str w1, [x20]
  b 1b
2:${POWER_OFF}`,
);

/** Sleeps until the UART interrupts, then behaves as `echo`. */
/** Enables the GICv2's private interrupts and SPIs 0 to 31, on the first CPU. */
const ENABLE_GIC = `
  mov x0, #0x08000000
  mov w1, #0x01010101
  str w1, [x0, #0x820]
  mov w1, #-1
  str w1, [x0, #0x100]
  str w1, [x0, #0x104]
  mov w1, #1
  str w1, [x0]
  add x0, x0, #0x10000
  str w1, [x0]
  mov w1, #0xff
  str w1, [x0, #4]
`;
const sleeper = files.program(
  'sleeper.bin',
  `${print('>')}
${ENABLE_GIC}
  mov w1, #0x10
  str w1, [x20, #0x38]
  mov w1, #0x301
  str w1, [x20, #0x30]
1:wfi
  ldr w2, [x20, #0x18]
  tbnz w2, #4, 1b
  ldr w1, [x20]
  cmp w1, #'q'
  b.eq 2f
  str w1, [x20]
  b 1b
2:${POWER_OFF}`,
);

describe.concurrent('armature run', () => {
  test('standard output carries the serial bytes and nothing else', async () => {
    expect(await armature(['run', hello])).toEqual({ stdout: 'hello\n', stderr: '', code: 0 });
  });

  test('input reaches the guest', async () => {
    expect(await armature(['run', echo], 'HALq')).toEqual({ stdout: '>IBM', stderr: '', code: 0 });
  });

  test('input wakes a sleeping guest, also while the machine is idle', async () => {
    const running = start(['run', sleeper]);
    await running.shows('>');
    running.write('a');
    await running.shows('>a');
    running.write('q');
    expect(await running.outcome).toEqual({ stdout: '>a', stderr: '', code: 0 });
  });

  test('a guest that waits in vain ends with the input', async () => {
    const { code, stderr } = await armature(['run', sleeper]);
    expect(code).toBe(6);
    expect(stderr).toMatch(/^armature: error\[GUEST_HALTED\]: the guest waits for an interrupt/);
  });

  test('--max-instructions, --summary', async () => {
    const { code, stderr, stdout } = await armature(['run', loop, '--max-instructions', '1.5M']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Write a count as 1000, 1_000_000 or 20M.');
    const limited = await armature(['run', loop, '--max-instructions', '2M', '--summary']);
    expect(limited.code).toBe(5);
    expect(limited.stderr).toMatch(/the instruction budget is used up\n {2}instructions {2}2,000,000 in /);
    expect(limited.stderr).toContain('TLB hits');
  });

  test('--json', async () => {
    const { code, stderr } = await armature(['run', hello, '--json']);
    expect(JSON.parse(stderr)).toMatchObject({
      reason: 'power-off',
      exitCode: code,
      resets: 0,
      exceptions: { synchronous: 0, irq: 0 },
    });
  });

  test('a reset boots again; --no-reboot ends there', async () => {
    const once = files.program(
      'reset.bin',
      `  mov x5, #0x41000000
  ldr w6, [x5]
  cbnz w6, 1f
  mov w6, #1
  str w6, [x5]
${print('1')}${RESET}
1:${print('2')}${POWER_OFF}`,
    );
    expect(await armature(['run', once])).toEqual({ stdout: '12', stderr: '', code: 0 });
    expect(await armature(['run', once, '--no-reboot'])).toEqual({ stdout: '1', stderr: '', code: 0 });
  });

  test('--append, --dtb and --dump-dtb agree', async () => {
    const dtb = files.path('dumped.dtb');
    await armature(['run', hello, '--dump-dtb', dtb, '--append', 'first', '--memory', '64M']);
    const tree = parseFdt(readFileSync(dtb));
    const { properties } = findNode(tree, '/chosen')!.node;
    expect(Buffer.from(properties.get('bootargs')!).toString()).toBe('first\0');
    expect(Buffer.from(properties.get('stdout-path')!).toString()).toBe('/pl011@9000000\0');
    expect((await armature(['run', hello, '--dtb', dtb])).code).toBe(0);
    const wrong = await armature(['run', hello, '--dtb', hello]);
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(/^armature: error\[FDT_BAD_MAGIC\]/);
  });

  test('firmware starts at address 0', async () => {
    expect((await armature(['run', '--bios', hello])).stdout).toBe('hello\n');
  });

  test('a machine from a document', async () => {
    const { stdout } = await armature(['boards', '--json', '--memory', '32M']);
    const board = files.write('board.json', stdout);
    expect(JSON.parse(stdout).parts).toContainEqual({ part: 'ram', base: '0x4000_0000', size: '32MiB' });
    expect((await armature(['run', hello, '--machine', board])).stdout).toBe('hello\n');
    const both = await armature(['run', hello, '--machine', board, '--memory', '1G']);
    expect(both.code).toBe(2);
    expect(both.stderr).toContain('--memory goes with a board');
  });

  test('--trace', async () => {
    const { stderr } = await armature(['run', hello, '--trace', 'firmware']);
    expect(stderr).toMatch(/^\[0\.0000\d+\] firmware: psci: hvc 0x84000008/);
    const fault = files.program(
      'fault.bin',
      `adr x0, vectors\nmsr vbar_el1, x0\nudf #0\n.balign 2048\nvectors: .space 0x200
       adr x0, 1f\nmsr elr_el1, x0\neret\n1:${POWER_OFF}`,
    );
    const { stderr: exceptions } = await armature(['run', fault, '--trace', 'exceptions']);
    const [taken, returned] = exceptions.split('\n');
    expect(taken).toMatch(/synchronous to EL1: ESR 0x2000000 .* vector 0x4008_0a00 \(Unknown reason\)$/);
    expect(returned).toMatch(/exceptions: cpu: return to EL1 at 0x4008_0a0c$/);
  });

  test('the same run gives the same summary, twice', async () => {
    const run = async (): Promise<object> => {
      const { stderr } = await armature(['run', echo, '--json'], 'abcq');
      const { seconds: _, millionPerSecond: __, ...rest } = JSON.parse(stderr);
      return { ...rest, instructions: rest.instructions > 0 };
    };
    expect(await run()).toEqual(await run());
  });

  test('signals end it in order', async () => {
    const running = start(['run', echo]);
    await running.shows('>');
    running.kill('SIGTERM');
    expect(await running.outcome).toEqual({ stdout: '>', stderr: '', code: 143 });
  });
});

/** What a bad input gives: one line with the code, one with a hint, no stack trace. */
async function refused(
  args: readonly string[],
): Promise<{ code: number | null; error: string; hint: string }> {
  const { code, stderr, stdout } = await armature(args);
  expect(stdout).toBe('');
  const [error, hint, ...rest] = stderr.split('\n');
  expect(rest).toEqual(['']);
  expect(hint).toMatch(/^hint: /);
  return { code, error, hint };
}

describe.concurrent('bad input', () => {
  const document = (...parts: object[]): string => JSON.stringify({ parts });
  const machine = (name: string, contents: string): string[] => [
    'run',
    hello,
    '--machine',
    files.write(name, contents),
  ];
  const base = [
    { part: 'cpu' },
    { part: 'mmu' },
    { part: 'exceptions' },
    { part: 'ram', base: '0x4000_0000', size: '16M' },
  ];
  const elf = Uint8Array.from(
    Buffer.concat([
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]),
      Buffer.alloc(8),
      Buffer.from([2, 0, 62, 0]),
      Buffer.alloc(44),
    ]),
  );
  const bigEndian = elf.with(5, 2).with(18, 0).with(19, 183);

  const cases: [string, () => string[], number, string][] = [
    ['a missing file', () => ['run', files.path('none')], 3, '[FILE_UNREADABLE]: cannot read'],
    ['a directory', () => ['run', files.folder], 3, 'it is a directory'],
    ['an empty file', () => ['run', files.write('empty', '')], 3, '[IMAGE_INVALID]: the image is empty'],
    ['a text', () => ['run', files.write('text', 'hello\n')], 3, '[IMAGE_INVALID]: the image is text'],
    [
      'another machine',
      () => ['run', files.write('x86', elf)],
      3,
      '[IMAGE_WRONG_MACHINE]: the ELF file is for x86-64',
    ],
    [
      'another byte order',
      () => ['run', files.write('be', bigEndian)],
      3,
      '[IMAGE_WRONG_MACHINE]: the ELF file is big-endian',
    ],
    [
      'more than RAM',
      () => ['run', files.write('large', new Uint8Array(2 << 20).fill(0x1f)), '--memory', '1M'],
      3,
      '[IMAGE_TOO_LARGE]',
    ],
    [
      'an image over a device',
      () => ['run', hello, '--load', '0x0900_0000'],
      3,
      '[IMAGE_OVERLAP]: the image (0x0900_0000-0x0900_',
    ],
    ['nothing to run', () => ['run'], 2, '[USAGE]: there is nothing to run'],
    ['an unknown option', () => ['run', hello, '--fast'], 2, "[USAGE]: unknown option '--fast'"],
    ['an unknown command', () => ['start'], 2, "[USAGE]: unknown command 'start'"],
    [
      'an unknown CPU',
      () => ['run', hello, '--cpu', '6502'],
      2,
      '[CONFIG_INVALID]: unknown CPU model "6502"',
    ],
    ['more memory than there is', () => ['run', hello, '--memory', '5G'], 2, '[MEMORY_EXHAUSTED]'],
    ['a document that is no JSON', () => machine('bad.json', '{'), 2, 'bad.json is not JSON'],
    [
      'a wrong value in a document',
      () => machine('value.json', document(...base, { part: 'pl011', base: true })),
      2,
      '[CONFIG_INVALID]: parts[4].base: expected an address such as "0x4000_0000", got true',
    ],
    [
      'an unknown part',
      () => machine('part.json', document({ part: 'warp-drive' })),
      2,
      '[PART_UNKNOWN]: parts[0].part: there is no part "warp-drive"',
    ],
    [
      'overlapping regions',
      () => machine('overlap.json', document(...base, { part: 'pl011', base: '0x4010_0000' })),
      2,
      '[ADDRESS_OVERLAP]: ram (ram, 0x4000_0000-0x40ff_ffff) overlaps pl011',
    ],
    [
      'an interrupt used twice',
      () =>
        machine(
          'twice.json',
          document(
            ...base,
            { part: 'wired-interrupts' },
            { part: 'pl011', irq: 'spi 1' },
            { part: 'pl011', irq: 'spi 1', console: false },
          ),
        ),
      2,
      '[INTERRUPT_CONFLICT]: pl011 and pl011-2 both use interrupt SPI 1',
    ],
    [
      'a missing part',
      () => machine('missing.json', document({ part: 'cpu' })),
      2,
      '[CAPABILITY_MISSING]: cpu requires address-translation and exceptions and ram',
    ],
  ];
  test.each(cases)('%s', async (_, args, code, message) => {
    const error = await (await createProgram())
      .parseAsync(args(), { from: 'user' })
      .catch((thrown: unknown) => thrown);
    const { exitCode, lines } = describeFailure(error);
    expect(lines[0]).toContain(message);
    expect(lines[0]).toMatch(/^armature: error\[/);
    expect(lines[1]).toMatch(/^hint: /);
    expect(lines).toHaveLength(2);
    expect(exitCode).toBe(code);
  });

  test.each([cases[0], cases[8], cases[15]])('%s, as a process', async (_, args, code, message) => {
    const outcome = await refused(args());
    expect(outcome.error).toContain(message);
    expect(outcome.code).toBe(code);
  });

  test('a guest that jumps into nothing', async () => {
    const image = files.program('jump.bin', 'mov x0, #0x30000000\nbr x0');
    const { code, error, hint } = await refused(['run', image]);
    expect(code).toBe(4);
    expect(error).toMatch(/\[EXCEPTION_LOOP\].*Instruction Abort.*FAR 0x3000_0000, ELR 0x3000_0000\)$/);
    expect(hint).toMatch(/^hint: Nothing is at 0x3000_0000; /);
  });

  test('a trace of an endless loop is short', async () => {
    const image = files.program('loops.bin', 'mov x0, #0x30000000\nbr x0');
    const { stderr } = await armature(['run', image, '--trace', '*']);
    expect(stderr.split('\n')[2]).toMatch(/^ {2}\.\.\. \d+ more of these$/);
  });

  test('a guest that writes to ROM', async () => {
    const document = JSON.parse((await armature(['boards', '--json'])).stdout);
    document.parts.push({ part: 'rom', base: '0x0e00_0000', size: '4KiB' });
    const board = files.write('rom.json', JSON.stringify(document));
    const image = files.program('rom.bin', 'mov x1, #0x0e000000\nstr x0, [x1, #0x100]\nb .');
    const { code, error, hint } = await refused(['run', '--machine', board, image]);
    expect(code).toBe(4);
    expect(error).toMatch(/Data Abort.*write \(ESR 0x96000050, FAR 0x0e00_0100, ELR 0x4008_0004\)$/);
    expect(hint).toContain('0x0e00_0100 is in rom (0x0e00_0000-0x0e00_0fff), which is ROM');
  });

  test('a guest whose handler fails again and again', async () => {
    const image = files.program(
      'handler.bin',
      'adr x0, vectors\nmsr vbar_el1, x0\nudf #0\n.balign 2048\nvectors:\n.space 0x200\nsub x1, x1, #1\nudf #1',
    );
    const { code, error } = await refused(['run', image]);
    expect(code).toBe(4);
    expect(error).toContain('Unknown reason (ESR 0x02000000');
  });
});

describe.concurrent('the other commands', () => {
  test('phase3 passes its tests', async () => {
    const { code, stderr, stdout } = await armature(['phase3']);
    expect(stdout).toMatch(/ALL TESTS PASSED\n$/);
    expect(stderr).toMatch(/^armature: the guest switched off\n {2}instructions/);
    expect(code).toBe(0);
  });

  test('phase3 --output writes an image that runs', async () => {
    const image = files.path('kernel.bin');
    expect(await armature(['phase3', '--output', image])).toEqual({ stdout: '', stderr: '', code: 0 });
    expect((await armature(['inspect', image])).stdout).toMatch(/^arm64 Linux Image\n/);
    const { stdout } = await armature(['run', image, '--append', 'test=alloc-fail']);
    expect(stdout).toContain('BOOT REFUSED: no frame left for a translation table');
  });

  test('boards', async () => {
    const { stdout } = await armature(['boards']);
    expect(stdout).toContain('0x0900_0000-0x0900_0fff      4 KiB  mmio  pl011\n');
    expect(stdout).toContain('0x4000_0000-0x47ff_ffff    128 MiB  ram   ram\n');
  });

  test('asm and disasm are inverse', async () => {
    const source = files.write('code.s', 'nop\nadd x0, x1, #16\nret\n.space 32\nb .\n');
    const image = files.path('code.bin');
    expect(await armature(['asm', source, '-o', image])).toEqual({ stdout: '', stderr: '', code: 0 });
    const { stdout } = await armature(['disasm', image, '--base', '0x4008_0000']);
    expect(stdout).toBe(
      [
        '40080000:\td503201f \tnop',
        '40080004:\t91004020 \tadd x0, x1, #0x10',
        '40080008:\td65f03c0 \tret',
        '\t...',
        '4008002c:\t14000000 \tb 0x4008002c',
        '',
      ].join('\n'),
    );
    const part = await armature(['disasm', image, '--start', '4', '--length', '4']);
    expect(part.stdout).toBe('       4:\t91004020 \tadd x0, x1, #0x10\n');
    expect((await armature(['disasm', '--word', 'd65f03c0'])).stdout).toBe('ret\n');
  });

  test('mistakes in an assembly source have their place', async () => {
    const source = files.write('bad.s', 'nop\nfrobnicate x0\n.unheard\n');
    const { code, stderr } = await armature(['asm', source, '-o', files.path('bad.bin')]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^armature: error\[ASSEMBLY_FAILED\]: .*bad\.s:2:1: .*frobnicate/);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });

  test('inspect prints a device tree', async () => {
    const dtb = files.path('virt.dtb');
    await armature(['run', hello, '--dump-dtb', dtb]);
    const { stdout } = await armature(['inspect', dtb]);
    expect(stdout).toMatch(/^\/dts-v1\/;\n/);
    expect(stdout).toContain('pl011@9000000 {');
  });

  test('inspect refuses what is no image', async () => {
    const { code, error } = await refused(['inspect', files.write('note.txt', 'nothing here\n')]);
    expect([code, error]).toEqual([3, expect.stringContaining('the image is text')]);
  });

  test('help has examples; no arguments give it with an error status', async () => {
    const help = await armature(['run', '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Examples:\n  armature run kernel.elf\n');
    expect(help.stdout).toContain('Exit status:');
    const none = await armature([]);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toMatch(/^Usage: armature/);
  });
});

function has(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!has('aarch64-linux-gnu-ld'))('inspect and disasm read what GNU ld makes', async () => {
  const source = files.write('gnu.s', '.globl _start\n.type _start, %function\n_start: mov x0, #1\nret\n');
  const [object, elf] = [files.path('gnu.o'), files.path('gnu.elf')];
  execFileSync('aarch64-linux-gnu-as', [source, '-o', object]);
  execFileSync('aarch64-linux-gnu-ld', ['-Ttext', '0x40080000', object, '-o', elf]);
  const inspected = await armature(['inspect', elf]);
  expect(inspected.stdout).toContain('entry         0x4008_0000\n');
  expect(inspected.stdout).toMatch(/0x4008_0000 {9}0 {2}global {2}function {2}_start\n/);
  const listing = await armature(['disasm', elf]);
  expect(listing.stdout).toBe(
    '\n0000000040080000 <_start>:\n40080000:\td2800020 \tmov x0, #0x1\n40080004:\td65f03c0 \tret\n',
  );
});

const U_BOOT = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';

test.skipIf(!existsSync(U_BOOT))('U-Boot comes to its prompt, obeys and switches off', async () => {
  const running = start(['run', '--bios', U_BOOT]);
  await running.shows('Hit any key to stop autoboot');
  running.write('\n');
  await running.shows('=> ');
  running.write('bdinfo\npoweroff\n');
  const { code, stdout } = await running.outcome;
  expect(stdout).toContain('DRAM:  128 MiB');
  expect(stdout).toContain('-> start    = 0x0000000040000000');
  expect(code).toBe(0);
});
