/** Compiles the C programs beside this folder with the cross compiler. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const COMPILER = 'aarch64-linux-gnu-gcc';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const RUNTIME = join(SOURCES, 'runtime');
const RUNTIME_SOURCES = ['crt0.S', 'runtime.c', 'printf.c'];

/**
 * How each program is compiled. The last one fuses multiplications and additions as the compiler likes, and signs
 * return addresses. A program prints the same in all of them.
 */
export const VARIANTS = {
  O0: ['-O0', '-ffp-contract=off'],
  O2: ['-O2', '-ffp-contract=off'],
  O3: ['-O3', '-ffp-contract=off'],
  'O3-v8.5': ['-O3', '-march=armv8.5-a', '-mbranch-protection=standard'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Variant = keyof typeof VARIANTS;
export const variants = Object.keys(VARIANTS) as Variant[];

const FLAGS = [
  '-std=gnu17',
  `-I${RUNTIME}`,
  '-ffreestanding',
  '-nostdlib',
  '-static',
  '-fno-pic',
  '-no-pie',
  '-fno-math-errno',
  '-mno-outline-atomics',
  // Else the loop inside memcpy becomes a call of memcpy.
  '-fno-tree-loop-distribute-patterns',
  '-Wall',
  '-Wextra',
  '-Werror',
];
const LINK_FLAGS = [
  `-Wl,-T,${join(RUNTIME, 'link.ld')}`,
  '-Wl,--build-id=none',
  '-Wl,--no-warn-rwx-segments',
];

/** Names of the programs. */
export const programs = readdirSync(SOURCES)
  .filter((name) => name.endsWith('.c'))
  .map((name) => basename(name, '.c'))
  .sort();

/** What a program wrote, one character a byte, and the status it ended with. */
export interface Outcome {
  readonly output: string;
  readonly status: number | null;
}

/** Whether a tool is installed. */
export const available = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;

/** Runs a tool to its end, without input. */
export function execute(command: string, args: readonly string[], cwd?: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { encoding: 'latin1', timeout: 300_000, ...(cwd !== undefined && { cwd }) } as const;
    const child = execFile(command, args, options, (_, output, errors) => {
      resolve({ output: output + errors, status: child.exitCode });
    });
    child.stdin?.end();
  });
}

/** A folder of compiled programs. */
export class Toolchain {
  readonly folder = mkdtempSync(join(tmpdir(), 'armature-programs-'));
  private readonly images = new Map<string, Promise<string>>();
  private readonly runtimes = new Map<Variant, Promise<unknown>>();

  /** Compiles a program, once, and gives its path. @throws Error with the compiler's messages */
  build(program: string, variant: Variant): Promise<string> {
    const key = `${program} ${variant}`;
    const image = this.images.get(key) ?? this.compileProgram(program, variant);
    this.images.set(key, image);
    return image;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async compileProgram(program: string, variant: Variant): Promise<string> {
    if (!this.runtimes.has(variant)) this.runtimes.set(variant, this.buildRuntime(variant));
    await this.runtimes.get(variant);
    const path = join(this.folder, `${program}-${variant}.elf`);
    const objects = RUNTIME_SOURCES.map((file) => this.object(variant, file));
    const source = join(SOURCES, `${program}.c`);
    await compile([...VARIANTS[variant], ...LINK_FLAGS, '-o', path, ...objects, source, '-lgcc']);
    return path;
  }

  private buildRuntime(variant: Variant): Promise<unknown> {
    const jobs = RUNTIME_SOURCES.map((file) =>
      compile([...VARIANTS[variant], '-c', '-o', this.object(variant, file), join(RUNTIME, file)]),
    );
    return Promise.all(jobs);
  }

  private object(variant: Variant, file: string): string {
    return join(this.folder, `${file}-${variant}.o`);
  }
}

async function compile(args: readonly string[]): Promise<void> {
  const { output, status } = await execute(COMPILER, [...FLAGS, ...args]);
  if (status !== 0) throw new Error(output);
}
