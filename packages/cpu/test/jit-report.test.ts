import { describe, expect, test } from 'vitest';
import { jitReport, REGION_EXITS } from '../src/index.ts';
import { describeRegionEvent, type RegionEvent } from '../src/jit/events.ts';
import type { JitOptions } from '../src/jit/region-cache.ts';
import { type BareMachine, bareMachine, CODE, DATA } from './bare-machine.ts';

const EAGER = { threshold: 2, batch: 1 } as const;
const LOOP = '1: ldr x3, [x2]; add x3, x3, x0; str x3, [x2]; sub x0, x0, 1; cbnz x0, 1b; b .';
const TURNS = 5000;

interface Observed {
  readonly machine: BareMachine;
  readonly events: RegionEvent[];
}

async function machineWith(jit: JitOptions): Promise<Observed> {
  const machine = await bareMachine({ jit });
  const events: RegionEvent[] = [];
  machine.engine.regions!.observer = (event) => events.push(event);
  return { machine, events };
}

function runLoop({ machine }: Observed): void {
  machine.load(LOOP);
  machine.memory.fill(DATA, 8, 0);
  machine.setX({ 0: TURNS, 2: DATA });
  machine.engine.run(5 * TURNS);
  expect(machine.x(3)).toBe(BigInt((TURNS * (TURNS + 1)) / 2));
}

const kinds = (events: readonly RegionEvent[]): string[] => events.map(({ kind }) => kind);

describe('a profile', () => {
  test('counts what regions do, to the instruction', async () => {
    const observed = await machineWith({ ...EAGER, profile: true });
    runLoop(observed);
    const report = jitReport({ engines: [observed.machine.engine] })!;
    const { counts, hottest, instructions, sizes } = report.profile!;
    expect(instructions.regions + instructions.interpreter).toBe(5 * TURNS);
    // The last turns are run one by one, so that no more instructions run than are asked for.
    expect(instructions.interpreter).toBeLessThan(2000);
    expect(counts.executions).toBe(REGION_EXITS.reduce((sum, name) => sum + counts.exits[name], 0));
    expect(hottest[0]).toMatchObject({ address: BigInt(CODE), instructions: 5 });
    expect(hottest[0].counts.instructions).toBe(instructions.regions);
    expect(sizes.reduce((sum, { regions }) => sum + regions, 0)).toBe(report.statistics.regions);
    expect(report.installed).toBe(report.statistics.regions);
    expect(report.memory.used).toBeGreaterThan(report.statistics.bytes);
  });

  test('counts chains, slow accesses and faults', async () => {
    const { machine } = await machineWith({ ...EAGER, profile: true });
    // Two pages of code that jump to each other, and an address that has no fast path.
    machine.place('ldr w4, [x2]; sub x0, x0, 1; ldr x5, [x6]; br x7', CODE + 0x1000);
    machine.load('1: br x8; b .');
    machine.setX({ 0: 100, 2: 0x0900_0000, 6: DATA, 7: CODE, 8: CODE + 0x1000 });
    machine.engine.run(5000);
    machine.setX({ 6: 0x5000_0000 });
    machine.engine.run(5000);
    const { counts } = jitReport({ engines: [machine.engine] })!.profile!;
    expect(counts.slowReads).toBeGreaterThan(500);
    expect(counts.exits.chain).toBeGreaterThan(1000);
    expect(counts.exits.fault).toBe(1);
    expect(counts.executions).toBe(REGION_EXITS.reduce((sum, name) => sum + counts.exits[name], 0));
  });

  test('lists a region: a valid module, and each instruction once', async () => {
    const observed = await machineWith({ ...EAGER, profile: true });
    runLoop(observed);
    const [region] = jitReport({ engines: [observed.machine.engine] }, { top: 1 })!.profile!.hottest;
    const listing = region.listing();
    expect(WebAssembly.validate(listing.module)).toBe(true);
    expect(listing.instructions.map(({ text }) => text)).toEqual([
      'ldr x3, [x2]',
      'add x3, x3, x0',
      'str x3, [x2]',
      'sub x0, x0, #0x1',
      `cbnz x0, 0x${CODE.toString(16)}`,
    ]);
    const offsets = listing.instructions.map(({ offset }) => offset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    expect(offsets[0]).toBeGreaterThan(listing.module.length - region.bytes);
    expect(listing.exits).toBeGreaterThan(offsets.at(-1)!);
    expect([...listing.locals.values()]).toEqual(expect.arrayContaining(['count', 'x0', 'x2', 'x3']));
    expect(listing.imports).toContain('slowRead');
  });

  test('is not there unless asked for', async () => {
    const observed = await machineWith(EAGER);
    runLoop(observed);
    const report = jitReport({ engines: [observed.machine.engine] })!;
    expect(report.profile).toBeUndefined();
    expect(report.statistics.regions).toBeGreaterThan(0);
  });

  test('leaves the size of regions as it is', async () => {
    const bytes: number[] = [];
    for (const profile of [false, true]) {
      const observed = await machineWith({ ...EAGER, profile });
      runLoop(observed);
      bytes.push(observed.machine.engine.regions!.statistics.bytes);
    }
    expect(bytes[0]).toBe(bytes[1]);
  });
});

describe('events', () => {
  test('a region and its batch', async () => {
    const observed = await machineWith(EAGER);
    runLoop(observed);
    expect(kinds(observed.events).slice(0, 2)).toEqual(['compiled', 'batch']);
    const [compiled, batch] = observed.events.map(describeRegionEvent);
    expect(compiled).toMatch(/^region 0x4000_8000 compiled: 5 instructions, \d+ bytes, \d+\.\d{3} ms$/);
    expect(batch).toMatch(
      /^batch of 1 compiled: .+, \d+\.\d{3} ms to emit, \d+\.\d{3} ms in the host's compiler$/,
    );
  });

  test('code that the host writes, and then a CPU; the page becomes hotter', async () => {
    const observed = await machineWith(EAGER);
    const { events, machine } = observed;
    const { engine } = machine;
    runLoop(observed);
    events.length = 0;
    runLoop(observed);
    expect(events.map(describeRegionEvent)[0]).toBe(
      'region 0x4000_8000 invalidated: the host wrote its code',
    );
    events.length = 0;
    // The loop adds 0 to its own first word, and so writes what is there.
    engine.run(10);
    machine.setX({ 0: 4, 2: CODE });
    machine.cpu.pc = BigInt(CODE);
    engine.run(4);
    const lines = events.map(describeRegionEvent);
    expect(lines[0]).toBe('region 0x4000_8000 invalidated: its code was stored to');
    expect(lines[1]).toBe('page 0x4000_8000 became hotter: compiled after 4 branches');
  });

  test('a cache that is full is emptied', async () => {
    const observed = await machineWith({ threshold: 1000, batch: 1, cacheSize: 1 });
    runLoop(observed);
    expect(observed.events).toContainEqual({
      kind: 'invalidated',
      address: BigInt(CODE),
      instructions: 5,
      cause: 'evicted',
    });
    expect(jitReport({ engines: [observed.machine.engine] })!.statistics.evictions).toBeGreaterThan(0);
    observed.machine.engine.regions!.observer({ kind: 'cleared', regions: 1 });
    expect(describeRegionEvent(observed.events.at(-1)!)).toBe(
      'all 1 regions dropped: predecoded code was forgotten',
    );
  });
});

test('an engine without a compiler has no report', async () => {
  const { engine } = await bareMachine();
  if (engine.regions === undefined) expect(jitReport({ engines: [engine] })).toBeUndefined();
});
