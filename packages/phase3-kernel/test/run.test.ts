import { describe, expect, it } from 'vitest';
import { phase3KernelScenarios, phase3KernelTestNames } from '../src/index.ts';
import { explainSkip, image, runMissing } from './image.ts';
import { runQemu } from './qemu.ts';

describe.skipIf(explainSkip('the kernel under QEMU', runMissing))('the kernel under QEMU', () => {
  it('passes every test it lists, in order', async () => {
    const output = runQemu(image());
    expect(output.match(/^\[PASS\] .*$/gm)).toEqual(phase3KernelTestNames.map((name) => `[PASS] ${name}`));
    const count = phase3KernelTestNames.length;
    expect(output.endsWith(`\n${count} tests, ${count} passed, 0 failed\nALL TESTS PASSED\n`)).toBe(true);
    await expect(output).toMatchFileSnapshot('./expected-output.txt');
  });

  it.each([
    ['more memory', ['-m', '1G']],
    ['several processors', ['-smp', '4']],
    ['GICv3', ['-M', 'gic-version=3']],
    ['a Cortex-A53', ['-cpu', 'cortex-a53']],
    ['every feature QEMU has', ['-cpu', 'max']],
  ])('prints the same bytes with %s', (_, args) => {
    expect(runQemu(image(), args)).toBe(runQemu(image()));
  });

  it('refuses to run at EL2', () => {
    expect(runQemu(image(), ['-M', 'virtualization=on'])).toBe(
      'BOOT REFUSED: the kernel must be entered at EL1\n',
    );
  });

  it('refuses a machine with too little memory', () => {
    expect(runQemu(image(), ['-m', '64M'])).toContain(
      'BOOT REFUSED: no memory node covers the 128 MiB region\n',
    );
  });

  it.each(phase3KernelScenarios.filter(({ bootargs }) => !bootargs.includes('=N')))(
    'ends orderly with $bootargs',
    ({ bootargs, expected }) => {
      const output = runQemu(image(), ['-append', `quiet ${bootargs} more`]);
      expect(output.split('\n')).toContain(expected);
      expect(output).not.toContain('ALL TESTS PASSED');
    },
  );

  it('fails the tests a small pool cannot pass, and only those', () => {
    const output = runQemu(image(), ['-append', 'test=pool=600']);
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
  ])('reads %s', (bootargs, expected) => {
    expect(runQemu(image(), ['-append', bootargs]).split('\n')).toContain(expected);
  });
});
