/**
 * C programs, compiled here, run the same on our machine as on QEMU: standard output byte for byte, and the exit
 * status. Skipped where the cross compiler or QEMU is missing, unless ARMATURE_REQUIRE_ORACLES is set.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boot, virt } from '@armature/machine';
import { semihosting } from '@armature/semihosting';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const RUNTIME = join(SOURCES, 'runtime');
const COMPILER = 'aarch64-linux-gnu-gcc';
const QEMU = 'qemu-system-aarch64';
const ARGUMENTS = ['program', 'first', 'second'];
/** Far more than any program takes. */
const MOST_INSTRUCTIONS = 50_000_000;

const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  O0: ['-O0'],
  O2: ['-O2'],
  O3: ['-O3'],
  'O3-v8.5': ['-O3', '-march=armv8.5-a'],
};
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

const programs = readdirSync(SOURCES)
  .filter((name) => name.endsWith('.c'))
  .map((name) => basename(name, '.c'))
  .sort();
/** Every program without and with optimisation, in turn at each level. */
const cases = programs.flatMap((program, index) => [
  { program, variant: index % 2 === 0 ? 'O0' : 'O2' },
  { program, variant: index % 4 < 2 ? 'O3' : 'O3-v8.5' },
]);

interface Outcome {
  readonly output: string;
  readonly status: number | null;
}

const available = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const missing = [COMPILER, QEMU].filter((tool) => !available(tool));
const required = Boolean(process.env['ARMATURE_REQUIRE_ORACLES']);
const folder = mkdtempSync(join(tmpdir(), 'armature-programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function execute(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { encoding: 'latin1', timeout: 20_000 }, (_, output, errors) => {
      resolve({ output: output + errors, status: child.exitCode });
    });
    child.stdin?.end();
  });
}

async function compile(args: readonly string[]): Promise<void> {
  const { output, status } = await execute(COMPILER, [...FLAGS, ...args]);
  if (status !== 0) throw new Error(output);
}

const object = (variant: string, file: string): string => join(folder, `${file}-${variant}.o`);
const image = (program: string, variant: string): string => join(folder, `${program}-${variant}`);

async function compileRuntime(): Promise<void> {
  const jobs = Object.entries(VARIANTS).flatMap(([variant, flags]) =>
    ['crt0.S', 'runtime.c'].map((file) =>
      compile([...flags, '-c', '-o', object(variant, file), join(RUNTIME, file)]),
    ),
  );
  await Promise.all(jobs);
}

const build = (program: string, variant: string): Promise<void> =>
  compile([
    ...VARIANTS[variant],
    ...LINK_FLAGS,
    '-o',
    image(program, variant),
    object(variant, 'crt0.S'),
    object(variant, 'runtime.c'),
    join(SOURCES, `${program}.c`),
    '-lgcc',
  ]);

function onQemu(path: string): Promise<Outcome> {
  const hosting = [
    'enable=on',
    'target=native',
    'chardev=console',
    ...ARGUMENTS.map((word) => `arg=${word}`),
  ];
  return execute(QEMU, [
    ...[
      '-M',
      'virt',
      '-cpu',
      'max',
      '-nic',
      'none',
      '-display',
      'none',
      '-serial',
      'none',
      '-monitor',
      'none',
    ],
    ...['-chardev', 'stdio,id=console', '-semihosting-config', hosting.join(','), '-kernel', path],
  ]);
}

async function onArmature(path: string): Promise<Outcome> {
  let output = '';
  let status: number | null = null;
  const board = virt({ cpu: 'max', memory: 32 * 2 ** 20 }).use(
    semihosting({
      console: {
        write: (bytes) => {
          output += Buffer.from(bytes).toString('latin1');
        },
        read: () => 0,
      },
      commandLine: ARGUMENTS.join(' '),
      onExit: (code) => {
        status = code;
      },
    }),
  );
  const machine = await board.build();
  boot(machine, { image: new Uint8Array(readFileSync(path)) });
  const { reason } = machine.runSync({ maxInstructions: MOST_INSTRUCTIONS });
  machine.dispose();
  return reason === 'power-off' ? { output, status } : { output: `${output}\n${reason}`, status };
}

describe.skipIf(missing.length > 0 && !required)(
  `C programs against QEMU (needs ${COMPILER}, ${QEMU})`,
  () => {
    const expected = new Map<string, Outcome>();

    beforeAll(async () => {
      expect(missing, 'these tools are required').toEqual([]);
      await compileRuntime();
      const waiting = [...cases];
      const worker = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { program, variant } = next;
          await build(program, variant);
          expected.set(image(program, variant), await onQemu(image(program, variant)));
        }
      };
      await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
    }, 120_000);

    test.each(cases)('$program $variant', async ({ program, variant }) => {
      const path = image(program, variant);
      const outcome = expected.get(path);
      expect(outcome?.output).not.toMatch(/unexpected exception|^$/);
      expect(await onArmature(path)).toEqual(outcome);
    });
  },
);
