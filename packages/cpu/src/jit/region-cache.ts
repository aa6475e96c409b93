import { CODE_PAGE, type PhysicalMemory, type SystemRegisters } from '@armature/core';
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
import { STORE_FLAGS_PARAMETERS } from './flags.ts';
import { InstructionDecoder } from './instruction.ts';
import { findRegion, type PageOfCode, type Region } from './region.ts';
import { type CompiledRegion, compileRegion } from './region-compiler.ts';

export interface JitOptions {
  /** Branches to a place that are interpreted before it is compiled. Default 500. */
  readonly threshold?: number;
  /** Bytes of host memory that compiled code may take, about. Default 128 MiB. */
  readonly cacheSize?: number;
  /** Regions that wait for each other to be compiled together, which takes the host half the time. Default 16. */
  readonly batch?: number;
}

export const JIT_DEFAULTS = { threshold: 500, cacheSize: 128 * 2 ** 20, batch: 16 } as const;

/** Regions that the table has room for. */
export const REGION_TABLE_SIZE = 1 << 16;
/** Heat of a place that waits to be compiled, or that can't be. */
const NOT_AGAIN = 0x4000_0000;
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
  /** A bit for each word of the page. */
  readonly words: Uint32Array;
  /** What it takes of the cache, bytes. */
  readonly cost: number;
}

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
  private readonly options: RegionCacheOptions;
  private readonly decoder: InstructionDecoder;
  private readonly words: Int32Array;
  private readonly handlers: Uint16Array;
  private readonly bytes: Uint8Array;
  private readonly threshold: number;
  private readonly cacheSize: number;
  private readonly batch: number;
  private imports: RegionImports | undefined;
  private queue: number[] = [];
  private readonly pages = new Map<number, Set<InstalledRegion>>();
  /** How often code of a page changed under its regions: such a page must be hotter. */
  private readonly changes = new Map<number, number>();
  private readonly freeSlots: number[] = [];
  private nextSlot = 0;
  private used = 0;

  constructor(options: RegionCacheOptions) {
    const { buffer } = options.memory.memory;
    this.options = options;
    this.threshold = options.threshold ?? JIT_DEFAULTS.threshold;
    this.batch = options.batch ?? JIT_DEFAULTS.batch;
    this.cacheSize = options.cacheSize ?? JIT_DEFAULTS.cacheSize;
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
    this.setHeat(record, NOT_AGAIN);
    if (this.queue.push(record) >= this.batch) this.flush();
  }

  /** Compiles what waits. */
  flush(): void {
    const { queue } = this;
    if (queue.length === 0) return;
    this.queue = [];
    const started = performance.now();
    const found: { record: number; hostPage: number; region: Region; compiled: CompiledRegion }[] = [];
    const target = {
      functions: this.functions(),
      state: this.options.state,
      heatBias: this.options.codePages.arena.heatBias,
    };
    for (const record of queue) {
      const page = this.pageOf(record);
      const region = findRegion(page, page.index, this.decoder);
      if (region === undefined) continue;
      const compiled = compileRegion(region, page.records, target);
      found.push({ record, hostPage: page.hostPage, region, compiled });
    }
    if (found.length === 0) return;
    const first = this.takeSlots(found.length);
    const bytes = this.writeModule(
      found.map(({ compiled }) => compiled),
      first,
    );
    const emitted = performance.now();
    const { memory } = this.options.memory;
    const module = new WebAssembly.Module(bytes);
    new WebAssembly.Instance(module, { env: { memory, regions: this.table, ...this.imports } });
    this.statistics.emitTime += emitted - started;
    this.statistics.hostTime += performance.now() - emitted;
    this.statistics.modules++;
    for (const [index, { record, hostPage, region, compiled }] of found.entries()) {
      this.install(record, hostPage, region, first + index, compiled.code.length);
    }
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
  changed(hostPage: number, from: number, to: number): boolean {
    const regions = this.pages.get(hostPage);
    if (regions === undefined) return false;
    let dropped = false;
    for (const region of regions) {
      if (!containsAny(region.words, from, to)) continue;
      this.drop(region, regions);
      this.statistics.invalidated++;
      dropped = true;
    }
    if (!dropped) return false;
    this.changes.set(hostPage, (this.changes.get(hostPage) ?? 0) + 1);
    this.markCovered(hostPage, regions);
    if (regions.size === 0) this.pages.delete(hostPage);
    this.onDropped();
    return true;
  }

  cleared(): void {
    this.dropAll();
    this.queue = [];
  }

  /** Makes room: everything is dropped, and what is still hot comes back. */
  private evict(): void {
    this.statistics.evictions++;
    for (const [hostPage, regions] of this.pages) {
      for (const region of regions) this.drop(region, regions);
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

  private drop(region: InstalledRegion, regions: Set<InstalledRegion>): void {
    const changes = this.changes.get(region.hostPage) ?? 0;
    this.setHeat(region.record, Math.min(this.threshold * 2 ** Math.min(changes, 20), NOT_AGAIN));
    this.free(region);
    regions.delete(region);
  }

  private free(region: InstalledRegion): void {
    this.table.set(region.slot, null);
    this.freeSlots.push(region.slot);
    this.used -= region.cost;
  }

  private install(record: number, hostPage: number, region: Region, slot: number, bytes: number): void {
    const words = new Uint32Array(CODE_PAGE.recordCount / 32);
    let count = 0;
    for (const { first, instructions } of region.blocks.values()) {
      for (let index = first; index < first + instructions.length; index++) {
        words[index >>> 5] |= 1 << (index & 31);
        count++;
      }
    }
    const cost = REGION_OVERHEAD + HOST_BYTES_PER_BYTE * bytes;
    const installed = { hostPage, record, slot, words, cost };
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

  private functions(): RegionFunctions {
    const indices = Object.fromEntries(REGION_IMPORTS.map((name, index) => [name, index]));
    return {
      ...(indices as Record<RegionImportName, number>),
      signature: 0,
      table: 0,
      guardsBranches: this.options.features.has('FEAT_BTI'),
    };
  }

  private writeModule(regions: readonly CompiledRegion[], firstSlot: number): Uint8Array<ArrayBuffer> {
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
    const indices = regions.map(({ locals, code }) =>
      writer.addFunction(REGION_SIGNATURE.params, REGION_SIGNATURE.results, locals, code),
    );
    writer.addElements(0, firstSlot, indices);
    return writer.finish();
  }

  private pageOf(record: number): PageOfCode & { hostPage: number; records: number; index: number } {
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

function containsAny(words: Uint32Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    if (words[index >>> 5] & (1 << (index & 31))) return true;
  }
  return false;
}
