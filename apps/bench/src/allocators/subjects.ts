/** What is measured: our allocators with their variants, and baselines. */
import type { FrameRange, MeasuredAllocator } from './measured-allocator.ts';

/** Makes an allocator. */
export type Create = (range: FrameRange) => MeasuredAllocator;

/** Packages of allocators as modules. */
const packages = {
  bitmap: () => import('@armature/allocator-bitmap'),
  buddy: () => import('@armature/allocator-buddy'),
  extent: () => import('@armature/allocator-extent'),
  hierarchical: () => import('@armature/allocator-hierarchical'),
  tree: () => import('@armature/allocator-tree'),
};

/** Options of buddies. */
type BuddyOptions = Parameters<Awaited<ReturnType<typeof packages.buddy>>['buddyAllocator']>[0];

async function loadBuddy(options: BuddyOptions = {}): Promise<Create> {
  const { buddyAllocator } = await packages.buddy();
  return (range) => buddyAllocator(options).create(range);
}

async function loadTree(workers: number): Promise<Create> {
  const { treeAllocator } = await packages.tree();
  return (range) => treeAllocator({ workers }).create(range);
}

export interface Subject {
  readonly name: string;
  readonly description: string;
  /** An allocator of this repository, or something to compare with. */
  readonly kind: 'allocator' | 'baseline';
  /** A program in C with the same algorithm: its source and definitions. */
  readonly inC?: readonly [source: string, ...definitions: string[]];
  /** Differs from another allocator in single frames alone. */
  readonly singleFrames?: true;
  /** Beside another one: fewer cells tell how it differs. */
  readonly variant?: true;
  /** Places blocks as another does, or not at all: how it breaks memory up is no question of its own. */
  readonly speedOnly?: true;
  /** Imports what it is made of: a process that measures one has the code of no other. */
  load(): Promise<Create>;
}

export const SUBJECTS: readonly Subject[] = [
  {
    name: 'bitmap',
    description: 'first fit over a bitmap, a word at a time',
    kind: 'allocator',
    load: async () => {
      const { bitmapAllocator } = await packages.bitmap();
      return (range) => bitmapAllocator().create(range);
    },
  },
  {
    name: 'hierarchical',
    description: 'bitmaps in levels, fullest huge frame first',
    kind: 'allocator',
    inC: ['hierarchical.c'],
    load: async () => {
      const { hierarchicalAllocator } = await packages.hierarchical();
      return (range) => hierarchicalAllocator().create(range);
    },
  },
  {
    name: 'buddy',
    description: 'binary buddies, last freed first',
    kind: 'allocator',
    inC: ['buddy.c'],
    load: () => loadBuddy(),
  },
  {
    name: 'buddy-magazine',
    description: 'the same with a magazine of single frames',
    kind: 'allocator',
    inC: ['buddy.c', '-DMAGAZINE'],
    singleFrames: true,
    load: () => loadBuddy({ magazines: {} }),
  },
  {
    name: 'buddy-ordered',
    description: 'binary buddies, lowest address first',
    kind: 'allocator',
    inC: ['buddy.c', '-DORDERED'],
    variant: true,
    load: () => loadBuddy({ placement: 'address' }),
  },
  {
    name: 'tree',
    description: 'two levels, after LLFree; for one worker',
    kind: 'allocator',
    inC: ['tree.c'],
    load: () => loadTree(1),
  },
  {
    name: 'tree-shared',
    description: 'the same on shared memory, lock-free, with one worker at work',
    kind: 'allocator',
    inC: ['tree.c', '-DMADE_FOR=2'],
    speedOnly: true,
    variant: true,
    load: () => loadTree(2),
  },
  {
    name: 'extent',
    description: 'runs in segregated lists with boundary tags',
    kind: 'allocator',
    inC: ['extent.c'],
    load: async () => {
      const { extentAllocator } = await packages.extent();
      return (range) => extentAllocator().create(range);
    },
  },
  {
    name: 'naive',
    description: 'first fit, bit by bit from the first: the bitmap of a kernel in a course',
    kind: 'baseline',
    speedOnly: true,
    load: async () => {
      const { NaiveBitmap } = await import('./naive-bitmap.ts');
      return (range) => new NaiveBitmap(range);
    },
  },
  {
    name: 'naive-words',
    description: 'the same, passing full words whole: the bitmap of the phase 3 kernel',
    kind: 'baseline',
    variant: true,
    speedOnly: true,
    load: async () => {
      const { NaiveBitmap } = await import('./naive-bitmap.ts');
      return (range) => new NaiveBitmap(range, { passesFullWords: true });
    },
  },
  {
    name: 'null',
    description: 'no allocator: what the measurement itself takes',
    kind: 'baseline',
    inC: ['null.c'],
    variant: true,
    speedOnly: true,
    load: async () => {
      const { NullAllocator } = await import('./null-allocator.ts');
      return (range) => new NullAllocator(range);
    },
  },
];

/** @throws Error when there is none of that name */
export function subjectOf(name: string): Subject {
  const subject = SUBJECTS.find((candidate) => candidate.name === name);
  if (subject !== undefined) return subject;
  throw new Error(`no allocator '${name}'; there are ${SUBJECTS.map((each) => each.name).join(', ')}`);
}
