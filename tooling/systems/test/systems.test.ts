import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS, type Command, commandsFor } from '../src/commands.ts';
import {
  type Configuration,
  describeBoard,
  describeConfiguration,
  LIVE_MATRIX,
  MATRIX,
} from '../src/configuration.ts';
import { describeDifference } from '../src/deterministic.ts';
import { digest, sequence } from '../src/expected.ts';
import { pooled } from '../src/pool.ts';
import { type KeptResults, report } from '../src/results.ts';
import { compareRuns } from '../src/row.ts';
import type { SystemRun } from '../src/system.ts';

const SYSTEM: Configuration = { kernel: 'cloud', cpu: 'cortex-a72', cpus: 4, gic: 3, engine: 'jit' };
/** What the shell's line editor takes: 1023 characters, less the markers around a command. */
const LONGEST_LINE = 950;

test('every command has a name of its own and fits into a line', () => {
  expect(new Set(COMMANDS.map(({ name }) => name)).size).toBe(COMMANDS.length);
  for (const command of COMMANDS) {
    const line = command.line({ ...SYSTEM, cpus: 8 });
    expect(line).not.toContain('\n');
    expect(line.length, command.name).toBeLessThan(LONGEST_LINE);
  }
  expect(commandsFor({ ...SYSTEM, cpus: 1 }).length).toBeGreaterThanOrEqual(20);
  expect(commandsFor(SYSTEM)).toEqual(COMMANDS);
});

test('checks refuse wrong answers and failed commands', () => {
  for (const { name, check } of COMMANDS) {
    expect(check({ output: 'something else\n', status: 1, seconds: 1 }, SYSTEM), name).toBeDefined();
  }
  const nproc = COMMANDS.find(({ name }) => name === 'nproc')!;
  expect(nproc.check({ output: '4\n0-3\n', status: 0, seconds: 1 }, SYSTEM)).toBeUndefined();
  expect(nproc.check({ output: '4\n0-3\n', status: 1, seconds: 1 }, SYSTEM)).toContain('status 1');
  expect(nproc.check({ output: '3\n0-2\n', status: 0, seconds: 1 }, SYSTEM)).toContain('"4\\n0-3\\n"');
});

test('times must be those of the host', () => {
  const date = COMMANDS.find(({ name }) => name === 'date')!;
  const answer = (offset: number) => ({
    output: `${Math.floor(Date.now() / 1000) + offset}\n`,
    status: 0,
    seconds: 1,
  });
  expect(date.check(answer(0), SYSTEM)).toBeUndefined();
  expect(date.check(answer(60), SYSTEM)).toBeDefined();
  expect(date.check(answer(-60), SYSTEM)).toBeDefined();
});

function run(command: Command, output: string, log = 'a line\n'): SystemRun {
  return { log, banner: '', commands: [{ command, output }], failures: [], bootSeconds: 1, seconds: 2 };
}

test('a row fails for other answers than QEMU’s, and for lines that QEMU’s log does not have', () => {
  const [command] = COMMANDS.filter(({ sameOnQemu }) => sameOnQemu);
  expect(compareRuns(SYSTEM, run(command, 'x'), run(command, 'x')).failures).toEqual([]);
  expect(compareRuns(SYSTEM, run(command, 'x'), run(command, 'y')).failures).toEqual([
    `${command.name}: "x"; QEMU’s answer is "y"`,
  ]);
  const oops = run(command, 'x', 'a line\n[    1.000000] Oops\n');
  expect(compareRuns(SYSTEM, oops, run(command, 'x')).failures).toEqual(['only in our log: Oops']);
  expect(compareRuns(SYSTEM, run(command, 'x'), oops).onlyInQemu).toEqual(['Oops']);
});

test('two runs are the same in bytes and instructions', () => {
  const proof = digest('sha256', sequence(1, 3000));
  const one = { console: `boot\n${proof}\n`, instructions: 5, code: 0, stderr: '' };
  expect(describeDifference(one, { ...one })).toBeUndefined();
  expect(describeDifference(one, { ...one, instructions: 6 })).toBe('5 and 6 instructions');
  expect(describeDifference(one, { ...one, console: `boom\n${proof}\n` })).toContain('line 1 differs');
  expect(describeDifference({ ...one, console: '' }, one)).toContain('did not run');
});

test('so many tasks at a time, results in order', async () => {
  let running = 0;
  let most = 0;
  const results = await pooled([30, 10, 20, 1], 2, async (milliseconds) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    running--;
    return milliseconds;
  });
  expect({ results, most }).toEqual({ results: [30, 10, 20, 1], most: 2 });
});

test('the whole matrix contains what is booted live', () => {
  const names = MATRIX.map(describeConfiguration);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(LIVE_MATRIX.map(describeConfiguration)));
});

test('the kept results passed, and their table is up to date', () => {
  const read = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`../results/${name}`, import.meta.url)), 'utf8');
  const results = JSON.parse(read('systems.json')) as KeptResults;
  expect(MATRIX.map(describeConfiguration)).toEqual(expect.arrayContaining(Object.keys(results.rows)));
  const boards = new Set(
    Object.values(results.rows).map(({ configuration }) => describeBoard(configuration)),
  );
  expect([...boards].sort()).toEqual([...new Set(MATRIX.map(describeBoard))].sort());
  for (const kept of [results.rows, results.deterministic, results.idle].flatMap((all) =>
    Object.values(all),
  )) {
    expect(kept.failures).toEqual([]);
    expect(kept.passed).toBe(true);
  }
  expect(read('systems.md')).toBe(report(results));
});
