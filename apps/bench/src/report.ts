import type { ProgramSpeed } from './speed.ts';
import { renderTable } from './table.ts';

const whole = (value: number): string => value.toFixed(0);

/** Speeds as a table, with the ratio of the last emulator to the first. */
export function speedReport(results: readonly ProgramSpeed[]): string {
  const names = results[0]!.speeds.map(({ emulator }) => emulator);
  const head = [
    'program',
    'M instr.',
    ...names.map((name) => `${name} M/s`),
    ...(names.length > 1 ? [`${names.at(-1)} / ${names[0]}`] : []),
    ...names.map((name) => `${name} start, ms`),
    'scatter',
  ];
  const rows = results.map(({ program, instructions, speeds }) => [
    program,
    whole(instructions / 1e6),
    ...speeds.map(({ rate }) => whole(rate)),
    ...(speeds.length > 1 ? [`${(speeds.at(-1)!.rate / speeds[0]!.rate).toFixed(2)} x`] : []),
    ...speeds.map(({ startUp }) => whole(1000 * Math.max(0, startUp))),
    speeds.map((speed) => `${whole(100 * speed.scatter)} %`).join(' / '),
  ]);
  return renderTable([head, ...rows]);
}
