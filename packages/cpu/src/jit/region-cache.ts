import { CODE_PAGE, CPU_STATE } from '@armature/core';
import type { CodeObserver } from '../interpreter/code-pages.ts';
import {
  type Batch,
  BatchCompiler,
  type BatchRegion,
  type BatchTarget,
  type FoundRegion,
} from './batch-compiler.ts';
import { REGION_IMPORTS, type RegionImportName } from './calling-convention.ts';
import { type CodeRead, CodeReader, type CodeReaderOptions } from './code-reader.ts';
import {
  type Compilation,
  type CompileAnswer,
  type CompileRequest,
  type CompilerThread,
  compilerThread,
} from './compiler-thread.ts';
import type { ChangeCause, RegionEvent } from './events.ts';
import { type RegionCounts, readCounters } from './profile.ts';
import { MOST_INSTRUCTIONS, type Region } from './region.ts';
import type { CompiledRegion } from './region-compiler.ts';

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
/** Milliseconds after which no answer of the other thread is expected any more. */
const LONGEST_ANSWER = 2000;
/** Host memory for a region: beside its bytes, and for each of them. Measured with V8 14.6. */
const REGION_OVERHEAD = 3000;
const HOST_BYTES_PER_BYTE = 6;

/** Functions of the interpreter's module that regions call, by name. */
export type RegionImports = Readonly<Record<RegionImportName, WebAssembly.ExportValue>>;
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

/** Where a region goes. */
type Place = Pick<InstalledRegion, 'hostPage' | 'record' | 'slot' | 'address'>;

/** Places that are being compiled. */
interface Order {
  readonly read: CodeRead;
  readonly firstSlot: number;
  /** Virtual addresses of records. */
  readonly addresses: ReadonlyMap<number, bigint>;
  readonly generation: number;
  /** When, as `performance.now()` says. */
  readonly since: number;
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

/** Machines so far: their numbers. */
let machines = 0;

/** What the compiler did, for reports. */
export interface JitStatistics {
  /** Regions compiled, and instructions and bytes of WebAssembly in them. */
  regions: number;
  instructions: number;
  bytes: number;
  modules: number;
  /** Modules that came from another thread. */
  background: number;
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
    background: 0,
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
  private readonly reader: CodeReader;
  private readonly compiler: BatchCompiler;
  private thread: CompilerThread | undefined;
  /** What the other thread is at. */
  private pending: { readonly order: Order; readonly compilation: Compilation } | undefined;
  private readonly machine = machines++;
  /** Times that the table was emptied. */
  private generation = 0;
  private readonly words: Int32Array;
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
    this.reader = new CodeReader(options);
    this.compiler = new BatchCompiler(this.target());
    // What is compiled alone, or counted, is compiled at once.
    this.thread = this.isEager || options.profile === true ? undefined : compilerThread();
    this.words = new Int32Array(buffer);
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
    if (queue.length === 1) {
      this.waitingSince = performance.now();
      this.thread?.prepare();
    }
    if (isUrgent || queue.length >= this.batch) this.flush();
  }

  /** Puts what came from the other thread in its place, and compiles what has waited long enough. */
  flushLate(): void {
    if (this.pending !== undefined) this.poll();
    if (this.queue.length > 0 && performance.now() - this.waitingSince > LONGEST_WAIT) this.flush();
  }

  /** Compiles the instruction of a record alone, unless it is; false when it can't be. */
  compileAlone(record: number): boolean {
    const heat = this.heatOf(record);
    if (heat < 0) return true;
    if (heat === NOT_AGAIN) return false;
    this.hot(record);
    this.flush();
    return this.heatOf(record) < 0;
  }

  /** Compiles what waits, here or in the other thread, which does one batch after the other. */
  flush(): void {
    if (this.pending !== undefined) this.poll();
    if (this.queue.length === 0 || this.pending !== undefined) return;
    const order = this.takeOrder();
    if (order === undefined) return;
    if (this.thread === undefined) {
      this.compileHere(order);
      return;
    }
    const compilation = this.thread.compile({
      machine: this.machine,
      target: this.plainTarget(),
      batch: batchOf(order),
    });
    this.pending = { order, compilation };
  }

  /** Looks whether the other thread has done its work. */
  private poll(): void {
    this.thread!.poll();
    const { order, compilation } = this.pending!;
    const { answer, hasFailed } = compilation;
    if (answer !== undefined) {
      this.pending = undefined;
      this.statistics.background++;
      this.accept(order, answer);
    } else if (hasFailed || performance.now() - order.since > LONGEST_ANSWER) {
      // Its work is done here, from now on.
      this.thread = undefined;
      this.pending = undefined;
      this.refuse(order);
    }
  }

  /** What waits, as it is now. */
  private takeOrder(): Order | undefined {
    const addresses = new Map(this.queue.map(({ record, address }) => [record, address]));
    const read = this.reader.read([...addresses.keys()]);
    this.queue = [];
    if (read.records.length === 0) return undefined;
    for (const record of read.records) this.setHeat(record, NOT_AGAIN);
    const firstSlot = this.takeSlots(read.records.length);
    return { read, addresses, firstSlot, generation: this.generation, since: performance.now() };
  }

