import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type FrameAllocatorFactory, isArmatureError } from '@armature/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameAllocatorContract, type MakeFrameAllocator, runFrameAllocatorModel } from '../src/contract.ts';
import { MUTATIONS, type Mutation } from './mutations.ts';

const packages = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'allocator-mutations-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Copies an allocator's sources, with the fault when there is one, and loads the copy. */
async function load(
  allocator: Mutation['allocator'],
  copy: string,
  mutation?: Mutation,
): Promise<MakeFrameAllocator> {
  const target = join(folder, copy);
  cpSync(join(packages, `allocator-${allocator}`, 'src'), target, {
    recursive: true,
    filter: (path) => !path.endsWith('.test.ts'),
  });
  if (mutation !== undefined) {
    const file = join(target, mutation.file);
    const source = readFileSync(file, 'utf8');
    expect(source.split(mutation.find), `"${mutation.find}" occurs once in ${mutation.file}`).toHaveLength(2);
    writeFileSync(file, source.replace(mutation.find, mutation.replace));
  }
  const module: Record<string, (options?: unknown) => FrameAllocatorFactory> = await import(
    /* @vite-ignore */ pathToFileURL(join(target, 'index.ts')).href
  );
  const factory = module[`${allocator}Allocator`]!(mutation?.options);
  return (range) => factory.create(range);
}

/** The first case that an allocator does not pass. */
function firstFailure(make: MakeFrameAllocator): string | undefined {
  for (const { name, run } of frameAllocatorContract(make)) {
    try {
      run();
    } catch (error) {
      if (isArmatureError(error)) return name;
      return `${name} (${error})`;
    }
  }
  try {
    runFrameAllocatorModel(fc, make, { operations: 8000, shrink: false });
  } catch {
    return 'the model';
  }
  return undefined;
}

test.each(['bitmap', 'buddy', 'extent', 'hierarchical', 'tree'] as const)(
  'a copy of %s without a fault passes',
  async (name) => {
    expect(firstFailure(await load(name, `${name}-as-it-is`))).toBeUndefined();
  },
);

describe('the suite finds that', () => {
  test.each(MUTATIONS)('$name ($allocator)', async (mutation) => {
    const make = await load(mutation.allocator, `mutation-${MUTATIONS.indexOf(mutation)}`, mutation);
    expect(firstFailure(make)).toBeTypeOf('string');
  });
});

test('the names of the mutations differ', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
});
