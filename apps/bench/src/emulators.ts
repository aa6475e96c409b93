import { spawnSync } from 'node:child_process';
import type { ImageRun } from './run-image.ts';

/** One run of an image in a process of its own. */
export interface Sample {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** What the guest wrote on its console. */
  readonly output: string;
  /** Instructions that the guest ran, where the emulator counts them. */
  readonly instructions?: number;
}

/** An emulator that runs a raw image on a `virt` machine until it switches itself off. */
export interface Emulator {
  readonly name: string;
  run(file: string): Sample;
}

/** Longest run, in milliseconds. */
const TIMEOUT = 300_000;

function measure(program: string, args: readonly string[]): Sample & { readonly errors: string } {
  const from = performance.now();
  const result = spawnSync(program, args, { encoding: 'utf8', input: '', timeout: TIMEOUT });
  const seconds = (performance.now() - from) / 1000;
  if (result.status !== 0) {
    const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
    throw new Error(`${program} failed: ${reason}\n${result.stderr}`);
  }
  return { seconds, output: result.stdout.trim(), errors: result.stderr };
}

/** What runs instructions on Armature. `auto` is the fastest that there is. */
export type Engine = 'auto' | 'interpreter' | 'jit';
/** A CPU model that both emulators have. */
export type CpuModel = 'cortex-a72' | 'max';
/** What moves the time that the guest sees on Armature; on QEMU it is the host's. */
export type GuestClock = 'instructions' | 'host';

/** `qemu-system-aarch64`, translating code (TCG), on one CPU. */
export function qemu(cpu: CpuModel = 'cortex-a72'): Emulator {
  const machine = ['-M', 'virt', '-cpu', cpu, '-accel', 'tcg', '-smp', '1', '-m', '256'];
  return {
    name: 'QEMU',
    run(file) {
      const { seconds, output } = measure('qemu-system-aarch64', [
        ...machine,
        '-nic',
        'none',
        '-nographic',
        '-kernel',
        file,
      ]);
      return { seconds, output };
    },
  };
}

/** QEMU's version line, or undefined where it is not installed. */
export function qemuVersion(): string | undefined {
  const result = spawnSync('qemu-system-aarch64', ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n')[0] : undefined;
}

/** This program again, as `armature-bench run-image`. */
export function armature(
  engine: Engine,
  cpu: CpuModel = 'cortex-a72',
  clock: GuestClock = 'instructions',
): Emulator {
  return {
    name: 'Armature',
    run(file) {
      const self = [...process.execArgv, process.argv[1]!];
      const { seconds, output, errors } = measure(process.execPath, [
        ...self,
        'run-image',
        file,
        '--engine',
        engine,
        '--cpu',
        cpu,
        '--clock',
        clock,
      ]);
      const { instructions } = JSON.parse(errors.trim().split('\n').at(-1)!) as ImageRun;
      return { seconds, output, instructions };
    },
  };
}
