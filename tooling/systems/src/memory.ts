/** What guests cost of the host's memory: Linux with RAM in one piece and on demand, and several in one arena. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Engine } from './configuration.ts';
import type { LinuxFiles } from './kernels.ts';

interface Common extends LinuxFiles {
  readonly engine: Engine;
}

/** What the probe is told. */
export type ProbeTask =
  | (Common & { readonly backing: 'whole' | 'on-demand' })
  | (Common & { readonly machines: number });

/** One guest at its shell. Everything in bytes. */
export interface BootOutcome {
  readonly ram: number;
  /** What the host holds of the guest's RAM: the pages that the guest touched, where RAM is in one piece. */
  readonly residentRam: number;
  /** The same of the machine's memory beside RAM: predecoded code, most of it. */
  readonly residentBeside: number;
  /** What the process grew by from the machine that touched nothing to the guest at its shell. */
  readonly process: number;
  /** Frames that the arena gave. */
  readonly frames?: number;
}

/** Several guests in one arena. */
export interface ArenaOutcome {
  readonly machines: number;
  /** RAM of all guests together. */
  readonly ram: number;
  readonly residentRam: number;
  readonly frames: number;
  /** Whether the guests answered rightly: each at its shell, those left while one is at its limit, the one after it. */
  readonly answered: readonly boolean[];
  /** What the guest was told that wanted more than it may have. */
  readonly refusals: readonly string[];
  readonly peak: number;
  /** The same after another guest booted in what the greedy one gave back. */
  readonly peakAfterReuse: number;
  readonly residentAfterReuse: number;
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const SECONDS = 300;

async function probe(task: ProbeTask): Promise<unknown> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', path('../../sources.mjs'), path('./memory-probe.ts'), JSON.stringify(task)],
    { timeout: SECONDS * 1000, killSignal: 'SIGKILL' },
  );
  return JSON.parse(stdout);
}

/** Boots Linux with 2 GiB of RAM to its shell. Only on Linux hosts, as all here. */
export const bootMemory = (
  files: LinuxFiles,
  engine: Engine,
  backing: 'whole' | 'on-demand',
): Promise<BootOutcome> => probe({ ...files, engine, backing }) as Promise<BootOutcome>;

/** Boots Linux several times in one arena, each with 2 GiB of RAM. */
export const arenaMemory = (files: LinuxFiles, engine: Engine, machines: number): Promise<ArenaOutcome> =>
  probe({ ...files, engine, machines }) as Promise<ArenaOutcome>;

/** What the host may hold beyond what a guest touched. */
const SHARE = 1.1;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** What is wrong with a guest on demand, beside the same one with its RAM in one piece. */
export function bootFailures(whole: BootOutcome, { frames = 0, residentRam }: BootOutcome): string[] {
  const failures: string[] = [];
  if (frames > SHARE * whole.residentRam) {
    failures.push(`${mebibytes(frames)} of frames for a guest that touches ${mebibytes(whole.residentRam)}`);
  }
  if (residentRam > SHARE * frames) {
    failures.push(`the host holds ${mebibytes(residentRam)} for ${mebibytes(frames)} of frames`);
  }
  return failures;
}

/** What is wrong with guests in one arena. */
export function arenaFailures(outcome: ArenaOutcome): string[] {
  const { machines, residentRam, frames, answered, refusals, peak, peakAfterReuse } = outcome;
  const failures = answered.flatMap((right, index) => (right ? [] : [`answer ${index} is wrong`]));
  if (answered.length !== 2 * machines) failures.push(`${answered.length} answers`);
  if (residentRam > SHARE * frames) {
    failures.push(`the host holds ${mebibytes(residentRam)} for ${mebibytes(frames)} of frames`);
  }
  if (!/^MEMORY_EXHAUSTED: guest 1 touched all of the .*; Raise the limit/.test(refusals.join())) {
    failures.push(`the greedy guest was told: ${refusals.join() || 'nothing'}`);
  }
  if (peakAfterReuse > peak || outcome.residentAfterReuse > SHARE * peak) {
    failures.push(`frames that came back were not used again: ${mebibytes(outcome.residentAfterReuse)}`);
  }
  return failures;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The figures as Markdown. */
export function memoryReport(
  boots: readonly { readonly engine: Engine; readonly whole: BootOutcome; readonly demand: BootOutcome }[],
  arena: ArenaOutcome,
  { date, node }: { readonly date: string; readonly node: string },
): string {
  return [
    '# Memory of the host',
    '',
    `Written by \`npm run systems -- memory\` on ${date}, with Node ${node}. Debian’s cloud kernel with 2 GiB of RAM, at`,
    'its shell; what the host holds is its page map of the process.',
    '',
    row([
      'engine',
      'touched',
      'frames',
      'held for RAM',
      'beside RAM',
      'process, whole',
      'process, on demand',
    ]),
    row(Array.from({ length: 7 }, () => '---')),
    ...boots.map(({ engine, whole, demand }) =>
      row([
        engine,
        mebibytes(whole.residentRam),
        mebibytes(demand.frames ?? 0),
        `${mebibytes(demand.residentRam)}, ${((100 * demand.residentRam) / whole.residentRam).toFixed(1)} %`,
        mebibytes(demand.residentBeside),
        mebibytes(whole.process),
        mebibytes(demand.process),
      ]),
    ),
    '',
    '*Touched* is what the host holds of RAM that is in one piece; the process’s figures are its growth since the machine',
    'was built, with the compiler’s code and the files of kernel and RAM disk.',
    '',
    `${arena.machines} of them in one arena, in turns, with ${mebibytes(arena.ram)} of RAM together: ` +
      `${mebibytes(arena.frames)} of frames, of`,
    `which the host holds ${mebibytes(arena.residentRam)}. One then wants more than its limit, and gets`,
    '',
    ...arena.refusals.map((text) => `> ${text}`),
    '',
    'The others go on. When it is disposed of, another boots in what it had: the arena’s peak stays',
    `${mebibytes(arena.peakAfterReuse)}, of which the host holds ${mebibytes(arena.residentAfterReuse)}.`,
    '',
  ].join('\n');
}
