import { CODE_PAGE, CPU_STATE, type PhysicalMemory, type SystemRegisters } from '@armature/core';
import type { Feature } from '@armature/isa';
import type { CodeObserver, CodePages } from '../interpreter/code-pages.ts';
import { HANDLER_OFFSET } from '../interpreter/record.ts';
import { ModuleWriter } from '../wasm/module.ts';
import {
  REGION_IMPORTS,
  REGION_SIGNATURE,
  type RegionFunctions,
  type RegionImportName,
} from './calling-convention.ts';
import type { ChangeCause, RegionEvent } from './events.ts';
import { STORE_FLAGS_PARAMETERS } from './flags.ts';
import { InstructionDecoder } from './instruction.ts';
import { addCounters, type RegionCounts, RegionProfile, readCounters } from './profile.ts';
import { findRegion, MOST_INSTRUCTIONS, type PageOfCode, type Region } from './region.ts';
import { type CompiledRegion, compileRegion, type RegionTarget } from './region-compiler.ts';

export interface JitOptions {
  /** Branches to a place that are interpreted before it is compiled. Default 10,000. */
  readonly threshold?: number;
  /** Bytes of host memory that compiled code may take, about. Default 128 MiB. */
  readonly cacheSize?: number;
  /**
   * Places that wait for each other to be compiled together. Default 64: regions of one module are near each other
   * in the host's memory, and going from one to another takes a tenth of the time.
   */
  readonly batch?: number;
  /**
   * For tests: compiles each instruction alone before it first runs, and the interpreter has only those that can't be
   * compiled. Slow. Default false.
   */
  readonly eager?: boolean;
  /** Has regions count what they do, for `jitReport`; they are slower then. Default false. */
  readonly profile?: boolean;
}

export const JIT_DEFAULTS = { threshold: 10_000, cacheSize: 128 * 2 ** 20, batch: 64 } as const;

/** Regions that the table has room for. */
export const REGION_TABLE_SIZE = 1 << 16;
/** Heat of a place that can't be compiled. */
const NOT_AGAIN = 0x4000_0000;
/** Branches to a place that waits after which no others are waited for. */
const URGENT = 5000;
/** Milliseconds that a place waits for others. */
const LONGEST_WAIT = 50;
/** Host memory for a region: beside its bytes, and for each of them. Measured with V8 14.6. */
const REGION_OVERHEAD = 3000;
const HOST_BYTES_PER_BYTE = 6;

/** Functions of the interpreter's module that regions call, by name. */
export type RegionImports = Readonly<Record<RegionImportName, WebAssembly.ExportValue>>;
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

/** A region that is in place. */
interface InstalledRegion {
  readonly hostPage: number;
  /** Its entry's record. */
  readonly record: number;
  readonly slot: number;
  /** Virtual address of its entry when it was compiled. */
  readonly address: bigint;
  readonly instructions: number;
  /** A bit for each word of the page. */
  readonly words: Uint32Array;
  /** What it takes of the cache, bytes. */
  readonly cost: number;
}

/** A region of a profile, whether it is still in place or not. */
export interface ProfiledRegion {
  /** Virtual address of its entry when it was compiled. */
  readonly address: bigint;
  readonly region: Region;
  /** Address of the page's records. */
  readonly records: number;
  /** Instruction words by their numbers in the page. */
  readonly words: ReadonlyMap<number, number>;
  /** Of WebAssembly, without the counters. */
  readonly bytes: number;
  readonly counts: () => RegionCounts;
}

/** A place that is being compiled. */
interface FoundRegion {
  readonly record: number;
  readonly address: bigint;
  readonly page: Page;
  readonly region: Region;
  readonly compiled: CompiledRegion;
  readonly time: number;
}

type Page = PageOfCode & { readonly hostPage: number; readonly records: number; readonly index: number };

/** What the compiler did, for reports. */
export interface JitStatistics {
  /** Regions compiled, and instructions and bytes of WebAssembly in them. */
  regions: number;
  instructions: number;
  bytes: number;
  modules: number;
  /** Milliseconds spent in the compiler and in the host's. */
  emitTime: number;
  hostTime: number;
  /** Regions dropped because their code changed, and times that everything was dropped to make room. */
  invalidated: number;
  evictions: number;
}

