/** The machine's frame allocator is one word of a command, or of a machine's document. */
import { readFileSync } from 'node:fs';
import type { FrameAllocator, FrameAllocatorFactory } from '@armature/core';
import { allocatorByName, allocatorNames, boot, virt } from '@armature/machine';
import { phase3KernelImage } from '@armature/phase3-kernel';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFailure } from '../src/failure.ts';
import { memoryReport } from '../src/phase3/memory-report.ts';
import { createProgram } from '../src/program.ts';
import { armature, Files, POWER_OFF, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

const kernelOutput = readFileSync(
  new URL('../../../packages/phase3-kernel/test/expected-output.txt', import.meta.url),
  'latin1',
);

/** A report without what may differ between allocators: addresses and the allocator's name. */
const normalised = (report: string, allocator: string): string =>
  report.replaceAll(/0x[\da-f_]+/g, 'ADDRESS').replace(`allocator ${allocator},`, 'allocator NAME,');

/** What the kernel prints in a machine with an allocator, and the report that follows. */
async function phase3(allocator: string): Promise<string> {
  const output: number[] = [];
  const machine = await virt({ allocator, onTransmit: (byte) => output.push(byte) }).build();
  boot(machine, { image: phase3KernelImage().bytes });
  expect(machine.runSync().reason).toBe('power-off');
  const { lines, passed } = memoryReport(machine);
  expect(passed, lines.join('\n')).toBe(true);
  return `${Buffer.from(output).toString('latin1')}${lines.join('\n')}\n`;
}

test('the report of phase3 is the same with each allocator but for addresses and its name', async () => {
  const reports = new Map<string, string>();
  for (const name of allocatorNames) {
    const text = await phase3(name);
    expect(text.slice(0, kernelOutput.length)).toBe(kernelOutput);
    const report = text.slice(kernelOutput.length);
    expect(report).toContain(`Memory manager: allocator ${name}, 4096 pages from 0x4000_0000\n`);
    reports.set(name, normalised(report, name));
  }
  const [first, ...others] = [...reports.values()];
  expect(first).toMatch(/^\d trials, all passed\n$/m);
  for (const report of others) expect(report).toBe(first);
});

test('armature phase3 --allocator prints it', async () => {
  expect(await armature(['phase3', '--quiet', '--allocator', 'extent'])).toEqual({
    stdout: await phase3('extent'),
    stderr: '',
    code: 0,
  });
});

describe('the report says what is wrong with', () => {
  const broken: [string, Partial<FrameAllocator>, RegExp][] = [
    [
      'an allocator that ignores alignment',
      { allocRun: (count) => runAnywhere(count) },
      /against the constraints/,
    ],
    [
      'one that loses pages',
      { freeRun: () => 0 },
      /^\[FAIL\] a run of pages: the allocator .* breaks|^\[FAIL\] .*/m,
    ],
    ['one that has nothing to give', { alloc: () => -1 }, /has no frame to give/],
  ];
  let current: FrameAllocator;
  /** First fit at odd frames only. */
  function runAnywhere(count: number): number {
    for (let frame = current.base + 301; ; frame += 2) if (current.allocAt(frame, count)) return frame;
  }
  test.each(broken)('%s', async (_what, changes, message) => {
    const factory: FrameAllocatorFactory = {
      name: 'broken',
      pages: 4096,
      create(range) {
        current = allocatorByName('bitmap').create(range);
        return current;
      },
    };
    const machine = await virt({ allocator: factory }).build();
    Object.assign(current, changes);
    let text: string;
    try {
      const { lines, passed } = memoryReport(machine);
      expect(passed).toBe(false);
      expect(lines.at(-1)).toBe('A TRIAL FAILED');
      text = lines.join('\n');
    } catch (error) {
      text = (error as Error).message;
    }
    expect(text).toMatch(message);
  });
});

test('one word of a machine’s document', async () => {
  const hello = files.program('hello.bin', `${print('hello\n')}${POWER_OFF}`);
  const text = JSON.stringify(virt({ allocator: 'tree' }), null, 2);
  expect(text.match(/"tree"/g)).toHaveLength(1);
  const document = files.write('extent.json', text.replace('"tree"', '"extent"'));
  expect(await armature(['run', '--machine', document, hello])).toMatchObject({ stdout: 'hello\n', code: 0 });
});

/** How a command fails in this process. */
async function failureOf(args: readonly string[]): Promise<ReturnType<typeof describeFailure>> {
  const program = await createProgram(args);
  return describeFailure(await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => error));
}

test.each(['run', 'linux', 'exec', 'phase3', 'boards', 'jit-report'])(
  '%s names the allocators: in its help, and when there is no such one',
  async (name) => {
    const program = await createProgram([name]);
    const command = program.commands.find((each) => each.name() === name)!;
    const names = allocatorNames.map((each) => `"${each}"`).join(', ');
    expect(command.helpInformation().replaceAll(/\s+/g, ' ')).toContain(`(choices: ${names}`);
    expect(await failureOf([name, '--allocator', 'heap', 'file'])).toMatchObject({
      exitCode: 2,
      lines: [
        expect.stringContaining(
          "option '--allocator <name>' argument 'heap' is invalid. " +
            `Allowed choices are ${allocatorNames.join(', ')}.`,
        ),
        expect.anything(),
      ],
    });
  },
);

test('a document with an unknown allocator is refused in one line that names them', async () => {
  const document = files.write(
    'heap.json',
    JSON.stringify({ parts: [{ part: 'memory', allocator: 'heap' }] }),
  );
  expect(await failureOf(['run', '--machine', document, document])).toEqual({
    exitCode: 2,
    lines: [
      'armature: error[PART_UNKNOWN]: parts[0]: there is no allocator "heap", ' +
        `only ${allocatorNames.join(', ')}`,
    ],
  });
});
