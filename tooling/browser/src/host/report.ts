import type { EngineName } from '../machine/engines.ts';
import type { BootReport } from '../machine/messages.ts';

/** A boot on one host. */
export interface HostBoot {
  /** `Node 26.10.0`. */
  readonly host: string;
  readonly engine: EngineName;
  readonly report: BootReport;
}

/** The figures of a boot, for people and for `--json`. */
export interface BootRow {
  readonly host: string;
  readonly engine: EngineName;
  /** From the request, with the files in memory, to the shell's prompt. */
  readonly secondsToShell: number;
  /** Of those, before the guest's first instruction. */
  readonly secondsToBuild: number;
  readonly instructions: number;
  /** Millions a second from the first instruction to the shell. */
  readonly millionsPerSecond: number;
}

export function bootRow({ host, engine, report }: HostBoot): BootRow {
  const { shell, buildSeconds } = report;
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    host,
    engine,
    secondsToShell: round(shell.seconds, 3),
    secondsToBuild: round(buildSeconds, 3),
    instructions: shell.instructions,
    millionsPerSecond: round(shell.instructions / 1e6 / (shell.seconds - buildSeconds), 1),
  };
}

/** The rows as lines with columns. */
export function bootTable(rows: readonly BootRow[]): string {
  const cells = [
    ['host', 'engine', 's to the shell', 'of which to build', 'instructions', 'million/s'],
    ...rows.map((row) => [
      row.host,
      row.engine,
      row.secondsToShell.toFixed(2),
      row.secondsToBuild.toFixed(2),
      row.instructions.toLocaleString('en'),
      row.millionsPerSecond.toFixed(1),
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)))
      .join('  ');
  return `${cells.map(line).join('\n')}\n`;
}

/** Says how two boots differ; undefined when the guest did the same on both. */
export function describeDifference(a: HostBoot, b: HostBoot): string | undefined {
  const moments = ['shell', 'answer', 'end'] as const;
  for (const moment of moments) {
    const [one, other] = [a.report[moment].instructions, b.report[moment].instructions];
    if (one !== other) return `${moment}: ${one} instructions on ${a.host}, ${other} on ${b.host}`;
  }
  if (a.report.console === b.report.console) return undefined;
  const lines = b.report.console.split('\n');
  const at = a.report.console.split('\n').findIndex((line, index) => line !== lines[index]);
  return `line ${at + 1}: ${a.report.console.split('\n')[at]} on ${a.host}, ${lines[at]} on ${b.host}`;
}
