import { afterAll, describe, expect, test } from 'vitest';
import { armature, Files, POWER_OFF, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

/** Long enough to be compiled. */
const counting = files.program(
  'counting.bin',
  `  mov x0, #0
  mov x1, #0xc000
1:add x0, x0, x1
  eor x2, x2, x0
  subs x1, x1, #1
  b.ne 1b
${print('done\n')}${POWER_OFF}`,
);

describe.concurrent('the compiler', () => {
  test('--engine and --jit-cache', async () => {
    for (const options of [
      ['--engine', 'jit', '--jit-cache', '16M'],
      ['--engine', 'interpreter'],
    ]) {
      expect(await armature(['run', counting, ...options])).toEqual({
        stdout: 'done\n',
        stderr: '',
        code: 0,
      });
    }
  });

  test.each([
    [['--jit-cache', '4k'], '4 KiB are too few: give at least 1M.'],
    [['--jit-cache', 'large'], 'Write a number as 4096, 0x4000_0000, 512M or 512MiB.'],
    [['--jit-cache', '16M', '--engine', 'interpreter'], '--jit-cache is for compiled code'],
    [['--jit-cache', '16M', '--machine', 'board.json'], '--jit-cache goes with a board'],
    [['--engine', 'fastest'], 'Allowed choices are auto, interpreter, jit.'],
  ])('refuses %j', async (options, message) => {
    const { code, stderr, stdout } = await armature(['run', counting, ...options]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n')[0]).toMatch(/^armature: error\[USAGE\]: /);
    expect(stderr).toContain(message);
  });

  test('--trace jit', async () => {
    const { stderr, stdout } = await armature(['run', counting, '--trace', 'jit']);
    expect(stdout).toBe('done\n');
    const lines = stderr.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^\[0\.\d{9}\] jit: cpu: region 0x4008_0008 compiled: 4 instructions, \d+ bytes, \d+\.\d{3} ms$/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/jit: cpu: batch of \d+ compiled: /));
  });
});

describe.concurrent('jit-report', () => {
  test('a program, with its loop beside WebAssembly', async () => {
    const { code, stderr, stdout } = await armature(['jit-report', counting]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^armature: the guest switched off\n {2}instructions {3}196,\d{3} in /);
    expect(stdout).toMatch(/\n {2}compiled {7}\d+ regions? in \d+ modules?, \d+ in place at the end\n/);
    expect(stdout).toMatch(/\n1 {2}0x4008_0008 {2}\d+\.\d % /);
    expect(stdout).toMatch(
      /\nregion 0x4008_0008: 4 instructions, \d+ bytes\n {2}entry: +\| local.get \$count\n/,
    );
    expect(stdout).toMatch(/\n {2}0x4008_0008 {2}add x0, x0, x1 +\| +local\.get \$x0\n/);
    expect(stdout).toMatch(/\n {2}0x4008_0014 {2}b\.ne 0x40080008 +\| /);
    expect(stdout).toContain('i64.add');
  });

  test('--json, --until, --top and --listings', async () => {
    const { code, stdout } = await armature([
      'jit-report',
      counting,
      '--json',
      '--until',
      'don',
      '--top',
      '1',
      '--listings',
      '1',
    ]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      ending: 'the guest said what was waited for',
      statistics: { evictions: 0 },
      memory: { limit: 128 * 2 ** 20 },
    });
    const { counts, hottest, instructions } = report.profile;
    expect(instructions.regions + instructions.interpreter).toBe(report.instructions);
    expect(Object.values(counts.exits).reduce<number>((sum, count) => sum + (count as number), 0)).toBe(
      counts.executions,
    );
    expect(hottest).toHaveLength(1);
    expect(hottest[0].code[1]).toMatchObject({
      address: '0x40080008',
      text: 'add x0, x0, x1',
      wasm: expect.arrayContaining([expect.stringMatching(/i64\.add$/)]),
    });
    expect(hottest[0].code.at(-1).text).toBe('shared exits');
  });

  test('--instructions, --serial, and a machine from a document', async () => {
    const board = files.path('board.json');
    const { stdout: document } = await armature(['boards', '--json']);
    files.write('board.json', document);
    const { code, stderr, stdout } = await armature([
      'jit-report',
      counting,
      '--machine',
      board,
      '--instructions',
      '100k',
      '--serial',
      '--listings',
      '0',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^armature: the instructions ran\n {2}instructions {3}100,000 in /);
    expect(stdout).not.toContain('local.get');
    expect((await armature(['jit-report', counting, '--serial'])).stderr).toBe('done\n');
  });

  test.each([
    [['jit-report'], "missing required argument 'image'"],
    [['jit-report', counting, '--engine', 'interpreter'], '--engine interpreter compiles none'],
    [['jit-report', counting, '--kernel', 'Image'], '--kernel goes with linux'],
    [['jit-report', 'linux', '--kernel', 'Image'], '--initrd is missing'],
    [['jit-report', counting, '--top', 'all'], 'Write a whole number.'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await armature(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
