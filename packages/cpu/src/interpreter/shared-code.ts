import { CPU_STATE, type CpuState, type PhysicalMemory, type SystemRegisters } from '@armature/core';
import type { Feature } from '@armature/isa';
import { type JitOptions, RegionCache, type RegionImports } from '../jit/region-cache.ts';
import { CRC_POLYNOMIALS, crcTable } from '../semantics/crc32.ts';
import { CodePages } from './code-pages.ts';
import { compileInterpreter } from './compiled-module.ts';
import { Decoder } from './decoder.ts';
import type { InterpreterImports } from './module.ts';
import { RowPlans } from './row-plans.ts';
import type { SoftTlb } from './soft-tlb.ts';

/** What compiled code calls, but for what is the same for every CPU. */
export type CpuCalls = Omit<InterpreterImports, 'decode' | 'hot' | 'codeWritten' | 'pageWritten'>;

/** A CPU that compiled code can run for. */
export interface CodeUser {
  readonly cpu: CpuState;
  readonly tlb: SoftTlb;
  readonly calls: CpuCalls;
  /** Ends the slice under way, if there is one. */
  endTurn(): void;
  /** Compiled code may be running that no longer is what memory holds: it must not go on. */
  codeDropped(): void;
}

export interface SharedCodeOptions {
  readonly memory: PhysicalMemory;
  readonly codeArena: { readonly offset: number; readonly size: number };
  /** Where compiled code expects the state block. */
  readonly activeState: number;
  readonly features: ReadonlySet<Feature>;
  /** Those of all CPUs. */
  readonly registers: SystemRegisters;
  /** Compiles hot code. Default: everything is interpreted. */
  readonly jit?: JitOptions;
}

/**
 * The compiled interpreter and the predecoded pages of a machine's CPUs.
 *
 * Compiled code has the address of its state block built in. CPUs that share it take turns: the state of the one
 * that runs is moved to that address. One CPU alone has its state there for good.
 */
export class SharedCode {
  readonly codePages: CodePages;
  /** The compiled regions, where hot code is compiled. */
  readonly regions: RegionCache | undefined;
  private readonly options: SharedCodeOptions;
  private readonly users: CodeUser[] = [];
  private active: CodeUser | undefined;
  private decoder: Decoder | undefined;
  private compiled: { run: () => void; step: () => void } | undefined;
  private preparation: Promise<void> | undefined;

  constructor(options: SharedCodeOptions) {
    this.options = options;
    this.codePages = new CodePages(options.memory.memory, options.codeArena);
    if (options.jit !== undefined) {
      this.regions = new RegionCache({
        ...options.jit,
        memory: options.memory,
        codePages: this.codePages,
        state: options.activeState,
        features: options.features,
        registers: options.registers,
      });
      this.regions.onDropped = () => this.active?.codeDropped();
    }
    options.memory.onHostWrite((base, size) => this.invalidate(base, size));
    options.memory.onRelease((hostFrames) => this.release(hostFrames));
  }

  add(user: CodeUser): void {
    this.users.push(user);
  }

  /** True when CPUs take turns. */
  get isShared(): boolean {
    return this.users.length > 1;
  }

  /** A CPU that had nothing to do has something: whichever runs now makes way soon. */
  giveTurn(user: CodeUser): void {
    if (this.active !== user) this.active?.endTurn();
  }

  /** Compiles the interpreter, once; must be awaited before the first run. */
  prepare(): Promise<void> {
    this.preparation ??= this.compile();
    return this.preparation;
  }

  /** The code's entry points, with a CPU's state in place. */
  enter(user: CodeUser): { readonly run: () => void; readonly step: () => void } {
    if (this.compiled === undefined) throw new Error('the engine is not prepared: await prepare() first');
    if (user !== this.active) {
      if (this.active !== undefined) this.active.cpu.moveTo(this.active.cpu.block);
      user.cpu.moveTo(this.options.activeState);
      this.active = user;
    }
    return this.compiled;
  }

