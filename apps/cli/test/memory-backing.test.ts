/** Where a guest's RAM is in the host's memory: one option of a command, or a few words of a machine's document. */
import { allocatorNames, virt } from '@armature/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFailure } from '../src/failure.ts';
import { createProgram } from '../src/program.ts';
import { armature, Files, POWER_OFF, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

/** Stores to 4096 pages, 16 MiB, then says so. */
const source = `
  movz x1, #0x4800, lsl #16
  mov x2, #4096
1:str x2, [x1]
  add x1, x1, #4096
  subs x2, x2, #1
  b.ne 1b
  ${print('done\n')}${POWER_OFF}`;
const program = files.program('touch.bin', source);

const run = (way: string) =>
  armature(['run', '--memory', '2G', '--memory-backing', way, '--summary', program]);

describe('--memory-backing', () => {
  test('on-demand: a guest of 2 GiB that touches 16 MiB', async () => {
    const { stdout, stderr, code } = await run('on-demand,limit=18M');
    expect([stdout, code]).toEqual(['done\n', 0]);
    expect(stderr).toMatch(/^ *memory +16\.\d MiB of 2048\.0 MiB touched$/m);
  });

  test('a guest at its limit ends with one line that says what to do', async () => {
    const { stdout, stderr, code } = await run('on-demand,limit=8M,allocator=tree');
    expect([stdout, code]).toEqual(['', 2]);
    expect(stderr).toMatch(
      /^armature: error\[MEMORY_EXHAUSTED\]: .* touched all of the 8 MiB .*\nhint: Raise/m,
    );
  });

  test.each([
    ['lazy', 'Write it as whole, on-demand, or on-demand,limit=256M,allocator=buddy.'],
    ['on-demand,limit=5000', 'The limit is a multiple of 4096 bytes, such as 256M.'],
    ['on-demand,limit=0', 'The limit is a multiple of 4096 bytes, such as 256M.'],
    ['on-demand,limit', 'The limit is a multiple of 4096 bytes, such as 256M.'],
    ['on-demand,allocator=heap', `Allowed choices are ${allocatorNames.join(', ')}.`],
    ['on-demand,arena=1', 'Write it as whole, on-demand, or on-demand,limit=256M,allocator=buddy.'],
    ['whole,limit=1M', 'Write it as whole, on-demand, or on-demand,limit=256M,allocator=buddy.'],
  ])('%s is refused', async (way, message) => {
    const args = ['run', '--memory-backing', way, program];
    const commands = await createProgram(args);
    const error = await commands.parseAsync(args, { from: 'user' }).catch((caught: unknown) => caught);
    const { lines, exitCode } = describeFailure(error);
    expect([lines[0], exitCode]).toEqual([expect.stringContaining(message), 2]);
  });
});

test('a machine’s document', async () => {
  const document = JSON.parse(JSON.stringify(virt({ memory: 2 ** 31 }))) as { parts: { part: string }[] };
  const parts = document.parts.map((part) =>
    part.part === 'ram'
      ? { ...part, backing: { kind: 'on-demand', allocator: 'buddy', limit: '18MiB' } }
      : part,
  );
  const file = files.write('demand.json', JSON.stringify({ ...document, parts }));
  expect(await armature(['run', '--machine', file, program])).toMatchObject({ stdout: 'done\n', code: 0 });
});
