import { expect, test } from 'vitest';
import { ALLOWED_DIFFERENCES } from '../src/differences.ts';
import { linesOnlyIn, logLines, normalise } from '../src/log.ts';

const LOG = `[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd083]
[    0.017217] 9000000.pl011: ttyAMA0 at MMIO 0x9000000 (irq = 13, base_baud = 0) is a PL011 rev1
a program says
 some[    0.829869] Run /init as init process
thing


BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) built-in shell (ash)
# typed and answered
[   12.000001] random: crng init done
`;

test('numbers, addresses and times are left out', () => {
  expect(normalise('[    1.900000] irq 13 at 0x9000000, 1.5 GiB, cafe0123cafe0123 ')).toBe(
    'irq # at #, # GiB, #',
  );
});

test('everything up to the greeting, then the kernel’s messages', () => {
  expect(logLines(LOG)).toEqual([
    'Booting Linux on physical CPU # [#]',
    '#.pl#: ttyAMA# at MMIO # (irq = #, base_baud = #) is a PL# rev#',
    'Run /init as init process',
    'a program says',
    ' some',
    'thing',
    'random: crng init done',
  ]);
});

test('lines of one log only, each once, with the reason', () => {
  const oops = '[    3.0000001] WARNING: CPU: 2 PID: 77 at kernel/x.c:100\n'.replace('0000001', '000001');
  const allowed = [{ pattern: /^random:/, reason: 'known' }];
  const other = LOG.replace('random', 'other').replace('0.017217', '7.000000');
  expect(linesOnlyIn(LOG + oops + oops, other, allowed)).toEqual([
    { line: 'random: crng init done', reason: 'known' },
    { line: 'WARNING: CPU: # PID: # at kernel/x.c:#' },
  ]);
  expect(linesOnlyIn(LOG, LOG, allowed)).toEqual([]);
});

test.each([
  'WARNING: CPU: # PID: # at kernel/x.c:#',
  'rcu: INFO: rcu_preempt self-detected stall on CPU',
  'watchdog: BUG: soft lockup - CPU## stuck for #s!',
  'Unable to handle kernel NULL pointer dereference at virtual address #',
  'Internal error: Oops: # [##] SMP',
  'BUG: scheduling while atomic',
])('no allowance covers: %s', (line) => {
  expect(ALLOWED_DIFFERENCES.filter(({ pattern }) => pattern.test(line))).toEqual([]);
});

test('every allowance has a reason and names a whole line', () => {
  for (const { pattern, reason } of ALLOWED_DIFFERENCES) {
    expect(pattern.source).toMatch(/^\^.*\$$/);
    expect(reason).not.toBe('');
  }
});
