/** What the last runs found: `results/systems.json`, and the same for people in `results/systems.md`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Configuration, describeConfiguration } from './configuration.ts';
import type { LogDifference } from './log.ts';
import type { RowOutcome } from './row.ts';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));
const FILE = `${FOLDER}systems.json`;

interface Kept {
  /** Day of the run, as 2026-01-31. */
  readonly date: string;
  readonly passed: boolean;
  readonly failures: readonly string[];
}

export interface KeptRow extends Kept {
  readonly configuration: Configuration;
  /** The kernel's first words: its version and build. */
  readonly kernel: string;
  readonly commands: number;
  readonly bootSeconds: number;
  readonly seconds: number;
  readonly qemuSeconds: number;
  readonly onlyInOurs: readonly LogDifference[];
  readonly onlyInQemu: readonly string[];
}

export interface KeptDeterminism extends Kept {
  readonly cpus: number;
  readonly instructions: number;
}

export interface KeptIdle extends Kept {
  readonly cpus: number;
  /** Percent of one core. */
  readonly percent: number;
}

export interface KeptResults {
  readonly qemu: string;
  readonly node: string;
  readonly rows: Readonly<Record<string, KeptRow>>;
  readonly deterministic: Readonly<Record<string, KeptDeterminism>>;
  readonly idle: Readonly<Record<string, KeptIdle>>;
}

const round = (value: number): number => Math.round(value * 10) / 10;

export function keptRow(outcome: RowOutcome, date: string): KeptRow {
  const { banner, failures, bootSeconds, seconds, qemuSeconds, ...rest } = outcome;
  const [, version = '', build = ''] = /^Linux version (\S+).*(#\d+ .*)$/.exec(banner) ?? [];
  return {
    date,
    passed: failures.length === 0,
    // Further lines of a failure show the console and the host's paths.
    failures: failures.map((text) => text.split('\n')[0]),
    ...rest,
    kernel: `${version} ${build}`.trim(),
    bootSeconds: round(bootSeconds),
    seconds: round(seconds),
    qemuSeconds: round(qemuSeconds),
  };
}

function readResults(): Partial<KeptResults> {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as KeptResults;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Adds results to the files, in place of older ones of the same name. */
export function keepResults(added: Partial<KeptResults> & Pick<KeptResults, 'qemu' | 'node'>): void {
  const old = readResults();
  const all: KeptResults = {
    qemu: added.qemu,
    node: added.node,
    rows: { ...old.rows, ...added.rows },
    deterministic: { ...old.deterministic, ...added.deterministic },
    idle: { ...old.idle, ...added.idle },
  };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(`${FOLDER}systems.md`, report(all));
}

const outcome = ({ passed, failures }: Kept): string =>
  passed ? 'passed' : `**failed**: ${failures.map((text) => text.replaceAll('|', '\\|')).join('; ')}`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Lines, each with the configurations whose logs have it. */
function gather(
  rows: readonly KeptRow[],
  linesOf: (row: KeptRow) => readonly LogDifference[],
): (readonly string[])[] {
  const found = new Map<string, { reason: string; names: string[] }>();
  for (const row of rows) {
    for (const { line, reason = '**none**' } of linesOf(row)) {
      const entry = found.get(line) ?? { reason, names: [] };
      entry.names.push(describeConfiguration(row.configuration));
      found.set(line, entry);
    }
  }
  return [...found].map(([line, { reason, names }]) => [
    `\`${line.replaceAll('|', '\\|')}\``,
    names.length === rows.length ? 'all' : names.join('; '),
    reason,
  ]);
}

/** The results as Markdown. */
export function report({ qemu, node, rows, deterministic, idle }: KeptResults): string {
  const kept = Object.values(rows);
  return [
    '# Systems',
    '',
    `Written by \`npm run systems\`, with Node ${node} and QEMU ${qemu}. Seconds are those of a shared host; ours`,
    'include a second boot.',
    '',
    ...table(
      ['system', 'kernel', 'date', 'commands', 'boot, s', 'all, s', 'QEMU, s', 'outcome'],
      kept.map((row) => [
        describeConfiguration(row.configuration),
        row.kernel,
        row.date,
        row.commands,
        row.bootSeconds,
        row.seconds,
        row.qemuSeconds,
        outcome(row),
      ]),
    ),
    '`--deterministic`, twice on the compiler and once on the interpreter:',
    '',
    ...table(
      ['CPUs', 'date', 'instructions', 'outcome'],
      Object.values(deterministic).map((each) => [
        each.cpus,
        each.date,
        each.instructions.toLocaleString('en'),
        outcome(each),
      ]),
    ),
    'A guest that waits at its shell, on the host’s time:',
    '',
    ...table(
      ['CPUs', 'date', 'of one core', 'outcome'],
      Object.values(idle).map((each) => [each.cpus, each.date, `${each.percent} %`, outcome(each)]),
    ),
    '## Lines of our logs that QEMU’s do not have',
    '',
    'Numbers and addresses are `#`.',
    '',
    ...table(
      ['line', 'systems', 'why it may be there'],
      gather(kept, (row) => row.onlyInOurs),
    ),
    '## Lines of QEMU’s logs that ours do not have',
    '',
    ...table(
      ['line', 'systems'],
      gather(kept, (row) => row.onlyInQemu.map((line) => ({ line }))).map(([line, names]) => [line, names]),
    ),
  ].join('\n');
}