  /** Records for a page of machine memory: those that it has, or empty ones. */
  records(hostPage: number): number {
    const known = this.codePages.find(hostPage);
    if (known !== 0) return known;
    if (this.codePages.full) this.clear();
    const records = this.codePages.add(hostPage);
    for (const { tlb } of this.users) tlb.trackWrites(hostPage, records);
    return records;
  }

  /** Forgets all predecoded code. */
  clear(): void {
    this.codePages.clear();
    for (const { tlb } of this.users) tlb.allStale();
  }

  /** Drops code derived from physical memory that the host changed. */
  invalidate(address: number, size: number): void {
    this.options.memory.visitPresent(address, size, this.invalidateHost);
  }

  /** Has a record run as another word than the one in memory, until it is decoded again. */
  decodeAs(record: number, word: number): void {
    this.decoder?.decode(record, this.codePages.hostOffset(record), word);
  }

  private readonly invalidateHost = (hostOffset: number, size: number): void => {
    this.codePages.invalidate(hostOffset, size, 'host-write');
  };

  /** Frames of machine memory go back: they may be another machine's next. */
  private release(hostFrames: readonly number[]): void {
    for (const hostPage of hostFrames) this.codePages.forgetPage(hostPage);
    for (const user of this.users) {
      user.tlb.allStale();
      user.codeDropped();
    }
  }

  private async compile(): Promise<void> {
    const { memory } = this.options.memory;
    const { activeState, features } = this.options;
    const shared = !(memory.buffer instanceof ArrayBuffer);
    const { regions } = this;
    const { module, numbers } = await compileInterpreter({
      state: activeState,
      arena: this.codePages.arena,
      features,
      regions: regions !== undefined,
      shared,
    });
    CRC_POLYNOMIALS.forEach((polynomial, index) => {
      const at = (activeState + CPU_STATE.crcTables) / 4 + 256 * index;
      new Int32Array(memory.buffer).set(crcTable(polynomial), at);
    });
    const plans = new RowPlans(numbers, features.has('FEAT_BTI'));
    const decoder = new Decoder(memory, plans, features, this.options.registers);
    this.decoder = decoder;
    const imports: InterpreterImports = {
      decode: (record) => decoder.decode(record, this.codePages.hostOffset(record)),
      hot: (record) => regions?.hot(record),
      codeWritten: (record) => this.codePages.invalidate(this.codePages.hostOffset(record), 4),
      pageWritten: (records) => {
        this.codePages.remove(records);
        for (const { tlb } of this.users) tlb.dropRecords(records);
      },
      ...this.dispatchedCalls(),
    };
    const env = { ...imports, memory, ...(regions && { regions: regions.table }) };
    const { exports } = await WebAssembly.instantiate(module, { env });
    regions?.connect(exports as RegionImports);
    this.compiled = exports as { run: () => void; step: () => void };
  }

  /** Calls of the code, passed on to the CPU that runs. */
  private dispatchedCalls(): CpuCalls {
    const only = this.users.length === 1 ? this.users[0].calls : undefined;
    if (only !== undefined) return only;
    const active = (): CpuCalls => this.active!.calls;
    return {
      enter: (status) => active().enter(status),
      readSlow: (lo, hi, bytes, options) => active().readSlow(lo, hi, bytes, options),
      writeSlow: (lo, hi, valueLo, valueHi, bytes, options) =>
        active().writeSlow(lo, hi, valueLo, valueHi, bytes, options),
      alignmentFault: (lo, hi, write) => active().alignmentFault(lo, hi, write),
      stackFault: () => active().stackFault(),
      floatingPointTrap: () => active().floatingPointTrap(),
      softFloat: (operation) => active().softFloat(operation),
      undefined: (word) => active().undefined(word),
      exception: (word) => active().exception(word),
      systemRead: (word) => active().systemRead(word),
      systemWrite: (word) => active().systemWrite(word),
      systemOperation: (word) => active().systemOperation(word),
      pstateWrite: (word) => active().pstateWrite(word),
      exceptionReturn: (authenticated) => active().exceptionReturn(authenticated),
      pointerAuthentication: (operation) => active().pointerAuthentication(operation),
      branchTarget: (type) => active().branchTarget(type),
      wait: (kind) => active().wait(kind),
    };
  }
}
