import { CODE_PAGE } from '@armature/core';
import type { Feature } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import { ModuleWriter } from '../wasm/module.ts';
import {
  REGION_IMPORTS,
  REGION_SIGNATURE,
  type RegionFunctions,
  type RegionImportName,
} from './calling-convention.ts';
import { STORE_FLAGS_PARAMETERS } from './flags.ts';
import { InstructionDecoder } from './instruction.ts';
import { addCounters, RegionProfile } from './profile.ts';
import { findRegion, type PageOfCode, type Region } from './region.ts';
import { type CompiledRegion, compileRegion, type RegionTarget } from './region-compiler.ts';

const PAGE_WORDS = CODE_PAGE.recordCount;

/** What all code of a machine is compiled for. */
export interface BatchTarget {
  /** Offset of the state block. */
  readonly state: number;
  /** From a record's address, divided by 4, to that of its heat. */
  readonly heatBias: number;
  readonly features: ReadonlySet<Feature>;
  /** The machine's memory is one that threads share. */
  readonly sharedMemory: boolean;
  /** The most instructions of a region. */
  readonly most: number;
}

/** Flags of a word: an instruction that has been executed before; and one where a region begins. */
export const WORD_FLAG = { warm: 1, entry: 2 } as const;

/** Pages of code, as they were, and places in them to compile together. Plain data: another thread can do it. */
export interface Batch {
  /** Addresses of the pages' records. */
  readonly pages: Int32Array;
  /** The words of all pages, and of each of them flags. */
  readonly words: Int32Array;
  readonly flags: Uint8Array;
  /** Of each place the number of its word. */
  readonly places: Int32Array;
  /** Place in the table of the first region; the others follow. */
  readonly firstSlot: number;
  /** How to access the system registers of these instruction words: see `inlineAccess`. */
  readonly systemAccesses: ReadonlyMap<number, Fields>;
}

/** A region of a batch, as far as those who install it have to know it. */
export interface BatchRegion {
  /** Its number among the places. */
  readonly place: number;
  /** A bit for each word of the page. */
  readonly words: Uint32Array;
  readonly instructions: number;
  /** Of WebAssembly. */
  readonly bytes: number;
  /** Milliseconds. */
  readonly time: number;
}

/** A region with all there is to know. */
export interface FoundRegion extends BatchRegion {
  /** Address of its page's records. */
  readonly records: number;
  readonly region: Region;
  readonly compiled: CompiledRegion;
}

export interface CompiledBatch {
  /** The regions in the order of the table; a place without any has nothing to compile. */
  readonly regions: readonly FoundRegion[];
  /** A module that puts them there; none where there is nothing to compile. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds, without what a profile takes. */
  readonly time: number;
}

const SIGNATURES: Readonly<Record<RegionImportName, readonly [params: string, results: number]>> = {
  slowRead: ['i64 i32 i32', 1],
  slowWrite: ['i64 i64 i32 i32', 1],
  slowReadBlock: ['i64 i32 i32', 1],
  slowWriteBlock: ['i64 i32 i32', 1],
  alignmentFault: ['i32 i32 i32', 1],
  stackFault: ['', 1],
  floatingPointTrap: ['', 1],
  softFloat: ['i32', 0],
  storeFlags: [STORE_FLAGS_PARAMETERS.join(' '), 0],
  pointerAuthentication: ['i32', 1],
};

/**
 * From instruction words to a module of WebAssembly. What comes out follows from the batch and the target and from
 * nothing else.
 */
export class BatchCompiler {
  private readonly target: BatchTarget;
  private readonly decoder: InstructionDecoder;
  private readonly regionTarget: RegionTarget;
  private systemAccesses: ReadonlyMap<number, Fields> = new Map();

  constructor(target: BatchTarget) {
    this.target = target;
    this.decoder = new InstructionDecoder(target.features, (word) => this.systemAccesses.get(word));
    this.regionTarget = {
      functions: regionFunctions(target.features),
      state: target.state,
      heatBias: target.heatBias,
    };
  }

