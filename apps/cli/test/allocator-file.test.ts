/** `--allocator ./my-allocator.js`: an allocator that is nobody's but the user's. */
import { fileURLToPath } from 'node:url';
import { virt } from '@armature/machine';
import { afterAll, describe, expect, test } from 'vitest';
import { findAllocator } from '../src/allocator-file.ts';
import { describeFailure } from '../src/failure.ts';
import { armature, Files, POWER_OFF, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** A module in a folder of its own, whose allocator is the example's, changed. */
const module = (name: string, change: string): string =>
  files.write(
    `${name}.mjs`,
    `import { NextFitAllocator } from '${path('../../../examples/next-fit-allocator.ts')}';
class Mine extends NextFitAllocator { name = 'mine'; ${change} }
export default { name: 'mine', create: (range) => new Mine(range) };\n`,
  );

const good = module('good', '');

describe('an allocator from a file', () => {
  test('serves phase3, which reports as with every other but for addresses', async () => {
    const [mine, other] = await Promise.all(
      [good, 'bitmap'].map((name) => armature(['phase3', '--quiet', '--allocator', name])),
    );
    expect([mine.code, mine.stderr]).toEqual([0, '']);
    const normalised = (text: string): string =>
      text.replaceAll(/0x[\da-f_]+/g, 'ADDRESS').replace(/allocator (mine|bitmap),/, 'allocator NAME,');
    expect(normalised(mine.stdout)).toBe(normalised(other.stdout));
    expect(mine.stdout).toContain('Memory manager: allocator mine, 4096 pages from 0x4000_0000\n');
  });

  test('is in a document, relative to that, and backs RAM', async () => {
    const document = JSON.parse(JSON.stringify(virt({ allocator: 'tree' }))) as { parts: { part: string }[] };
    const backing = { kind: 'on-demand', allocator: './good.mjs' };
    const parts = document.parts.map((part) => (part.part === 'ram' ? { ...part, backing } : part));
    const text = JSON.stringify({ ...document, parts }).replace('"tree"', '"./good.mjs"');
    const program = files.program('hello.bin', `${print('hello\n')}${POWER_OFF}`);
    const outcome = await armature(['run', '--machine', files.write('mine.json', text), program]);
    expect(outcome).toEqual({ stdout: 'hello\n', stderr: '', code: 0 });
    const way = `on-demand,allocator=${good}`;
    expect((await armature(['run', '--memory-backing', way, program])).stdout).toBe('hello\n');
  });

  test('may be made by a function', async () => {
    const file = files.write(
      'function.mjs',
      `export { default as inner } from './good.mjs';
import good from './good.mjs';
export default async () => ({ ...good, pages: 77 });\n`,
    );
    expect(await findAllocator(file, 4096)).toMatchObject({ name: 'mine', pages: 77 });
    expect(await findAllocator(good, 4096)).toMatchObject({ name: 'mine', pages: 4096 });
  });

  const failure = (file: string) =>
    findAllocator(file, 4096).then(
      () => undefined,
      (error: unknown) => describeFailure(error).lines,
    );

  test.each([
    ['loops', 'alloc() { for (;;); }', 'did not return from alloc in 3 seconds'],
    ['throws', "alloc() { throw new Error('out of order'); }", 'threw in alloc: out of order'],
    ['repeats', 'alloc() { return this.base + 9; }', 'handed out frame 262153, which is in use'],
    ['strays', 'alloc() { return 0; }', 'handed out frame 0, which it does not manage'],
    ['tires', 'alloc() { return -1; }', 'has no frame left, with 3 of 4096 in use'],
    ['gives nothing', 'alloc() {}', 'handed out frame undefined, which it does not manage'],
    ['keeps', 'free() { return 1; }', 'does not take a frame back, which it handed out: status 1'],
    [
      'shrinks',
      'constructor(range) { super({ ...range, count: 5 }); }',
      'manages 5 frames from 262144, asked for 4096',
    ],
    ['has no statistics', "stats() { throw 'nothing'; }", 'threw in stats: nothing'],
    ['is no allocator', 'free = undefined;', 'threw in free: allocator.free is not a function'],
  ])('that %s is refused before anything depends on it', async (what, change, message) => {
    const file = module(what.replaceAll(' ', '-'), change);
    const lines = await failure(file);
    expect(lines?.[0]).toContain(`error[ALLOCATOR_MISBEHAVED]: allocator mine of ${file} ${message}`);
    expect(lines).toHaveLength(2);
  });

  test.each([
    ['nothing.mjs', undefined, 'FILE_UNREADABLE]: cannot load the allocator'],
    ['syntax.mjs', 'export default {', 'FILE_UNREADABLE]: cannot load the allocator'],
    ['empty.mjs', '', 'CONFIG_INVALID]: '],
    ['other.mjs', 'export default { name: "x" };', 'has no allocator as its default export'],
  ])('%s is refused', async (name, text, message) => {
    if (text !== undefined) files.write(name, text);
    expect((await failure(files.path(name)))?.[0]).toContain(message);
  });
});
