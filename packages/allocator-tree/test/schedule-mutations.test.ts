/** Whether the schedules find known bugs, each put into a copy of the allocator's sources. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScenario, SCENARIOS, type Sources } from './scenarios.ts';

interface Mutation {
  readonly name: string;
  /** The scenario with a schedule that ends as it must not. */
  readonly scenario: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly find: string;
  readonly replace: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a tree whose hint was lowered is not looked at again',
    scenario: 'a block becomes free while a search for one lowers the hint of the tree',
    file: 'code/hints.ts',
    find: 'raiseTo(tree!.get, hintByChildren(tree!.get)),',
    replace: '[],',
  },
  {
    name: "a tree's hint is not raised when a right is given up",
    scenario: 'a right is given up while another worker lowers the hint of the tree',
    file: 'code/hints.ts',
    find: '...when(greater(hint.get, frames!.get), raise(child!.get, hint.get)),',
    replace: '',
  },
  {
    name: 'a free does not move the epoch on',
    scenario:
      'a block becomes free and a frame is taken while a search for a block lowers the hint of the child',
    file: 'code/single-frames.ts',
    find: 'and(add(entry.get, add(frames, constant(EPOCH))), constant(~MEASURED)),',
    replace: 'and(add(entry.get, frames), constant(~MEASURED)),',
  },
  {
    name: 'a search that others outran is not made again',
    scenario: 'the last free frame moves to where the search has been',
    file: 'placement.ts',
    find: 'if (stolen >= 0 || !this.#mayHave(0)) return stolen;',
    replace: 'return stolen;',
  },
  {
    name: 'two workers reserve one tree',
    scenario: 'single frames are taken and freed',
    file: 'code/tree-choice.ts',
    find: 'isZero(swap(word(at.trees, tree!.get), before, constant(TREE_RESERVED))),',
    replace: 'less(swap(word(at.trees, tree!.get), before, constant(TREE_RESERVED)), constant(0)),',
  },
  {
    name: 'words of a batch are taken although they changed meanwhile',
    scenario: 'batches',
    file: 'code/batches.ts',
    find: "...jumpIf('again', isZero(swap(wordAt.get, value, or(value.get, taken.get)))),",
    replace: "...jumpIf('again', less(swap(wordAt.get, value, or(value.get, taken.get)), constant(0))),",
  },
  {
    name: 'a batch takes a right that another worker took',
    scenario: 'batches',
    file: 'code/batches.ts',
    find: "...jumpIf('child', isZero(swap(address.get, entry, subtract(entry.get, wanted.get)))),",
    replace:
      "...jumpIf('child', less(swap(address.get, entry, subtract(entry.get, wanted.get)), constant(0))),",
  },
  {
    name: 'a batch of neighbours raises no hint',
    scenario: 'the halves of a block are freed in two batches',
    file: 'code/single-frames.ts',
    find: 'less(field(next.get), least.get),',
    replace: 'constant(0),',
  },
  {
    name: 'both of two frees of a run are done',
    scenario: 'one run is freed twice',
    file: 'children.ts',
    find: 'if (word === last && before !== mask) return false;',
    replace: '',
  },
  {
    name: 'both of two frees of a child are done',
    scenario: 'a child used as a whole is freed twice',
    file: 'code/whole-children.ts',
    find: '        unsure,\n      ),\n      ...count(COUNTER.frees),',
    replace: '        [],\n      ),\n      ...count(COUNTER.frees),',
  },
  {
    name: 'a block is taken although its word changed meanwhile',
    scenario:
      'a block becomes free and a frame is taken while a search for a block lowers the hint of the child',
    file: 'code/blocks.ts',
    find: "jumpIf('taken', swap(wordAt.get, value, or(value.get, shiftLeft(mask.get, starts.get)))),",
    replace:
      "jumpIf('taken', or(swap(wordAt.get, value, or(value.get, shiftLeft(mask.get, starts.get))), constant(1))),",
  },
];

const sources = fileURLToPath(new URL('../src', import.meta.url));
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tree-schedules-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function load({ file, find, replace }: Mutation, copy: string): Promise<Sources> {
  const target = join(folder, copy);
  cpSync(sources, target, { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  const source = readFileSync(join(target, file), 'utf8');
  expect(source.split(find), `"${find}" occurs once in ${file}`).toHaveLength(2);
  writeFileSync(
    join(target, file),
    source.replace(find, () => replace),
  );
  const modules = await Promise.all(
    ['tree-allocator.ts', 'layout.ts', 'code/instance.ts'].map(
      (name): Promise<object> => import(/* @vite-ignore */ pathToFileURL(join(target, name)).href),
    ),
  );
  return Object.assign({}, ...modules) as Sources;
}

test.each(MUTATIONS)('$name', async (mutation) => {
  const parts = await load(mutation, String(MUTATIONS.indexOf(mutation)));
  const scenario = SCENARIOS.find(({ name }) => name === mutation.scenario)!;
  expect(() => runScenario(parts, scenario)).toThrow(/"turns"/);
});
