/** How long a user waits for a guest: from the start of the emulator's process to what its first instructions do. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '@armature/isa';
import { median, scatter } from './statistics.ts';

/** Writes a character to the board's PL011 at once, and switches the machine off by PSCI SYSTEM_OFF. */
const GUEST = `
  movz x1, #0x0900, lsl #16
  movz w0, #0x21
  str w0, [x1]
  movz w0, #0x0008
  movk w0, #0x8400, lsl #16
  hvc #0
  b .
`;
const EXPECTED = '!';

/** Longest start, in milliseconds. */
const TIMEOUT = 60_000;

/** An emulator's command line, to which the image is added. */
export interface StartupProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Milliseconds from the start of the process. */
export interface StartupSample {
  /** To the guest's first byte. */
  readonly first: number;
  /** To the end of the process. */
  readonly exit: number;
}

export interface Startup {
  readonly emulator: string;
  readonly samples: readonly StartupSample[];
}

/** `qemu-system-aarch64`, translating code (TCG). */
export const qemuStartup: StartupProgram = {
  name: 'QEMU',
  command: 'qemu-system-aarch64',
  args: ['-M', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg', '-nic', 'none', '-nographic', '-kernel'],
};

/**
 * `armature run` as it is installed: on the built packages, when this program runs from its sources too.
 *
 * @param kept the host's compiled code is there from an earlier start; else each start is like a first one.
 */
export function armatureStartup(kept: boolean): StartupProgram {
  const built = fileURLToPath(new URL('../../cli/dist/cli.js', import.meta.url));
  const [command, ...args] = existsSync(built) ? [process.execPath, built] : ['armature'];
  return {
    name: kept ? 'Armature' : 'Armature, first start',
    command: command!,
    args: [...args, 'run'],
    ...(!kept && { environment: { NODE_DISABLE_COMPILE_CACHE: '1' } }),
  };
}

/**
 * Starts programs by turns, after one start of each that is not counted.
 *
 * @throws Error when one ends by itself with a failure, or its guest does not write what it should.
 */
export async function measureStartup(
  programs: readonly StartupProgram[],
  rounds: number,
): Promise<readonly Startup[]> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-bench-'));
  try {
    const image = join(folder, 'guest.bin');
    writeFileSync(image, assemble(GUEST).bytes);
    const samples = programs.map(() => [] as StartupSample[]);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, program] of programs.entries()) {
        const sample = await start(program, image);
        if (round > 0) samples[index]!.push(sample);
      }
    }
    return programs.map(({ name }, index) => ({ emulator: name, samples: samples[index]! }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start({ args, command, environment, name }: StartupProgram, image: string): Promise<StartupSample> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, [...args, image], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT,
      env: { ...process.env, ...environment },
    });
    let first: number | undefined;
    let output = '';
    let errors = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      first ??= performance.now() - begun;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const exit = performance.now() - begun;
      if (code === 0 && output === EXPECTED && first !== undefined) resolve({ first, exit });
      else
        reject(
          new Error(`${name} ended with ${code ?? signal} and wrote ${JSON.stringify(output)}: ${errors}`),
        );
    });
  });
}

const whole = (value: number): string => value.toFixed(0);

/** A table of medians. */
export function startupRows(startups: readonly Startup[]): string[][] {
  return [
    ['emulator', 'first byte, ms', 'exit, ms', 'best first byte, ms', 'scatter'],
    ...startups.map(({ emulator, samples }) => {
      const firsts = samples.map(({ first }) => first);
      return [
        emulator,
        whole(median(firsts)),
        whole(median(samples.map(({ exit }) => exit))),
        whole(Math.min(...firsts)),
        `${whole(100 * scatter(firsts))} %`,
      ];
    }),
  ];
}
