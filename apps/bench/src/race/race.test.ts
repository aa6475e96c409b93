import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { BootProgram } from '../boot/machines.ts';
import { isRaceGroup, RACE_ROWS, raceText } from './command.ts';
import { COMPILER, compilePrograms, compilerVersion, FLAGS, programNames, sourceOf } from './image.ts';
import { initScript } from './init.ts';
import { type GuestTimes, MarkReader, parseMark, Timeline } from './markers.ts';
import { bareMetalRow, compareResults, raceGuests } from './measure.ts';
import { meansTable, raceTables } from './report.ts';
import { type RaceResults, raceMeans, raceRow, resultsText, rowTimes } from './results.ts';
import { GUEST_ROWS } from './rows.ts';
import { runGuest } from './run.ts';
import { cutScript, makeScript, SCRIPT_COMMANDS } from './script.ts';
import { raceSvg, scaleOf } from './svg.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-race-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONSOLE = [
  '[    0.000000] Booting Linux @race begin none',
  '@race ready Linux 6.1.0',
  '@race begin sort',
  '@race end sort 0',
  '@race result sort 0123456789abcdef ',
  '@race begin tar',
  'tar: noise',
  '@race end tar 0',
  '@race result tar 4294967295 1024 ',
  '@race done',
  '',
].join('\r\n');

describe('marks', () => {
  test('are lines of the console', () => {
    expect(parseMark('@race ready Linux 6.1.0')).toEqual({ kind: 'ready', system: 'Linux 6.1.0' });
    expect(parseMark('@race end sort 12')).toEqual({ kind: 'end', name: 'sort', status: 12 });
    expect(parseMark('@race result sort a b ')).toEqual({ kind: 'result', name: 'sort', text: 'a b' });
    expect(parseMark('@race result sort ')).toEqual({ kind: 'result', name: 'sort', text: '' });
    for (const line of [
      'x @race done',
      '@race end sort',
      '@race begin',
      '@race end sort x',
      '@race other',
      '',
    ]) {
      expect(parseMark(line), line).toBeUndefined();
    }
  });

  test('are found however the console comes', () => {
    const whole = new MarkReader().add(CONSOLE);
    const reader = new MarkReader();
    expect([...CONSOLE].flatMap((character) => reader.add(character))).toEqual(whole);
    expect(whole.map(({ kind }) => kind).join(' ')).toBe('ready begin end result begin end result done');
    expect(reader.end).toContain('tar: noise\n');
  });

  test('give times', () => {
    const timeline = new Timeline();
    for (const [index, mark] of new MarkReader().add(CONSOLE).entries()) timeline.add(mark, 2 ** index);
    const { system, boot, rows } = timeline.times(['sort', 'tar']);
    expect([system, boot]).toEqual(['Linux 6.1.0', 1]);
    expect([...rows]).toEqual([
      ['sort', { seconds: 2, result: '0123456789abcdef' }],
      ['tar', { seconds: 16, result: '4294967295 1024' }],
    ]);
    expect(() => timeline.times(['sort', 'gzip'])).toThrow('not run: gzip');
  });

  test('out of order, or of failures, are errors', () => {
    const add = (...lines: string[]) => {
      const timeline = new Timeline();
      for (const line of lines) timeline.add(parseMark(`@race ${line}`)!, 0);
      return timeline;
    };
    expect(() => add('end sort 0')).toThrow('row sort ended without a begin');
    expect(() => add('begin sort', 'result sort x')).toThrow('row sort has a result without an end');
    expect(() => add('begin sort', 'end sort 1', 'result sort no memory')).toThrow(
      'row sort ended with status 1: no memory',
    );
    expect(() => add('begin sort', 'end sort 0', 'result sort ')).toThrow('row sort printed nothing');
    expect(() => add('failed tar no disk')).toThrow('row tar failed before or after its time: no disk');
    expect(() => add('ready Linux', 'ready Linux')).toThrow('twice');
    expect(add().place).toBe('boot');
    expect(add('ready Linux', 'begin sort').place).toBe('row sort');
    expect(add('ready Linux', 'begin sort', 'end sort 0').place).toBe('after row sort');
  });
});