  /** @param profiled has the regions count what they do */
  compile(batch: Batch, profiled = false): CompiledBatch {
    const started = performance.now();
    const { places, pages } = batch;
    this.systemAccesses = batch.systemAccesses;
    const regions: FoundRegion[] = [];
    for (const [place, at] of places.entries()) {
      const began = performance.now();
      const page = Math.floor(at / PAGE_WORDS);
      const records = pages[page];
      const region = findRegion(pageOfCode(batch, page), at % PAGE_WORDS, this.decoder, this.target.most);
      if (region === undefined) continue;
      const compiled = compileRegion(region, records, this.regionTarget);
      const { words, count } = wordsOf(region);
      const time = performance.now() - began;
      regions.push({
        place,
        words,
        instructions: count,
        bytes: compiled.code.length,
        time,
        records,
        region,
        compiled,
      });
    }
    const counted = performance.now();
    const profiles = profiled
      ? regions.map((_, place) => new RegionProfile(place, REGION_IMPORTS.length))
      : undefined;
    const code = profiles ? this.withCounters(regions, profiles) : regions.map((one) => one.compiled);
    const countingTime = performance.now() - counted;
    const bytes = this.writeModule(code, batch.firstSlot, profiles);
    return { regions, bytes, time: performance.now() - started - countingTime };
  }

  /** A region as it is compiled without counters: a module of itself, with marks. */
  recompile(region: Region, records: number): CompiledRegion & { module: Uint8Array<ArrayBuffer> } {
    const compiled = compileRegion(region, records, { ...this.regionTarget, marks: true });
    return { ...compiled, module: this.writeModule([compiled], 0) };
  }

  private withCounters(
    regions: readonly FoundRegion[],
    profiles: readonly RegionProfile[],
  ): CompiledRegion[] {
    const { functions } = this.regionTarget;
    return regions.map(({ region, records }, index) => {
      const profile = profiles[index];
      return compileRegion(region, records, {
        ...this.regionTarget,
        functions: profile.functions(functions),
        profile,
      });
    });
  }

  private writeModule(
    regions: readonly CompiledRegion[],
    firstSlot: number,
    profiles?: readonly RegionProfile[],
  ): Uint8Array<ArrayBuffer> {
    const writer = new ModuleWriter({ initial: 1, maximum: 65536, shared: this.target.sharedMemory });
    writer.signatureIndex(REGION_SIGNATURE.params, REGION_SIGNATURE.results);
    writer.importTable('regions');
    for (const name of REGION_IMPORTS) {
      const [params, results] = SIGNATURES[name];
      const types = params === '' ? [] : (params.split(' ') as ('i32' | 'i64')[]);
      writer.importFunction(name, types, results === 1 ? ['i32'] : []);
    }
    if (profiles !== undefined) addCounters(writer, this.regionTarget.functions, profiles);
    const indices = regions.map(({ locals, code }) =>
      writer.addFunction(REGION_SIGNATURE.params, REGION_SIGNATURE.results, locals, code),
    );
    writer.addElements(0, firstSlot, indices);
    return writer.finish();
  }
}

function regionFunctions(features: ReadonlySet<Feature>): RegionFunctions {
  const indices = Object.fromEntries(REGION_IMPORTS.map((name, index) => [name, index]));
  return {
    ...(indices as Record<RegionImportName, number>),
    signature: 0,
    table: 0,
    guardsBranches: features.has('FEAT_BTI'),
  };
}

function pageOfCode({ words, flags }: Batch, page: number): PageOfCode {
  const first = page * PAGE_WORDS;
  return {
    word: (index) => words[first + index],
    isWarm: (index) => (flags[first + index] & WORD_FLAG.warm) !== 0,
    isEntry: (index) => (flags[first + index] & WORD_FLAG.entry) !== 0,
  };
}

/** The words that a region contains, as bits, and how many they are. */
function wordsOf({ blocks }: Region): { words: Uint32Array; count: number } {
  const words = new Uint32Array(32);
  let count = 0;
  for (const { first, instructions } of blocks.values()) {
    for (let index = first; index < first + instructions.length; index++) {
      words[index >>> 5] |= 1 << (index & 31);
      count++;
    }
  }
  return { words, count };
}
