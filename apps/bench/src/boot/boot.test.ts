import { describe, expect, test } from 'vitest';
import type { Breakdown } from './breakdown.ts';
import { CallCounts } from './call-counts.ts';
import type { BootProgram } from './machines.ts';
import { bootOnce, bootTime, measureBoots } from './measure.ts';
import { groupOf, profileShares } from './profile.ts';
import { PromptWatch } from './prompt.ts';
import { bootRows, breakdownTables } from './report.ts';

const CONSOLE = '[    0.000000] # no prompt\r\nLinux 6.1.0, 1 CPU(s), 481 MiB. Type poweroff to end.\r\n# ';

describe('the prompt', () => {
  test('is found however the console comes', () => {
    const watch = new PromptWatch();
    const found = [...CONSOLE].map((character) => watch.add(character));
    expect(found.indexOf(true)).toBe(CONSOLE.length - 1);
    expect(watch.system).toBe('Linux 6.1.0');
    expect(watch.bytes).toBe(CONSOLE.length);
  });

  test('is none without a greeting', () => {
    expect(new PromptWatch().add('\n# ')).toBe(false);
  });
});

/** A process that writes a text and stays. */
const program = (name: string, text: string, stay = true): BootProgram => ({
  name,
  command: process.execPath,
  args: ['-e', `process.stdout.write(${JSON.stringify(text)});${stay ? 'setInterval(() => {}, 1000)' : ''}`],
});

describe('boots', () => {
  test('are ended at the prompt', async () => {
    const { seconds, system } = await bootOnce(program('QEMU', CONSOLE));
    expect(system).toBe('Linux 6.1.0');
    expect(seconds).toBeGreaterThan(0);
  });

  test('without a prompt fail with the end of the console', async () => {
    await expect(bootOnce(program('QEMU', 'panic', false))).rejects.toThrow(/without a prompt:\npanic/);
    await expect(bootOnce(program('QEMU', 'silence'), 500)).rejects.toThrow('SIGKILL');
    await expect(bootOnce({ name: 'QEMU', command: '/nowhere/at/all', args: [] })).rejects.toThrow('ENOENT');
  });

  test('of different systems are not compared', async () => {
    const other = program('Armature', CONSOLE.replace('6.1.0', '6.2.0'));
    await expect(measureBoots([program('QEMU', CONSOLE), other], 1, () => {})).rejects.toThrow(
      'not the same system: Linux 6.1.0, Linux 6.2.0',
    );
  });

  test('are medians, with a ratio to the first', () => {
    const samples = (...seconds: number[]) =>
      seconds.map((each) => ({ seconds: each, cpuSeconds: 2 * each, system: 'Linux' }));
    const rows = bootRows([bootTime('QEMU', samples(1, 2, 4)), bootTime('Armature', samples(5, 6, 5))]);
    expect(rows[1]!.slice(0, 4)).toEqual(['QEMU', '2.00', '4.00', '']);
    expect(rows[2]!.slice(0, 4)).toEqual(['Armature', '5.00', '10.00', '2.50']);
  });
});

test('calls out of compiled code are counted', async () => {
  const counts = new CallCounts();
  const end = counts.watchModules();
  try {
    // (module (import "env" "wait" (func (param i32) (result i32))) (func (export "run") ... call 0 ...))
    const bytes = Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
      ...[2, 12, 1, 3, 0x65, 0x6e, 0x76, 4, 0x77, 0x61, 0x69, 0x74, 0, 0],
      ...[3, 2, 1, 0],
      ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 1],
      ...[10, 8, 1, 6, 0, 0x20, 0, 0x10, 0, 0x0b],
    );
    const module = await WebAssembly.compile(bytes);
    const { exports } = await WebAssembly.instantiate(module, {
      env: { wait: (value: number) => value + 1 },
    });
    const run = exports['run'] as (value: number) => number;
    expect([run(1), run(2)]).toEqual([2, 3]);
  } finally {
    end();
  }
  expect(counts.byKind).toEqual({ wait: 2 });
  expect(counts.compiledBytes).toBe(53);
});

describe('a profile', () => {
  const frame = (functionName: string, url = '') => ({
    functionName,
    url,
    scriptId: '0',
    lineNumber: 0,
    columnNumber: 0,
  });

  test('is grouped by what runs', () => {
    expect(groupOf(frame('a', 'wasm://wasm/1'))).toBe('compiled code');
    expect(groupOf(frame('a', 'file:///x/packages/mmu/dist/index.js'))).toBe('mmu');
    expect(groupOf(frame('a', 'node:internal/x'))).toBe('Node');
    expect(groupOf(frame('(garbage collector)'))).toBe('garbage collector');
  });

  test('sums calls with all that they call', () => {
    const node = (id: number, callFrame: ReturnType<typeof frame>, children: number[] = []) => ({
      id,
      callFrame,
      children,
    });
    const shares = profileShares({
      nodes: [
        node(1, frame('(root)'), [2, 6]),
        node(2, frame('loop', 'wasm://wasm/1'), [3]),
        node(3, frame('wasm-to-js'), [4]),
        node(4, frame('readSlow', 'file:///packages/cpu/src/a.ts'), [5]),
        node(5, frame('walk', 'file:///packages/mmu/src/a.ts')),
        node(6, frame('(idle)')),
      ],
      startTime: 0,
      endTime: 0,
      samples: [2, 2, 4, 5, 6],
      timeDeltas: [30, 30, 20, 20, 500],
    });
    expect(shares.calls).toEqual([
      { name: 'compiled code', share: 0.6 },
      { name: 'readSlow', share: 0.4 },
    ]);
    expect(shares.groups.map(({ name }) => name)).toEqual(['compiled code', 'cpu', 'mmu']);
  });
});

test('the breakdown is tables', () => {
  const breakdown: Breakdown = {
    plain: {
      startTime: 100,
      readTime: 10,
      buildTime: 20,
      loadTime: 5,
      runTime: 2000,
      instructions: 1e9,
      rates: [400, 600],
      consoleBytes: 12000,
    },
    counts: {
      instructions: 1e9,
      compileTime: 10,
      compiledBytes: 700_000,
      calls: { decode: 5000 },
      registers: { 'MRS CNTVCT_EL0': 100 },
      devices: { 'pl011 read': 10 },
      exceptions: { irq: 1 },
      translation: { hits: 1, misses: 2, faults: 3 },
    },
    profile: { groups: [{ name: 'cpu', share: 0.5 }], calls: [], functions: [] },
  };
  const tables = breakdownTables(breakdown);
  const one = tables[0]!.rows.find(([name]) => name!.startsWith('million instructions/s'));
  expect(one![1]).toBe('500');
  expect(tables.flatMap(({ rows }) => rows)).toContainEqual(['decode', '5,000', '5.0']);
  for (const { rows } of tables) for (const row of rows) expect(row).toHaveLength(rows[0]!.length);
});