/** A process that writes a text, and stays if it is to. */
const program = (text: string, stay = false): BootProgram => ({
  name: 'QEMU',
  command: 'sh',
  args: ['-c', `printf %s "$0"${stay ? '; exec sleep 60' : ''}`, text],
});

describe('guests', () => {
  test('are timed from outside', async () => {
    const { rows, boot } = await runGuest(program(CONSOLE), ['sort', 'tar']);
    expect(boot).toBeGreaterThan(0);
    expect(rows.get('sort')!.result).toBe('0123456789abcdef');
  });

  test('that fail, stop or stay silent are errors that say where', async () => {
    const begun = '@race ready Linux\n@race begin sort\n';
    await expect(runGuest(program(begun), ['sort'])).rejects.toThrow(/QEMU: .* at row sort; not run: sort/);
    await expect(runGuest(program(begun, true), ['sort'], 1500)).rejects.toThrow(
      /QEMU: row sort took longer than 1.5 s; .*\n@race ready/,
    );
    await expect(
      runGuest(program(`${begun}@race end sort 3\n@race result sort bad\n`, true), ['sort']),
    ).rejects.toThrow('QEMU: row sort ended with status 3: bad');
    await expect(runGuest({ name: 'QEMU', command: '/nowhere/at/all', args: [] }, [])).rejects.toThrow(
      'ENOENT',
    );
  });

  test('must print the same', () => {
    const times = (result: string, system = 'Linux'): GuestTimes => ({
      system,
      boot: 1,
      rows: new Map([
        ['sort', { seconds: 1, result }],
        ['lz', { seconds: 1, result: 'same' }],
      ]),
    });
    const guests = (other: GuestTimes) => [
      { machine: 'QEMU', times: times('a') },
      { machine: 'Armature', times: other },
    ];
    compareResults(guests(times('a')));
    expect(() => compareResults(guests(times('b')))).toThrow(
      /^results differ:\nsort: QEMU 'a', Armature 'b'$/,
    );
    expect(() => compareResults(guests(times('a', 'Linux 7')))).toThrow(
      'not the same system: Linux, Linux 7',
    );
  });

  test.skipIf(compilerVersion() === undefined)('take turns', async () => {
    const order: string[] = [];
    const machine = (name: 'QEMU' | 'Armature') => ({
      name,
      start: () => {
        order.push(name);
        return program(CONSOLE.replaceAll('tar', 'shell'));
      },
    });
    const files = { kernel: process.execPath, initrd: new URL(import.meta.url).pathname };
    const rows = GUEST_ROWS.filter(({ name }) => name === 'sort' || name === 'shell');
    const machines = [machine('QEMU'), machine('Armature')];
    const found = await raceGuests(files, rows, machines, { rounds: 2, scale: 1, boot: true }, () => {});
    expect(order.join(' ')).toBe('QEMU Armature QEMU Armature QEMU Armature');
    expect(found.rows.map(({ name }) => name)).toEqual(['boot', 'sort', 'shell']);
    for (const row of found.rows) {
      expect(row.qemu!.samples).toHaveLength(2);
      expect(row.ratio).toBe(row.qemu!.seconds / row.armature.seconds);
    }
  });
});

test('what is to be done at the end of the process is done, also after a signal', () => {
  const run = (end: string) => {
    const file = new URL('./at-exit.ts', import.meta.url).href;
    const code = `const { atExit } = await import('${file}');
      atExit(() => console.log('done'));
      atExit(() => console.log('taken back'))();
      setInterval(() => {}, 1000);
      ${end}`;
    const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', code];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return [status, stdout];
  };
  expect(run('process.exit(3)')).toEqual([3, 'done\n']);
  expect(run("process.kill(process.pid, 'SIGTERM')")).toEqual([143, 'done\n']);
});

