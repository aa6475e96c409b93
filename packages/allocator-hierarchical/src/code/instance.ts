/** The functions on an allocator's memory, as WebAssembly. */
import { atLeastPages, ModuleBuilder } from '@armature/wasm-assembler';
import type { Layout } from '../layout.ts';
import { defineFrames } from './frames.ts';
import { defineLevels } from './levels.ts';
import { scopeOf } from './scope.ts';
import { defineSets } from './sets.ts';

/** Frames are absolute, indices and numbers of huge frames are not. */
export interface Operations {
  /** Takes one frame: it, or -1. */
  take(): number;
  /**
   * Gives back one frame of a huge frame that holds single frames only: 0, or -1 when nothing was done, because it is
   * free, not managed, or in a huge frame with a tag.
   */
  free(frame: number): number;
  /** Takes the highest free huge frame, all of it; only its bits stay as they are: its first frame, or -1. */
  takeHuge(): number;
  /** Gives back what `takeHuge` took: 0, or -1 when nothing was done because it is no such frame. */
  freeHuge(frame: number): number;
  /** Does what is left of `free` for the index of a frame of which the bit is set. */
  countMarked(index: number): void;
  /** The huge frame that gives single frames from now on, or -1. */
  chooseCurrent(): number;
  /** Adds to the count of a huge frame, or takes off, and moves it between the sets. Returns the new count. */
  changeCount(huge: number, frames: number): number;
  setBest(huge: number, order: number): void;
  /** The exact order of the largest free block of a huge frame. */
  largestOrder(huge: number): number;
  /** Raises the best order to the order of the largest free block around an index that is higher. */
  raise(huge: number, index: number): void;
  /** Lets the best order of a huge frame be too high; the one that has been so for longest is made exact. */
  markStale(huge: number): void;
  /** The smallest and the largest member of a set, or -1. */
  lowest(set: number): number;
  highest(set: number): number;
}

const PAGE = 65_536;
/** Modules that were made last, by what they were made for. */
const modules = new Map<string, WebAssembly.Module>();
const MOST_MODULES = 16;

function moduleFor(layout: Layout): WebAssembly.Module {
  const key = `${layout.origin} ${layout.first} ${layout.end}`;
  const module = modules.get(key) ?? new WebAssembly.Module(bytesFor(layout));
  modules.delete(key);
  modules.set(key, module);
  for (const oldest of modules.keys()) {
    if (modules.size <= MOST_MODULES) break;
    modules.delete(oldest);
  }
  return module;
}

function bytesFor(layout: Layout): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  const scope = scopeOf(builder, layout);
  const sets = defineSets(scope);
  defineFrames(scope, sets, defineLevels(scope, sets));
  return builder.bytes();
}

/** Memory for an allocator, and the functions on it. */
export function instantiate(layout: Layout): { readonly words: Int32Array; readonly operations: Operations } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((layout.length * 4) / PAGE) });
  const { exports } = new WebAssembly.Instance(moduleFor(layout), { host: { memory } });
  const words = new Int32Array(memory.buffer, 0, layout.length);
  // Functions of a plain object are called faster than those of a module's exports.
  return { words, operations: { ...exports } as unknown as Operations };
}
