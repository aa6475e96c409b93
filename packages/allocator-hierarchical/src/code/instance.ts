/** The functions on an allocator's memory, as WebAssembly. */
import { atLeastPages, ModuleBuilder, ModuleCache } from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';
import { defineBlocks } from './blocks.ts';
import { defineFrames } from './frames.ts';
import { defineLevels } from './levels.ts';
import { defineMarks } from './marks.ts';
import { defineRanges } from './ranges.ts';
import { defineRuns } from './runs.ts';
import { scopeOf } from './scope.ts';
import { defineSets } from './sets.ts';

/** Few, because each takes memory of each allocator. Frames are absolute, indices and numbers of huge frames are not. */
export interface Operations {
  /** Takes one frame: it, or -1. */
  take(): number;
  /**
   * Gives back one frame of a huge frame that holds single frames only: 0, or -1 when nothing was done, because it is
   * free, not managed, or in a huge frame with a tag.
   */
  free(frame: number): number;
  /** Takes a free block of 2^order frames, order 1 to 8: its first frame, or -1. */
  takeBlock(order: number): number;
  /** Gives back exactly this block, order 1 to 8: 0, or -1 when nothing was done because it was not handed out. */
  freeBlock(frame: number, order: number): number;
  /** The index of a free block of 2^order frames, order 1 to 8, or -1. */
  findBlock(order: number): number;
  /** Takes free frames of any number, which are a run if `marked` is not 0. */
  takeFrames(index: number, count: number, marked: 0 | 1): void;
  /**
   * Gives back exactly this run: 0, or -1 when nothing was done because it was not handed out. A single frame must not be
   * reserved.
   */
  freeRun(index: number, count: number): number;
  /** Gives back all frames to an allocator that has none. */
  freeAll(): void;
  /** Does what is left of `free` for the index of a frame of which the bit is set. */
  countMarked(index: number): void;
  /** Adds to the count of a huge frame, or takes off, and moves it between the sets. */
  changeCount(huge: number, frames: number): void;
  setBest(huge: number, order: number): void;
}

/** Bytes that memory grows by, at least. */
export const PAGE = 65_536;
const modules = new ModuleCache();

function bytesFor(layout: Layout): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  const scope = scopeOf(builder, layout);
  const sets = defineSets(scope);
  const levels = defineLevels(scope, sets);
  const ranges = defineRanges(scope, levels);
  const marks = defineMarks(scope);
  const runs = defineRuns(scope, marks, ranges);
  defineFrames(scope, sets, levels);
  defineBlocks(scope, sets, levels, ranges, runs, marks);
  return builder.bytes();
}

/** Memory for the tables of an allocator. */
export function memoryFor(layout: Layout): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: Math.ceil((layout.marks * 4) / PAGE) });
}

/** The functions on a memory; they call `grow` when there is no room for all words that were made. */
export function instantiate(layout: Layout, memory: WebAssembly.Memory, grow: () => void): Operations {
  const key = `${layout.origin} ${layout.first} ${layout.end}`;
  return modules.instantiate<Operations>(key, () => bytesFor(layout), { memory, grow });
}
