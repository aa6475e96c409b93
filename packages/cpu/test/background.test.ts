/** Code that another thread compiles: what it gives is used only where it is still true. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Compilation,
  type CompileAnswer,
  type CompileRequest,
  CompilerService,
  type CompilerThread,
  setCompilerThread,
} from '../src/jit/compiler-thread.ts';
import { type BareMachine, bareMachine, CODE, DATA } from './bare-machine.ts';

const JIT = { threshold: 2, batch: 1 } as const;
const LOOP = '1: add x3, x3, x0; sub x0, x0, 1; cbnz x0, 1b; b .';
const TURNS = 3000;
const SUM = BigInt((TURNS * (TURNS + 1)) / 2);

/** Does the work of a thread here, when it is told to. */
class ThreadByHand implements CompilerThread {
  readonly requests: CompileRequest[] = [];
  prepared = 0;
  private readonly service = new CompilerService();
  private readonly compilations: { answer: CompileAnswer | undefined; hasFailed: boolean }[] = [];
  private answered = 0;

  prepare(): void {
    this.prepared++;
  }

  compile(request: CompileRequest): Compilation {
    // As another thread would get it.
    this.requests.push(structuredClone(request));
    const compilation = { answer: undefined, hasFailed: false };
    this.compilations.push(compilation);
    return compilation;
  }

  poll(): void {}

  /** Compiles what was asked for. */
  answer(): void {
    while (this.answered < this.requests.length) {
      const request = this.requests[this.answered];
      this.compilations[this.answered++].answer = this.service.compile(request);
    }
  }

  fail(): void {
    for (const compilation of this.compilations) compilation.hasFailed = true;
  }
}

afterEach(() => setCompilerThread(undefined));

async function machineWith(thread: CompilerThread): Promise<BareMachine> {
  setCompilerThread(thread);
  return bareMachine({ jit: JIT });
}

/** Runs the loop to its end; true when its sum is right. */
function runLoop(machine: BareMachine): void {
  machine.load(LOOP);
  machine.setX({ 0: TURNS, 3: 0 });
  machine.engine.run(3 * TURNS);
  expect(machine.x(3)).toBe(SUM);
}

describe('another thread', () => {
  test('is asked for what is hot, while the interpreter goes on', async () => {
    const thread = new ThreadByHand();
    const machine = await machineWith(thread);
    const { regions } = machine.engine;
    runLoop(machine);
    expect(thread.prepared).toBeGreaterThan(0);
    expect(thread.requests).toHaveLength(1);
    expect(regions!.installed).toBe(0);
    thread.answer();
    runLoop(machine);
    expect(regions!.installed).toBeGreaterThan(0);
    expect(regions!.statistics).toMatchObject({ background: 1, modules: 1 });
  });

  test('compiles as the machine itself would', async () => {
    const alone = await bareMachine({ jit: JIT });
    runLoop(alone);
    const thread = new ThreadByHand();
    const machine = await machineWith(thread);
    runLoop(machine);
    thread.answer();
    runLoop(machine);
    const { regions, bytes, instructions } = alone.engine.regions!.statistics;
    expect(machine.engine.regions!.statistics).toMatchObject({ regions, bytes, instructions });
  });

  test('may be told of system registers and operations', async () => {
    const thread = new ThreadByHand();
    const machine = await machineWith(thread);
    const run = (): void => {
      machine.load(
        '1: mrs x4, tpidr_el0; msr tpidr_el0, x0; dc cvau, x5; mrs x6, midr_el1; sub x0, x0, 1; cbnz x0, 1b; b .',
      );
      machine.setX({ 0: 1000, 5: DATA });
      machine.engine.run(6000);
      expect(machine.x(4)).toBe(2n);
    };
    run();
    thread.answer();
    run();
    expect(machine.engine.regions!.statistics.background).toBe(1);
  });

  test('is too late for code that has changed', async () => {
    const thread = new ThreadByHand();
    const machine = await machineWith(thread);
    runLoop(machine);
    machine.load(LOOP.replace('add x3, x3, x0', 'add x3, x3, 2'));
    machine.setX({ 0: TURNS, 3: 0 });
    thread.answer();
    machine.engine.run(3 * TURNS);
    expect(machine.x(3)).toBe(BigInt(2 * TURNS));
    expect(machine.engine.regions!.statistics.regions).toBe(0);
    thread.answer();
    runLoop(machine);
  });

  test('is too late where the code was forgotten', async () => {
    const thread = new ThreadByHand();
    setCompilerThread(thread);
    const machine = await bareMachine({ jit: JIT, codePages: 3 });
    runLoop(machine);
    // More pages than there is room for.
    for (const [register, page] of [1, 2, 3, 4].entries()) {
      machine.place(`br x${11 + register}`, CODE + 0x1000 * page);
    }
    machine.load('br x10; b .');
    const pages = [1, 2, 3, 4, 0].map((page) => CODE + 0x1000 * page + (page === 0 ? 4 : 0));
    machine.setX(Object.fromEntries(pages.map((page, index) => [10 + index, page])));
    machine.engine.run(20);
    thread.answer();
    for (let round = 0; round < 4; round++) {
      runLoop(machine);
      thread.answer();
    }
    expect(machine.engine.regions!.installed).toBeGreaterThan(0);
  });

  test('that fails is not asked again', async () => {
    const thread = new ThreadByHand();
    const machine = await machineWith(thread);
    runLoop(machine);
    thread.fail();
    runLoop(machine);
    runLoop(machine);
    expect(thread.requests).toHaveLength(1);
    expect(machine.engine.regions!.statistics).toMatchObject({ background: 0 });
    expect(machine.engine.regions!.installed).toBeGreaterThan(0);
  });

  test('is not asked where instructions are compiled alone, nor for a profile', async () => {
    const thread = new ThreadByHand();
    setCompilerThread(thread);
    for (const jit of [
      { ...JIT, eager: true },
      { ...JIT, profile: true },
    ]) {
      const machine = await bareMachine({ jit });
      runLoop(machine);
      expect(machine.engine.regions!.installed).toBeGreaterThan(0);
    }
    expect(thread.requests).toEqual([]);
  });

  test('serves many machines, each with its own memory', async () => {
    const thread = new ThreadByHand();
    const machines = [await machineWith(thread), await machineWith(thread), await machineWith(thread)];
    for (const machine of machines) runLoop(machine);
    thread.answer();
    for (const machine of machines) runLoop(machine);
    expect(new Set(thread.requests.map(({ machine }) => machine)).size).toBe(3);
    expect(machines.map(({ engine }) => engine.regions!.statistics.background)).toEqual([1, 1, 1]);
    expect(machines[0].memory.readU32(CODE)).toBe(machines[2].memory.readU32(CODE));
  });
});

test('a worker thread of Node compiles, and does not keep its process', () => {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', path('../../../tooling/sources.mjs'), path('background-process.ts')],
    { encoding: 'utf8', timeout: 60_000 },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ background: 1, right: true });
  expect(status).toBe(0);
}, 60_000);
