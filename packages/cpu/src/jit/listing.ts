import { disassemble } from '@armature/isa';
import type { ProfiledRegion, RegionCache } from './region-cache.ts';
import { SHARED_EXITS } from './region-emitter.ts';

/** A guest instruction of a region, and where the code for it begins. */
export interface ListedInstruction {
  /** Virtual address. */
  readonly address: bigint;
  readonly word: number;
  /** As GNU objdump writes it. */
  readonly text: string;
  /** Offset in the module of the first byte of its code, which ends where the next one's begins. */
  readonly offset: number;
}

/** A region and what it was compiled to. */
export interface RegionListing {
  /** A WebAssembly module of this region alone: one function after the imports. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** Names of the imported functions, by index. */
  readonly imports: readonly string[];
  /** What the function's locals hold, by index: the parameter `count`, registers, parts of the flags. */
  readonly locals: ReadonlyMap<number, string>;
  /** Guest instructions in the order of their code. What comes before them loads registers. */
  readonly instructions: readonly ListedInstruction[];
  /** Offset in the module of what follows the last instruction: exits that all share. */
  readonly exits: number;
}

/** Compiles a region of a profile again, as it is without counters. */
export function listRegion(cache: RegionCache, profiled: ProfiledRegion): RegionListing {
  const { module, code, localNames } = cache.recompile(profiled);
  const { address, region, words } = profiled;
  // The function's code is the end of the module.
  const start = module.length - code.length;
  const exits = code.marks.find(({ id }) => id === SHARED_EXITS)!;
  const marks = code.marks.filter((mark) => mark !== exits);
  const instructions = marks.map(({ at, id }) => {
    const where = BigInt.asUintN(64, address + 4n * BigInt(id - region.entry));
    const word = words.get(id)!;
    return { address: where, word, text: disassemble(word, where), offset: start + at };
  });
  return {
    module,
    imports: cache.importNames,
    locals: localNames(),
    instructions,
    exits: start + exits.at,
  };
}