test('a bare-metal row leaves start-up out', () => {
  const emulator = (name: string, seconds: number) => ({
    name,
    run: (file: string) => ({
      seconds: file.includes('short') ? 0.5 + seconds / 5 : 0.5 + seconds,
      output: '1',
      instructions: file.includes('short') ? 2e8 : 1e9,
    }),
  });
  const [first] = RACE_ROWS;
  const programOf = { name: first!.name, description: 'x', iterations: 5, image: () => new Uint8Array() };
  const emulators = [emulator('QEMU', 1), emulator('Armature', 2)];
  const row = bareMetalRow(programOf, emulators, { rounds: 1, scale: 1 });
  expect(row.qemu!.seconds).toBeCloseTo(0.8);
  expect(row.ratio).toBeCloseTo(0.5);
});

describe('results', () => {
  const row = (name: string, group: 'a' | 'b' | 'c', qemu: number, armature: number) =>
    raceRow({ name, group, description: 'a <row> & more' }, rowTimes([armature]), rowTimes([qemu]));
  const rows = [row('loop', 'a', 1, 2), row('sort', 'b', 8, 1), row('boot', 'c', 1, 1)];
  const host = { cpu: 'CPU', cpus: 2, node: 'v1', qemu: 'QEMU 1' };
  const results: RaceResults = {
    host,
    engine: 'jit',
    rounds: 1,
    system: 'Linux',
    rows,
    means: raceMeans(rows),
  };

  test('have medians, scatter and ratios', () => {
    expect(rowTimes([3, 1, 2, 9, 2])).toEqual({ seconds: 2, scatter: 0.25, samples: [3, 1, 2, 9, 2] });
    expect(rows.map(({ ratio }) => ratio)).toEqual([0.5, 8, 1]);
    expect(raceRow({ name: 'x', group: 'b', description: '' }, rowTimes([1]))).not.toHaveProperty('ratio');
  });

  test('have geometric means of groups, alone and together', () => {
    expect(results.means.map(({ groups }) => groups)).toEqual(['a', 'b', 'c', 'a and b', 'a and b and c']);
    expect(results.means.map(({ ratio }) => ratio.toFixed(3)).join(' ')).toBe(
      '0.500 8.000 1.000 2.000 1.587',
    );
    expect(raceMeans(rows.slice(0, 1)).map(({ groups }) => groups)).toEqual(['a']);
    expect(raceMeans([raceRow({ name: 'x', group: 'b', description: '' }, rowTimes([1]))])).toEqual([]);
  });

  test('are JSON with the samples of a row in a line, or a few', () => {
    expect(JSON.parse(resultsText(results))).toEqual({
      ...results,
      means: results.means.map((mean) => ({ ...mean, ratio: Number(mean.ratio.toFixed(4)) })),
    });
    const text = (samples: number[]) =>
      resultsText({
        ...results,
        rows: [raceRow({ name: 'x', group: 'b', description: '' }, rowTimes(samples))],
      });
    expect(text([1.23456, 2])).toContain('"samples": [1.2346, 2]\n');
    const lines = text(Array(40).fill(1.2345)).split('\n');
    expect(lines.filter((line) => line.includes('1.2345, 1.2345'))).toHaveLength(4);
    expect(lines.every((line) => line.length <= 110)).toBe(true);
  });

  test('are tables', () => {
    const tables = [...raceTables(results), meansTable(results)!];
    expect(tables.map(({ rows: each }) => each.length)).toEqual([2, 2, 2, 6]);
    for (const table of tables)
      for (const cells of table.rows) expect(cells).toHaveLength(table.rows[0]!.length);
    expect(tables[1]!.rows[1]).toEqual(['sort', '8.00', '1.00', '8.00', '0 % / 0 %']);
    expect(raceTables(results, true)[1]!.rows[1]![0]).toBe('`sort`: a <row> & more');
    expect(raceText(results)).toContain('Medians of 1 rounds.\n\nGroup a, bare metal\n');
  });

  test('of Armature alone are tables too', () => {
    const alone = [raceRow({ name: 'sort', group: 'b', description: '' }, rowTimes([1]))];
    expect(raceTables({ rows: alone })[0]!.rows[1]).toEqual(['sort', '-', '1.00', '-', '- / 0 %']);
    expect(meansTable({ means: raceMeans(alone) })).toBeUndefined();
  });

  test('are a drawing on a logarithmic scale', () => {
    expect(scaleOf([0.9, 1.2])).toEqual({ low: 0.5, high: 2 });
    expect(scaleOf([0.15, 12])).toEqual({ low: 0.1, high: 20 });
    expect(scaleOf([0.0001, 1000])).toEqual({ low: 0.02, high: 50 });
    const svg = raceSvg(results, 'A & B');
    expect(svg).toContain('<title>A &amp; B</title>');
    expect(svg).toContain('a &lt;row&gt; &amp; more');
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map((bar) =>
      bar.slice(1).map(Number),
    );
    // The first is the background.
    const [, slower, faster, same] = bars as number[][];
    // The bars meet at 1; one of a factor 8 is three times as long as one of a factor 2.
    expect(slower![0]! + slower![1]!).toBeCloseTo(faster![0]!, 0);
    expect(faster![1]! / slower![1]!).toBeCloseTo(3, 1);
    expect(same![1]).toBe(1);
    expect(svg.match(/<(g|svg|text|title|line)[ >]/g)!.length).toBe(
      svg.match(/<\/(g|svg|text|title)>|<line[^>]*\/>|<line/g)!.length,
    );
  });
});

