import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../src/host/chromium.ts';
import { findKernel, type KernelFiles } from '../src/host/kernel.ts';
import {
  bootInNode,
  bootInPage,
  type OpenPage,
  openPage,
  runInPage,
  terminalText,
} from '../src/host/measure.ts';
import { bundleEntries, packageEntries } from '../src/host/packages.ts';
import { bootRow, bootTable, describeDifference } from '../src/host/report.ts';
import { ENGINES } from '../src/machine/engines.ts';

/** With it, what is missing is a failure. */
const REQUIRED = Boolean(process.env['ARMATURE_REQUIRE_ORACLES']);

const chromium = findChromium();
const kernel = 'found' in chromium ? findKernel() : chromium;
const withoutPage = 'missing' in chromium ? chromium.missing : undefined;
const withoutLinux = 'missing' in kernel ? kernel.missing : undefined;
if (withoutLinux !== undefined) console.warn(`skipped in the browser: ${withoutLinux}`);

const titled = (title: string, missing: string | undefined): string =>
  missing === undefined ? title : `${title} (skipped: ${missing})`;

/** Adds the numbers from 1 to 300,000 and writes the sum in hexadecimal. */
const SUM = `
    mov x0, #0
    movz x1, #0x93e0
    movk x1, #4, lsl #16
  add_next:
    add x0, x0, x1
    subs x1, x1, #1
    b.ne add_next
    mov x2, #0x09000000
    mov x3, #60
  next_digit:
    lsr x4, x0, x3
    and x4, x4, #15
    add x5, x4, #48
    cmp x4, #10
    b.lt write
    add x5, x4, #87
  write:
    str w5, [x2]
    subs x3, x3, #4
    b.ge next_digit
    movz w0, #0x0008
    movk w0, #0x8400, lsl #16
    hvc #0
`;
const SUM_OF = 300_000;

describe.skipIf(withoutPage !== undefined && !REQUIRED)(titled('Chromium', withoutPage), () => {
  let open: OpenPage;

  beforeAll(async () => {
    if ('missing' in chromium) throw new Error(`this needs a browser: ${chromium.missing}`);
    open = await openPage(chromium.found, 'found' in kernel ? kernel.found : undefined);
  });

  afterAll(() => open?.close());

  test('gives the page shared memory', async () => {
    const isolated = await open.page.evaluate(
      () => crossOriginIsolated && new SharedArrayBuffer(8).byteLength,
    );
    expect(isolated).toBe(8);
  });

  test('loads every package', async () => {
    const entries = packageEntries();
    await open.page.evaluate(await bundleEntries(entries));
    const loaded = await open.page.evaluate(() => {
      const { entries } = globalThis as unknown as { entries: Record<string, object> };
      return Object.entries(entries).map(([name, exports]) => [name, Object.keys(exports).length > 0]);
    });
    expect(loaded).toEqual(entries.map((name) => [name, true]));
  });

  test.each(ENGINES)('%s: runs a program on the bare board', async (engine) => {
    const report = await runInPage(open, {
      kind: 'program',
      engine,
      source: SUM,
      maxInstructions: 10_000_000,
    });
    const sum = (SUM_OF * (SUM_OF + 1)) / 2;
    const digits = sum.toString(16).padStart(16, '0');
    const letters = [...digits].filter((digit) => digit > '9').length;
    // Three to begin with, three a number, two between, eight a digit and one more for a letter, three to switch off.
    const instructions = 3 + 3 * SUM_OF + 2 + 8 * digits.length + letters + 3;
    expect(report).toEqual({ output: digits, reason: 'power-off', instructions });
  });

  test('tells what a program cannot', async () => {
    await expect(
      runInPage(open, { kind: 'program', engine: 'auto', source: 'mov x0', maxInstructions: 1 }),
    ).rejects.toThrow('Chromium');
  });

  describe.skipIf(withoutLinux !== undefined && !REQUIRED)(titled('Debian’s Linux', withoutLinux), () => {
    const files = (): KernelFiles => {
      if ('missing' in kernel) throw new Error(kernel.missing);
      return kernel.found;
    };

    test.each(ENGINES)('%s: boots, answers and switches off as in Node', async (engine) => {
      const command = 'seq 1 20000 | sha256sum';
      const numbers = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('');
      const digest = createHash('sha256').update(numbers).digest('hex');
      const inNode = await bootInNode(files(), engine, command);
      const inPage = await bootInPage(open, engine, command);
      console.log(bootTable([bootRow(inNode), bootRow(inPage)]));
      expect(inPage.report.answer.output).toBe(`${digest}  -\n`);
      expect(inPage.report.end.reason).toBe('power-off');
      expect(describeDifference(inNode, inPage)).toBeUndefined();
    });

    test('a person boots it, types, and switches it off', async () => {
      const { page } = open;
      const shows = (pattern: RegExp) =>
        expect.poll(() => terminalText(open), { timeout: 120_000, interval: 100 }).toMatch(pattern);
      await page.getByRole('button', { name: 'Boot' }).click();
      await shows(/^Linux [^\n]*Type poweroff to end\.\n#$/m);
      await page.keyboard.type('echo $((6 * 7)) $(uname -m)\n');
      await shows(/^42 aarch64\n#$/m);
      await expect.poll(() => page.getByRole('status').textContent()).toMatch(/ · \d+ million in \d/);
      await page.keyboard.type('poweroff\n');
      await expect
        .poll(() => page.getByRole('status').textContent(), { timeout: 120_000 })
        .toMatch(/^Ended: power-off/);
      expect(await page.getByRole('button', { name: 'Boot' }).isEnabled()).toBe(true);
    });
  });

  test('no error is left in the page', () => {
    expect(open.errors).toEqual([]);
  });
});
