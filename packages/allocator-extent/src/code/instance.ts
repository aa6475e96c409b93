/** The functions on an allocator's memory, as WebAssembly: V8 runs it without a check of each access. */
import { atLeastPages, ModuleBuilder, ModuleCache } from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';
import { defineGiving } from './giving.ts';
import { scopeOf } from './scope.ts';
import { defineTaking } from './taking.ts';

/** Frames are absolute, indices are not. */
export interface Operations {
  /** Takes one frame of the shortest run: the frame, or -1. */
  takeOne(): number;
  /** Takes frames at an alignment of 2^order, at most so many, of a run that has an aligned block: the first, or -1. */
  takeAligned(order: number, count: number): number;
  /** Takes a run of a class that has only runs of at least the length, the first of the shortest: the frame, or -1. */
  takeRun(count: number): number;
  /** Takes single frames, at most so many, of the shortest run: the first, or -1; how many is `STATE.given`. */
  takeSome(most: number): number;
  /** Makes frames of the free run that begins at `start` a run of their own. `marked`: the `mark` of its state. */
  takeFrom(start: number, index: number, count: number, marked: number): void;
  /** Gives back one frame: 0, or -1 when nothing was done, because it is no single frame in use. */
  giveOne(frame: number): number;
  /** Gives back a block: 0, or -1 when nothing was done, because it is no aligned run in use of that length. */
  giveBlock(frame: number, order: number): number;
  /** Gives back a run: 0, or -1 when nothing was done, because it is no run in use of that length. */
  giveRun(frame: number, count: number): number;
  /** Gives back a single frame in use. */
  release(index: number): void;
  /** Puts a free run, which has its tags, into its list. */
  insert(index: number, length: number): void;
}

const PAGE = 65_536;
const modules = new ModuleCache();

function bytesFor(layout: Layout): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  const scope = scopeOf(builder, layout);
  defineTaking(scope);
  defineGiving(scope);
  return builder.bytes();
}

/** Memory for an allocator, and the functions on it. */
export function instantiate(layout: Layout): {
  readonly memory: ArrayBuffer;
  readonly operations: Operations;
} {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.length / PAGE) });
  const operations = modules.instantiate<Operations>(
    `${layout.base},${layout.count}`,
    () => bytesFor(layout),
    { memory },
  );
  return { memory: memory.buffer, operations };
}
