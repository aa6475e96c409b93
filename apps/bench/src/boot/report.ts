import type { Breakdown } from './breakdown.ts';
import type { Counts } from './call-counts.ts';
import type { BootTime } from './measure.ts';
import type { Share } from './profile.ts';

const seconds = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2));
const milliseconds = (value: number): string => value.toFixed(0);
const grouped = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** Times of boots as rows of text; the first is the head. The ratio is to the first emulator. */
export function bootRows(times: readonly BootTime[]): string[][] {
  const [first] = times;
  return [
    ['emulator', 'seconds', 'CPU seconds', 'ratio', 'scatter'],
    ...times.map((time) => [
      time.emulator,
      seconds(time.seconds),
      seconds(time.cpuSeconds),
      time === first ? '' : (time.seconds / first!.seconds).toFixed(2),
      `${(100 * time.scatter).toFixed(0)} %`,
    ]),
  ];
}

/** A table of the breakdown, with its title. */
export interface BreakdownTable {
  readonly title: string;
  readonly rows: string[][];
}

/** Where the time goes, as tables. */
export function breakdownTables({ plain, counts, profile }: Breakdown): BreakdownTable[] {
  const rate = plain.instructions / 1e3 / plain.runTime;
  const phases: [string, string][] = [
    ['start of Node and loading of code, ms', milliseconds(plain.startTime)],
    ['kernel: read and decompressed, ms', milliseconds(plain.readTime)],
    ['machine: interpreter emitted and compiled, parts made, ms', milliseconds(plain.buildTime)],
    ['of that, compilation, ms', milliseconds(counts.compileTime)],
    ['kernel, RAM disk and device tree into memory, ms', milliseconds(plain.loadTime)],
    ['guest runs, to the prompt, ms', milliseconds(plain.runTime)],
    ['instructions, million', grouped(plain.instructions / 1e6)],
    ['million instructions/s while the guest runs', rate.toFixed(0)],
    ['the same, of each 50 million', plain.rates.map((each) => each.toFixed(0)).join(' ')],
    ['size of the interpreter, KiB', grouped(counts.compiledBytes / 1024)],
    ['characters on the console', grouped(plain.consoleBytes)],
  ];
  return [
    { title: 'One boot', rows: [['', ''], ...phases] },
    { title: 'Time by what runs', rows: shareRows('what', profile.groups) },
    { title: 'Time by call out of compiled code, with all it calls', rows: shareRows('call', profile.calls) },
    { title: 'Time by function', rows: shareRows('function', profile.functions) },
    { title: 'Calls out of compiled code', rows: countRows('call', counts.calls, counts.instructions) },
    {
      title: 'System registers and instructions',
      rows: countRows('access', counts.registers, counts.instructions),
    },
    { title: 'Devices', rows: countRows('access', counts.devices, counts.instructions) },
    {
      title: 'Exceptions and translations',
      rows: countRows(
        'what',
        {
          ...counts.exceptions,
          'translations by the TLB': counts.translation.hits,
          'translations by a walk': counts.translation.misses,
          'walks that faulted': counts.translation.faults,
        },
        counts.instructions,
      ),
    },
  ];
}

/** Rarer things are left out of tables. */
const SHOWN = 30;

function shareRows(head: string, shares: readonly Share[]): string[][] {
  const shown = shares.filter(({ share }) => share >= 0.002).slice(0, SHOWN);
  return [[head, 'share'], ...shown.map(({ name, share }) => [name, percent(share)])];
}

function countRows(head: string, counts: Counts, instructions: number): string[][] {
  const rows = Object.entries(counts).slice(0, SHOWN);
  return [
    [head, 'count', 'per million instructions'],
    ...rows.map(([name, count]) => [name, grouped(count), ((count / instructions) * 1e6).toFixed(1)]),
  ];
}
