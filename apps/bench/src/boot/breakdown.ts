/** Where the time of a boot on Armature goes: one boot as it is, one counted, and one profiled. */
import { spawnSync } from 'node:child_process';
import type { TranslationStatistics } from '@armature/core';
import { CallCounts, type Counts } from './call-counts.ts';
import type { LinuxFiles } from './machines.ts';
import { type ProfileShares, profiled, profileShares } from './profile.ts';
import { type LinuxRun, runLinux } from './run-linux.ts';

export type BreakdownPart = 'plain' | 'counts' | 'profile';

export interface BootCounts {
  readonly instructions: number;
  /** Milliseconds of compiling the interpreter to its first, baseline, form; and its size in bytes. */
  readonly compileTime: number;
  readonly compiledBytes: number;
  /** Calls out of compiled code. */
  readonly calls: Counts;
  readonly registers: Counts;
  readonly devices: Counts;
  readonly exceptions: Counts;
  readonly translation: TranslationStatistics;
}

export interface Breakdown {
  readonly plain: LinuxRun;
  readonly counts: BootCounts;
  readonly profile: ProfileShares;
}

/** Makes one part in this process. */
export async function breakdownPart(
  part: BreakdownPart,
  files: LinuxFiles,
): Promise<LinuxRun | BootCounts | ProfileShares> {
  if (part === 'plain') return (await runLinux(files)).run;
  if (part === 'profile') return profileShares((await profiled(() => runLinux(files))).profile);
  return countedBoot(files);
}

async function countedBoot(files: LinuxFiles): Promise<BootCounts> {
  const counts = new CallCounts();
  const end = counts.watchModules();
  try {
    const { run, machine } = await runLinux(files, (built) => counts.watchMachine(built));
    const { exceptions, translation } = machine.statistics;
    const { byClass, ...kinds } = exceptions;
    return {
      instructions: run.instructions,
      compileTime: counts.compileTime,
      compiledBytes: counts.compiledBytes,
      calls: counts.byKind,
      registers: counts.byRegister,
      devices: counts.byDevice,
      exceptions: {
        ...kinds,
        ...Object.fromEntries(
          [...byClass].map(([exceptionClass, count]) => [`class 0x${exceptionClass.toString(16)}`, count]),
        ),
      },
      translation: { ...translation },
    };
  } finally {
    end();
  }
}

/** Longest part, in milliseconds. */
const TIMEOUT = 600_000;

/** Makes all parts, each in a process of its own. */
export function measureBreakdown(files: LinuxFiles, progress: (text: string) => void): Breakdown {
  const part = <Result>(name: BreakdownPart): Result => {
    progress(`breakdown: ${name} ...`);
    const args = ['run-linux', files.kernel, files.initrd, name];
    const self = [...process.execArgv, process.argv[1]!];
    const result = spawnSync(process.execPath, [...self, ...args], {
      encoding: 'utf8',
      timeout: TIMEOUT,
      maxBuffer: 2 ** 26,
    });
    if (result.status === 0) return JSON.parse(result.stdout) as Result;
    throw new Error(
      `${name} failed: ${result.error?.message ?? result.signal ?? result.status}\n${result.stderr}`,
    );
  };
  return { plain: part('plain'), counts: part('counts'), profile: part('profile') };
}