describe('rows', () => {
  test('have names of their own, and groups', () => {
    const names = RACE_ROWS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(RACE_ROWS.every(({ group }) => isRaceGroup(group))).toBe(true);
    expect(isRaceGroup('d')).toBe(false);
  });

  test('have all programs, and every program has a row', () => {
    expect([...new Set(GUEST_ROWS.flatMap((row) => row.programs))].sort()).toEqual(programNames());
  });

  test('become a script that a shell can read', () => {
    for (const amountOf of [(row: { check: number }) => row.check, (row: { amount: number }) => row.amount]) {
      const { status, stderr } = spawnSync('sh', ['-n'], {
        input: initScript(GUEST_ROWS, amountOf),
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
    }
    const script = initScript(GUEST_ROWS.slice(0, 1), () => 77);
    expect(script).toContain('/race/sort 77');
    expect(script.indexOf('@race begin sort')).toBeLessThan(script.indexOf('/race/sort 77'));
    expect(script.trimEnd().endsWith('poweroff -f')).toBe(true);
  });

  test('the shell’s script has its commands, and ends with a sum wherever it is cut', () => {
    const script = join(folder, 'script.sh');
    writeFileSync(script, makeScript());
    const cut = join(folder, 'cut.sh');
    const run = (commands: number) => {
      spawnSync('sh', ['-c', cutScript(script, commands, cut)]);
      return spawnSync('sh', ['-n', cut], { encoding: 'utf8' }).stderr;
    };
    expect([run(SCRIPT_COMMANDS), run(300)]).toEqual(['', '']);
    expect(readFileSync(cut, 'utf8').split('\n')).toHaveLength(300 + 3 + 2);
    expect(makeScript().split('\n')).toHaveLength(SCRIPT_COMMANDS + 3 + 1);
    const { status, stdout } = spawnSync('sh', [cut], { encoding: 'utf8', cwd: folder });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+ (zero|even|odd) /);
  });
});

describe('programs', () => {
  const missing = compilerVersion() === undefined;
  test.skipIf(missing)(`have no warnings${missing ? ` (skipped: ${COMPILER} is not installed)` : ''}`, () => {
    const { status, stderr } = spawnSync(
      COMPILER,
      [...FLAGS, '-fsyntax-only', ...programNames().map(sourceOf)],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  test('that do not compile are errors by name', () => {
    expect(() => compilePrograms(['nothing'], folder)).toThrow('nothing.c does not compile');
  });
});
