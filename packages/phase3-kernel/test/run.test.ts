import { describe, expect, it } from 'vitest';
import { phase3KernelScenarios, phase3KernelTestNames } from '../src/index.ts';
import { explainSkip, image, runMissing } from './image.ts';
import { runQemu } from './qemu.ts';
import { engineNames, expectedOutput, type RunOptions, runEverywhere } from './run-everywhere.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

describe.each(engineNames)('the kernel, on Armature (engine %s) and on QEMU', (engine) => {
  it('passes every test it lists, in order, and prints the recorded bytes', async () => {
    const output = await runEverywhere(image(), { engine });
    expect(output.match(/^\[PASS\] .*$/gm)).toEqual(phase3KernelTestNames.map((name) => `[PASS] ${name}`));
    const count = phase3KernelTestNames.length;
    expect(output.endsWith(`\n${count} tests, ${count} passed, 0 failed\nALL TESTS PASSED\n`)).toBe(true);
    expect(output).toBe(expectedOutput());
  });

  it.each<[string, Omit<RunOptions, 'engine'>]>([
    ['more memory', { memory: GiB }],
    ['a Cortex-A53', { cpu: 'cortex-a53' }],
    ['a Cortex-A57', { cpu: 'cortex-a57' }],
    ['every feature there is', { cpu: 'max' }],
  ])('prints the same bytes with %s', async (_, options) => {
    expect(await runEverywhere(image(), { engine, ...options })).toBe(expectedOutput());
  });

  it('refuses a machine with too little memory', async () => {
    expect(await runEverywhere(image(), { engine, memory: 64 * MiB })).toContain(
      'BOOT REFUSED: no memory node covers the 128 MiB region\n',
    );
  });

  it.each(phase3KernelScenarios.filter(({ bootargs }) => !bootargs.includes('=N')))(
    'ends orderly with $bootargs',
    async ({ bootargs, expected }) => {
      const output = await runEverywhere(image(), { engine, bootArguments: `quiet ${bootargs} more` });
      expect(output.split('\n')).toContain(expected);
      expect(output).not.toContain('ALL TESTS PASSED');
    },
  );

  it('fails the tests a small pool cannot pass, and only those', async () => {
    const output = await runEverywhere(image(), { engine, bootArguments: 'test=pool=600' });
    expect(output).toContain('[3] frame allocator: 4096 pages, 3496 reserved, 600 free\n');
    expect(output.match(/^\[FAIL\] .*$/gm)).toEqual(['[FAIL] a large block of 1024 pages (check 1)']);
    expect(output).toMatch(/ 1 failed\nTESTS FAILED\n$/);
  });

  it.each([
    ['test=pool=0', 'BOOT REFUSED: no frame left for a translation table'],
    ['test=pool=11', 'BOOT REFUSED: no frame left for a translation table'],
    ['test=pool=12', 'TESTS FAILED'],
    ['test=pool=4096', 'ALL TESTS PASSED'],
    ['test=pool=', 'BOOT REFUSED: test=pool= needs a number from 0 to 4096'],
    ['test=pool=4097', 'BOOT REFUSED: test=pool= needs a number from 0 to 4096'],
    ['test=pool=12x', 'BOOT REFUSED: test=pool= needs a number from 0 to 4096'],
    ['test=alloc-failure', 'BOOT REFUSED: the boot arguments name an unknown test scenario'],
    ['latest=alloc-fail', 'ALL TESTS PASSED'],
  ])('reads %s', async (bootArguments, expected) => {
    expect((await runEverywhere(image(), { engine, bootArguments })).split('\n')).toContain(expected);
  });
});

describe.skipIf(explainSkip('the kernel on other QEMU machines', runMissing))(
  'the kernel on other QEMU machines',
  () => {
    it.each([
      ['several processors', ['-smp', '4']],
      ['GICv3', ['-M', 'gic-version=3']],
    ])('prints the same bytes with %s', (_, args) => {
      expect(runQemu(image(), args)).toBe(expectedOutput());
    });

    it('refuses to run at EL2', () => {
      expect(runQemu(image(), ['-M', 'virtualization=on'])).toBe(
        'BOOT REFUSED: the kernel must be entered at EL1\n',
      );
    });
  },
);