  private compileHere(order: Order): void {
    const { compiler } = this;
    const compiled = compiler.compile(batchOf(order), this.profiled !== undefined);
    const began = performance.now();
    const module = new WebAssembly.Module(compiled.bytes);
    const hostTime = performance.now() - began;
    const exports = this.accept(order, { ...compiled, module, emitTime: compiled.time, hostTime });
    for (const [index, found] of compiled.regions.entries()) {
      this.profiled?.push(profiledRegion(order, found, () => readCounters(exports, index)));
    }
  }

  /** Nothing came of an order: its places become hot again soon. */
  private refuse({ read }: Order): void {
    for (const [place, record] of read.records.entries()) {
      if (!this.reader.isThere(read, pageOf(read, place))) continue;
      if (this.heatOf(record) >= 0) this.setHeat(record, Math.min(URGENT, this.threshold));
    }
  }

  /** Puts regions in their places, but for those whose code has changed meanwhile. */
  private accept(order: Order, { regions, module, emitTime, hostTime }: CompileAnswer): WebAssembly.Exports {
    this.statistics.emitTime += emitTime;
    this.statistics.hostTime += hostTime;
    if (order.generation !== this.generation) {
      this.refuse(order);
      return {};
    }
    const { read, firstSlot, addresses } = order;
    const { memory } = this.options.memory;
    const env = { memory, regions: this.table, ...this.imports };
    const { exports } = new WebAssembly.Instance(module, { env });
    this.statistics.modules++;
    let bytes = 0;
    for (const [number, region] of regions.entries()) {
      const page = pageOf(read, region.place);
      const record = read.records[region.place];
      const slot = firstSlot + number;
      bytes += region.bytes;
      if (this.reader.isUnchanged(read, page, region.words)) {
        const address = addresses.get(record)!;
        this.install(region, { hostPage: read.hostPages[page], record, address, slot });
        continue;
      }
      this.freeSlot(slot);
      if (this.reader.isThere(read, page)) this.setHeat(record, this.threshold);
    }
    for (let number = regions.length; number < read.records.length; number++)
      this.freeSlot(firstSlot + number);
    this.observer({ kind: 'batch', regions: regions.length, bytes, emitTime, hostTime });
    if (this.used > this.cacheSize) this.evict();
    return exports;
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
    this.generation++;
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
    this.freeSlot(region.slot);
    this.used -= region.cost;
  }

  private freeSlot(slot: number): void {
    this.table.set(slot, null);
    this.freeSlots.push(slot);
  }

  private install({ words, instructions, bytes, time }: BatchRegion, at: Place): void {
    const { hostPage, address } = at;
    const cost = REGION_OVERHEAD + HOST_BYTES_PER_BYTE * bytes;
    const installed: InstalledRegion = { ...at, instructions, words, cost };
    let regions = this.pages.get(hostPage);
    if (regions === undefined) {
      regions = new Set();
      this.pages.set(hostPage, regions);
    }
    regions.add(installed);
    this.markCovered(hostPage, [installed], false);
    this.setHeat(at.record, ~at.slot);
    this.used += cost;
    this.statistics.regions++;
    this.statistics.instructions += instructions;
    this.statistics.bytes += bytes;
    this.observer({ kind: 'compiled', address, instructions, bytes, time });
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

  private heatOf(record: number): number {
    return this.words[this.options.codePages.heatOf(record) >>> 2];
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
    return this.compiler.recompile(region, records);
  }

  /** Names of what a module of regions imports: its functions, by index. */
  get importNames(): readonly string[] {
    return REGION_IMPORTS;
  }

  private target(): BatchTarget {
    const { memory, codePages, state, features } = this.options;
    return {
      state,
      heatBias: codePages.arena.heatBias,
      features,
      sharedMemory: !(memory.memory.buffer instanceof ArrayBuffer),
      most: this.isEager ? 1 : MOST_INSTRUCTIONS,
    };
  }

  private plainTarget(): CompileRequest['target'] {
    const target = this.target();
    return { ...target, features: [...target.features] };
  }

  /** Virtual address of a record of the page that the CPU is in. */
  private addressOf(record: number): bigint {
    const bias = (this.options.state + CPU_STATE.codeBias) >>> 2;
    const high = BigInt(this.words[bias + 1]) << 32n;
    return BigInt.asUintN(64, high + BigInt((this.words[bias] >>> 0) + (record >>> 2)));
  }
}

export interface RegionCacheOptions extends JitOptions, CodeReaderOptions {
  /** Where compiled code expects the state block. */
  readonly state: number;
}

const batchOf = ({ read, firstSlot }: Order): Batch => {
  const { pages, words, flags, places, systemAccesses } = read;
  return { pages, words, flags, places, systemAccesses, firstSlot };
};

/** The number of a place's page. */
const pageOf = ({ places }: CodeRead, place: number): number =>
  Math.floor(places[place] / CODE_PAGE.recordCount);

function profiledRegion(
  { read, addresses }: Order,
  { place, region, records, bytes }: FoundRegion,
  counts: () => RegionCounts,
): ProfiledRegion {
  const firstWord = pageOf(read, place) * CODE_PAGE.recordCount;
  const words = new Map<number, number>();
  for (const { first, instructions } of region.blocks.values()) {
    for (let index = first; index < first + instructions.length; index++) {
      words.set(index, read.words[firstWord + index]);
    }
  }
  const address = addresses.get(read.records[place])!;
  return { address, region, records, words, bytes, counts };
}

function containsAny(words: Uint32Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    if (words[index >>> 5] & (1 << (index & 31))) return true;
  }
  return false;
}