/**
 * Compiles what is hot and keeps what was compiled, in step with the code it came from.
 *
 * Invariants: a record's heat is negative exactly while a region that begins there is in the table; `covered` is not
 * zero where a region contains the word, so that every store to it comes here first; what is compiled follows from the
 * words of one page of machine memory and from nothing else.
 */
export class RegionCache implements CodeObserver {
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: REGION_TABLE_SIZE });
  readonly statistics: JitStatistics = {
    regions: 0,
    instructions: 0,
    bytes: 0,
    modules: 0,
    emitTime: 0,
    hostTime: 0,
    invalidated: 0,
    evictions: 0,
  };
  /** Told when a region that may be running is dropped. */
  onDropped: () => void = () => {};
  /** Told what the compiler does. */
  observer: (event: RegionEvent) => void = () => {};
  /** All regions there ever were, where a profile is asked for. */
  readonly profiled: ProfiledRegion[] | undefined;
  private readonly options: RegionCacheOptions;
  private readonly decoder: InstructionDecoder;
  private readonly words: Int32Array;
  private readonly handlers: Uint16Array;
  private readonly bytes: Uint8Array;
  private readonly threshold: number;
  private readonly cacheSize: number;
  private readonly batch: number;
  readonly isEager: boolean;
  private imports: RegionImports | undefined;
  private queue: { readonly record: number; readonly address: bigint }[] = [];
  private waitingSince = 0;
  private readonly pages = new Map<number, Set<InstalledRegion>>();
  /** How often code of a page changed under its regions: such a page must be hotter. */
  private readonly changes = new Map<number, number>();
  private readonly freeSlots: number[] = [];
  private nextSlot = 0;
  private used = 0;

  constructor(options: RegionCacheOptions) {
    const { buffer } = options.memory.memory;
    this.options = options;
    this.isEager = options.eager === true;
    // Code that changes again and again must not become too cold for it.
    this.threshold = this.isEager ? 0 : (options.threshold ?? JIT_DEFAULTS.threshold);
    this.batch = options.batch ?? JIT_DEFAULTS.batch;
    this.cacheSize = options.cacheSize ?? JIT_DEFAULTS.cacheSize;
    this.profiled = options.profile === true ? [] : undefined;
    this.decoder = new InstructionDecoder(options.features, options.registers);
    this.words = new Int32Array(buffer);
    this.handlers = new Uint16Array(buffer);
    this.bytes = new Uint8Array(buffer);
    options.codePages.threshold = this.threshold;
    options.codePages.observer = this;
  }

  /** Functions of the interpreter's instance; must be given before anything becomes hot. */
  connect(imports: RegionImports): void {
    this.imports = imports;
  }

  /** A branch's target has been interpreted often enough. */
  hot(record: number): void {
    const { queue } = this;
    const isUrgent = queue.some((waiting) => waiting.record === record);
    this.setHeat(record, URGENT);
    if (!isUrgent) queue.push({ record, address: this.addressOf(record) });
    if (queue.length === 1) this.waitingSince = performance.now();
    if (isUrgent || queue.length >= this.batch) this.flush();
  }

  /** Compiles what has waited long enough. */
  flushLate(): void {
    if (this.queue.length > 0 && performance.now() - this.waitingSince > LONGEST_WAIT) this.flush();
  }

  /** Compiles the instruction of a record alone, unless it is; false when it can't be. */
  compileAlone(record: number): boolean {
    const heat = this.words[this.options.codePages.heatOf(record) >>> 2];
    if (heat < 0) return true;
    if (heat === NOT_AGAIN) return false;
    this.hot(record);
    this.flush();
    return this.words[this.options.codePages.heatOf(record) >>> 2] < 0;
  }

  /** Compiles what waits. */
  flush(): void {
    const { queue } = this;
    if (queue.length === 0) return;
    this.queue = [];
    const started = performance.now();
    const found: FoundRegion[] = [];
    const target = this.target();
    for (const { record, address } of queue) {
      const began = performance.now();
      const page = this.pageOf(record);
      const most = this.isEager ? 1 : MOST_INSTRUCTIONS;
      const region = findRegion(page, page.index, this.decoder, most);
      this.setHeat(record, NOT_AGAIN);
      if (region === undefined) continue;
      const compiled = compileRegion(region, page.records, target);
      found.push({ record, address, page, region, compiled, time: performance.now() - began });
    }
    if (found.length === 0) return;
    const first = this.takeSlots(found.length);
    const profiles =
      this.profiled && found.map((_, place) => new RegionProfile(place, REGION_IMPORTS.length));
    const counted = performance.now();
    const compiled = compiledOf(found, target, profiles);
    // A profile is no part of what compiling takes.
    const countingTime = performance.now() - counted;
    const bytes = this.writeModule(compiled, first, profiles);
    const emitted = performance.now();
    const { memory } = this.options.memory;
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory, regions: this.table, ...this.imports },
    });
    const emitTime = emitted - started - countingTime;
    const hostTime = performance.now() - emitted;
    this.statistics.emitTime += emitTime;
    this.statistics.hostTime += hostTime;
    this.statistics.modules++;
    for (const [index, each] of found.entries()) {
      this.install(each, first + index);
      this.profiled?.push(profiledRegion(each, () => readCounters(exports, index)));
    }
    this.observer({ kind: 'batch', regions: found.length, bytes: bytes.length, emitTime, hostTime });
    if (this.used > this.cacheSize) this.evict();
  }

  /** Whether regions contain any of the bytes of a host page. */
  covers(hostOffset: number, size: number): boolean {
    const regions = this.pages.get(hostOffset >>> 12);
    if (regions === undefined) return false;
    const from = (hostOffset & 0xfff) >>> 2;
    const to = ((hostOffset & 0xfff) + size + 3) >>> 2;
    for (const { words } of regions) if (containsAny(words, from, to)) return true;
    return false;
  }

  /** Words of a page change: regions that contain one of them are dropped. Returns whether there were any. */
  changed(hostPage: number, from: number, to: number, cause: ChangeCause): boolean {
    this.reconsider(hostPage, from, to);
    const regions = this.pages.get(hostPage);
    if (regions === undefined) return false;
    let heat = -1;
    let address = 0n;
    for (const region of regions) {
      if (!containsAny(region.words, from, to)) continue;
      heat = this.drop(region, regions, cause);
      address = region.address;
      this.statistics.invalidated++;
    }
    if (heat < 0) return false;
    if (heat > this.threshold) {
      this.observer({ kind: 'hotter', address: address & ~0xfffn, threshold: heat });
    }
    this.changes.set(hostPage, (this.changes.get(hostPage) ?? 0) + 1);
    this.markCovered(hostPage, regions);
    if (regions.size === 0) this.pages.delete(hostPage);
    this.onDropped();
    return true;
  }

  cleared(): void {
    if (this.installed > 0) this.observer({ kind: 'cleared', regions: this.installed });
    this.dropAll();
    this.queue = [];
  }

  /** Makes room: everything is dropped, and what is still hot comes back. */
  private evict(): void {
    this.statistics.evictions++;
    for (const [hostPage, regions] of this.pages) {
      for (const region of regions) this.drop(region, regions, 'evicted');
      this.markCovered(hostPage, regions);
    }
    this.dropAll();
  }

  private dropAll(): void {
    for (const regions of this.pages.values()) {
      for (const region of regions) this.free(region);
    }
    this.pages.clear();
    this.changes.clear();
    this.freeSlots.length = 0;
    this.nextSlot = 0;
    this.onDropped();
  }

  /** Words of a page become others: where the old ones could not be compiled, the new ones may be. */
  private reconsider(hostPage: number, from: number, to: number): void {
    const records = this.options.codePages.find(hostPage);
    if (records === 0) return;
    const heats = this.options.codePages.heatOf(records) >>> 2;
    for (let index = from; index < to; index++) {
      // Branches to it have been counted since.
      if (this.words[heats + index] > NOT_AGAIN / 2) this.words[heats + index] = this.heatWithin(hostPage);
    }
  }

  /** How hot a place must become in a page whose code changes. */
  private heatWithin(hostPage: number): number {
    const changes = this.changes.get(hostPage) ?? 0;
    return Math.min(this.threshold * 2 ** Math.min(changes, 20), NOT_AGAIN);
  }

  /** Returns how hot its entry must become again. */
  private drop(
    region: InstalledRegion,
    regions: Set<InstalledRegion>,
    cause: ChangeCause | 'evicted',
  ): number {
    const heat = this.heatWithin(region.hostPage);
    this.setHeat(region.record, heat);
    this.free(region);
    regions.delete(region);
    const { address, instructions } = region;
    this.observer({ kind: 'invalidated', address, instructions, cause });
    return heat;
  }

  private free(region: InstalledRegion): void {
    this.table.set(region.slot, null);
    this.freeSlots.push(region.slot);
    this.used -= region.cost;
  }

  private install({ record, address, page, region, compiled, time }: FoundRegion, slot: number): void {
    const { hostPage } = page;
    const bytes = compiled.code.length;
    const words = new Uint32Array(CODE_PAGE.recordCount / 32);
    let count = 0;
    for (const { first, instructions } of region.blocks.values()) {
      for (let index = first; index < first + instructions.length; index++) {
        words[index >>> 5] |= 1 << (index & 31);
        count++;
      }
    }
    const cost = REGION_OVERHEAD + HOST_BYTES_PER_BYTE * bytes;
    const installed = { hostPage, record, slot, address, instructions: count, words, cost };
    let regions = this.pages.get(hostPage);
    if (regions === undefined) {
      regions = new Set();
      this.pages.set(hostPage, regions);
    }
    regions.add(installed);
    this.markCovered(hostPage, [installed], false);
    this.setHeat(record, ~slot);
    this.used += cost;
    this.statistics.regions++;
    this.statistics.instructions += count;
    this.statistics.bytes += bytes;
    this.observer({ kind: 'compiled', address, instructions: count, bytes, time });
  }

  /** Marks the words that regions contain; all others of the page are not, where `others` says so. */
  private markCovered(hostPage: number, regions: Iterable<InstalledRegion>, others = true): void {
    const records = this.options.codePages.find(hostPage);
    if (records === 0) return;
    const covered = this.options.codePages.coveredOf(records);
    if (others) this.bytes.fill(0, covered, covered + CODE_PAGE.recordCount);
    for (const { words } of regions) {
      for (let index = 0; index < CODE_PAGE.recordCount; index++) {
        if (words[index >>> 5] & (1 << (index & 31))) this.bytes[covered + index] = 1;
      }
    }
  }

  private setHeat(record: number, heat: number): void {
    this.words[this.options.codePages.heatOf(record) >>> 2] = heat;
  }

  /** Consecutive places in the table. */
  private takeSlots(count: number): number {
    if (count === 1 && this.freeSlots.length > 0) return this.freeSlots.pop()!;
    if (this.nextSlot + count > REGION_TABLE_SIZE) {
      this.evict();
    }
    this.nextSlot += count;
    return this.nextSlot - count;
  }

  /** Regions that are in place. */
  get installed(): number {
    let count = 0;
    for (const regions of this.pages.values()) count += regions.size;
    return count;
  }

  /** Host memory that compiled code takes, about, and may take, in bytes. */
  get memory(): { readonly used: number; readonly limit: number } {
    return { used: this.used, limit: this.cacheSize };
  }

  /** A region of the profile as it is compiled without counters: a module of itself, with marks. */
  recompile({ region, records }: ProfiledRegion): CompiledRegion & { module: Uint8Array<ArrayBuffer> } {
    const compiled = compileRegion(region, records, { ...this.target(), marks: true });
    return { ...compiled, module: this.writeModule([compiled], 0) };
  }

  /** Names of what a module of regions imports: its functions, by index. */
  get importNames(): readonly string[] {
    return REGION_IMPORTS;
  }

  private target(): RegionTarget {
    const { state, codePages } = this.options;
    return { functions: this.functions(), state, heatBias: codePages.arena.heatBias };
  }

  /** Virtual address of a record of the page that the CPU is in. */
  private addressOf(record: number): bigint {
    const bias = (this.options.state + CPU_STATE.codeBias) >>> 2;
    const high = BigInt(this.words[bias + 1]) << 32n;
    return BigInt.asUintN(64, high + BigInt((this.words[bias] >>> 0) + (record >>> 2)));
  }

  private functions(): RegionFunctions {
    const indices = Object.fromEntries(REGION_IMPORTS.map((name, index) => [name, index]));
    return {
      ...(indices as Record<RegionImportName, number>),
      signature: 0,
      table: 0,
      guardsBranches: this.options.features.has('FEAT_BTI'),
    };
  }

  private writeModule(
    regions: readonly CompiledRegion[],
    firstSlot: number,
    profiles?: readonly RegionProfile[],
  ): Uint8Array<ArrayBuffer> {
    const { memory } = this.options.memory;
    const shared = !(memory.buffer instanceof ArrayBuffer);
    const writer = new ModuleWriter({ initial: 1, maximum: 65536, shared });
    writer.signatureIndex(REGION_SIGNATURE.params, REGION_SIGNATURE.results);
    writer.importTable('regions');
    for (const name of REGION_IMPORTS) {
      const [params, results] = SIGNATURES[name];
      const types = params === '' ? [] : (params.split(' ') as ('i32' | 'i64')[]);
      writer.importFunction(name, types, results === 1 ? ['i32'] : []);
    }
    if (profiles !== undefined) addCounters(writer, this.functions(), profiles);
    const indices = regions.map(({ locals, code }) =>
      writer.addFunction(REGION_SIGNATURE.params, REGION_SIGNATURE.results, locals, code),
    );
    writer.addElements(0, firstSlot, indices);
    return writer.finish();
  }

  private pageOf(record: number): Page {
    const { codePages } = this.options;
    const host = codePages.hostOffset(record);
    const index = (host & 0xfff) >>> 2;
    const records = record - index * CODE_PAGE.recordSize;
    const firstWord = (host & ~0xfff) >>> 2;
    return {
      hostPage: host >>> 12,
      records,
      index,
      word: (at) => this.words[firstWord + at],
      isWarm: (at) => this.handlers[(records + at * CODE_PAGE.recordSize + HANDLER_OFFSET) >>> 1] !== 0,
      isEntry: (at) => this.words[(codePages.heatOf(records) >>> 2) + at] < 0,
    };
  }
}

