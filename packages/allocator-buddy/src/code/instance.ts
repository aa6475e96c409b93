/** The functions on an allocator's memory, as WebAssembly: V8 runs it without a check of each access. */
import { atLeastPages, ModuleBuilder, ModuleCache } from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';
import { bitmapsOf } from './bitmaps.ts';
import { blocksOf } from './blocks.ts';
import { ringsOf } from './rings.ts';
import { scopeOf } from './scope.ts';
import { defineCachedSingles, defineSingles } from './singles.ts';

/** Frames are absolute, indices are not. */
export interface Operations {
  /** Takes one frame, from the magazine when there is one: the frame, or -1. */
  takeOne(): number;
  /** Gives back one frame: 0, or -1 when nothing was done, because it is no single frame in use. */
  giveOne(frame: number): number;
  /** Takes a block off the lists, splitting a larger one when needed: its index, or -1. */
  take(order: number): number;
  /** Puts frames that are on no list back as a block, joined with its free buddies. */
  give(index: number, order: number): void;
  /** Gives back a block that is not for a magazine: 0, or -1 when nothing was done, because it is no such block in use. */
  giveBlock(frame: number, order: number): number;
  /** Adds a free block to its list. */
  push(index: number, order: number): void;
  /** Removes a free block from its list. */
  remove(index: number, order: number): void;
  /** The index of the block to hand out next; there must be one. */
  first(order: number): number;
  /** Puts a single frame in use back, into the magazine when there is one. */
  release(index: number): void;
  /** Puts so many of the oldest frames of the magazine back on the lists. */
  empty(frames: number): void;
}

const PAGE = 65_536;
const modules = new ModuleCache();

function bytesFor(layout: Layout): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  const scope = scopeOf(builder, layout);
  const blocks = blocksOf(scope, layout.placement === 'address' ? bitmapsOf : ringsOf);
  if (layout.capacity > 0) defineCachedSingles(scope, blocks);
  else defineSingles(scope, blocks);
  return builder.bytes();
}

/** Memory for an allocator, and the functions on it. */
export function instantiate(layout: Layout): {
  readonly memory: ArrayBuffer;
  readonly operations: Operations;
} {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.length / PAGE) });
  const { base, count, placement, cpus, capacity } = layout;
  const operations = modules.instantiate<Operations>(
    [base, count, placement, cpus, capacity].join(),
    () => bytesFor(layout),
    { memory },
  );
  return { memory: memory.buffer, operations };
}
