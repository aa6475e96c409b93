import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { median, scatter } from '../statistics.ts';
import type { BootProgram } from './machines.ts';
import { PromptWatch } from './prompt.ts';

/** One boot. */
export interface BootSample {
  /** From the start of the process to the shell's prompt. */
  readonly seconds: number;
  /** Processor time of the process with all its threads up to then; undefined where the host does not tell. */
  readonly cpuSeconds?: number;
  /** The system that greeted. */
  readonly system: string;
}

/** The boots of one emulator. */
export interface BootTime {
  readonly emulator: string;
  /** Medians. */
  readonly seconds: number;
  readonly cpuSeconds?: number;
  /** Half the distance between quartiles of the seconds, as a share of their median. */
  readonly scatter: number;
  readonly samples: readonly BootSample[];
}

/** Longest boot, in milliseconds. */
const TIMEOUT = 600_000;
/** Linux counts processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process with all its threads, seconds. @spec proc(5), /proc/pid/stat */
export function processorSeconds(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Fields 14 and 15; the name, field 2, may contain spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/**
 * Boots to the shell's prompt, and ends the emulator there.
 *
 * @throws Error when the prompt does not come
 */
export function bootOnce({ name, command, args }: BootProgram, timeout = TIMEOUT): Promise<BootSample> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const watch = new PromptWatch();
    let errors = '';
    let sample: BootSample | undefined;
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      if (sample !== undefined || !watch.add(text)) return;
      const seconds = (performance.now() - from) / 1000;
      const cpuSeconds = child.pid === undefined ? undefined : processorSeconds(child.pid);
      sample = { seconds, ...(cpuSeconds !== undefined && { cpuSeconds }), system: watch.system! };
      child.kill('SIGKILL');
    });
    child.on('error', (error) => {
      errors += error.message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (sample !== undefined) resolve(sample);
      else reject(new Error(`${name} ended (${code ?? signal}) without a prompt:\n${watch.end}\n${errors}`));
    });
  });
}

/**
 * Boots on each emulator by turns, so that a slow moment of the host falls on all of them.
 *
 * @throws Error when a boot has no prompt, or the systems that greet are not the same
 */
export async function measureBoots(
  programs: readonly BootProgram[],
  rounds: number,
  progress: (text: string) => void,
): Promise<BootTime[]> {
  const samples = programs.map(() => [] as BootSample[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, program] of programs.entries()) {
      const sample = await bootOnce(program);
      samples[index]!.push(sample);
      progress(`round ${round + 1}, ${program.name}: ${sample.seconds.toFixed(2)} s`);
    }
  }
  const systems = new Set(samples.flat().map(({ system }) => system));
  if (systems.size > 1) throw new Error(`not the same system: ${[...systems].join(', ')}`);
  return programs.map(({ name }, index) => bootTime(name, samples[index]!));
}

/** Medians of boots. */
export function bootTime(emulator: string, samples: readonly BootSample[]): BootTime {
  const cpu = samples.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const seconds = samples.map((sample) => sample.seconds);
  return {
    emulator,
    seconds: median(seconds),
    ...(cpu.length === samples.length && { cpuSeconds: median(cpu) }),
    scatter: scatter(seconds),
    samples,
  };
}