export interface RegionCacheOptions extends JitOptions {
  readonly memory: PhysicalMemory;
  readonly codePages: CodePages;
  /** Where compiled code expects the state block. */
  readonly state: number;
  readonly features: ReadonlySet<Feature>;
  readonly registers: SystemRegisters;
}

/** What goes into the module: the regions as they are, or compiled again with their profiles. */
function compiledOf(
  found: readonly FoundRegion[],
  target: RegionTarget,
  profiles: readonly RegionProfile[] | undefined,
): CompiledRegion[] {
  if (profiles === undefined) return found.map(({ compiled }) => compiled);
  return found.map(({ page, region }, index) => {
    const profile = profiles[index];
    return compileRegion(region, page.records, {
      ...target,
      functions: profile.functions(target.functions),
      profile,
    });
  });
}

function profiledRegion(
  { address, page, region, compiled }: FoundRegion,
  counts: () => RegionCounts,
): ProfiledRegion {
  const words = new Map<number, number>();
  for (const { first, instructions } of region.blocks.values()) {
    for (let index = first; index < first + instructions.length; index++) words.set(index, page.word(index));
  }
  return { address, region, records: page.records, words, bytes: compiled.code.length, counts };
}

function containsAny(words: Uint32Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    if (words[index >>> 5] & (1 << (index & 31))) return true;
  }
  return false;
}
