import {
  CPU_STATE,
  type CpuState,
  type ExceptionObserver,
  fromHalves,
  sharedRegisterOffset,
  type TranslationStatistics,
} from '@armature/core';

/** One exception, as it was taken. */
export interface ExceptionRecord {
  readonly kind: 'synchronous' | 'irq' | 'fiq' | 'serror';
  /** ESR value, 0 for interrupts. */
  readonly syndrome: number;
  /** Preferred return address: ELR. */
  readonly returnAddress: bigint;
  /** FAR, whether or not this kind of exception writes it. */
  readonly faultAddress: bigint;
  /** Where execution went on: the vector. */
  readonly vector: bigint;
  /** Exception level it was taken to. */
  readonly level: number;
}

/** Exceptions taken since the machine was built, by kind. */
export interface ExceptionCounts {
  readonly synchronous: number;
  readonly irq: number;
  readonly fiq: number;
  readonly serror: number;
  /** Exception returns. */
  readonly returned: number;
  /** Synchronous exceptions by exception class (ESR_ELx.EC). */
  readonly byClass: ReadonlyMap<number, number>;
}

export interface MachineStatistics {
  readonly instructions: number;
  readonly exceptions: ExceptionCounts;
  readonly translation: TranslationStatistics;
  readonly memory: {
    /** RAM and ROM that the guest sees. */
    readonly bytes: number;
    /** What of it machine memory holds: all, but for RAM backed on demand, of which it is the frames touched. */
    readonly residentBytes: number;
  };
}

/** Whom an {@link ExceptionLog} tells. */
export interface ExceptionEvents {
  taken(record: () => ExceptionRecord): void;
  returned(cpu: CpuState): void;
  /** The same exception was taken {@link LOOP_LENGTH} times without a return. */
  loop(): void;
}

/** Equal exceptions in a row, without a return between them, that make a loop. */
const LOOP_LENGTH = 10_000;

/** ELR and FAR of the levels an exception may be taken to, by level. */
const ELR = (['ELR_EL1', 'ELR_EL1', 'ELR_EL2', 'ELR_EL3'] as const).map(sharedRegisterOffset);
const FAR = (['FAR_EL1', 'FAR_EL1', 'FAR_EL2', 'FAR_EL3'] as const).map(sharedRegisterOffset);

/** An exception as plain numbers, so that taking one allocates nothing. */
class RawRecord {
  kind: ExceptionRecord['kind'] = 'synchronous';
  syndrome = 0;
  level = 0;
  elrLo = 0;
  elrHi = 0;
  farLo = 0;
  farHi = 0;
  vectorLo = -1;
  vectorHi = -1;

  fill(cpu: CpuState, kind: ExceptionRecord['kind'], syndrome: number): void {
    const level = cpu.exceptionLevel;
    this.kind = kind;
    this.syndrome = syndrome;
    this.level = level;
    this.elrLo = cpu.lo(ELR[level]);
    this.elrHi = cpu.hi(ELR[level]);
    this.farLo = cpu.lo(FAR[level]);
    this.farHi = cpu.hi(FAR[level]);
    this.vectorLo = cpu.lo(CPU_STATE.pc);
    this.vectorHi = cpu.hi(CPU_STATE.pc);
  }

  toRecord(): ExceptionRecord {
    return {
      kind: this.kind,
      syndrome: this.syndrome >>> 0,
      returnAddress: fromHalves(this.elrLo, this.elrHi),
      faultAddress: fromHalves(this.farLo, this.farHi),
      vector: fromHalves(this.vectorLo, this.vectorHi),
      level: this.level,
    };
  }
}

/**
 * Counts exceptions and remembers where a chain of them began: a chain goes on while each exception is taken
 * at the very vector of the one before.
 */
export class ExceptionLog implements ExceptionObserver {
  private readonly counts = { synchronous: 0, irq: 0, fiq: 0, serror: 0, returned: 0 };
  private readonly byClass = new Int32Array(64);
  private readonly events: ExceptionEvents;
  private first = new RawRecord();
  private last = new RawRecord();
  private current = new RawRecord();
  private chained = false;
  private repeats = 0;

  constructor(events: ExceptionEvents) {
    this.events = events;
  }

  /** The exception that began the latest chain. */
  get firstOfChain(): ExceptionRecord | undefined {
    return this.chained ? this.first.toRecord() : undefined;
  }

  countsNow(): ExceptionCounts {
    const byClass = new Map<number, number>();
    for (const [exceptionClass, count] of this.byClass.entries()) {
      if (count > 0) byClass.set(exceptionClass, count);
    }
    return { ...this.counts, byClass };
  }

  taken(cpu: CpuState, kind: ExceptionRecord['kind'], syndrome: number): void {
    this.counts[kind]++;
    if (kind === 'synchronous') this.byClass[(syndrome >>> 26) & 0x3f]++;
    const { current, last } = this;
    current.fill(cpu, kind, syndrome);
    const nested = current.elrLo === last.vectorLo && current.elrHi === last.vectorHi;
    if (!this.chained || !nested) this.first.fill(cpu, kind, syndrome);
    this.chained = true;
    this.countRepeats();
    this.current = last;
    this.last = current;
    this.events.taken(() => current.toRecord());
  }

  returned(cpu: CpuState): void {
    this.counts.returned++;
    this.repeats = 0;
    this.events.returned(cpu);
  }

  /** Forgets the chain and keeps the counts: what a reset does. */
  reset(): void {
    this.chained = false;
    this.repeats = 0;
  }

  private countRepeats(): void {
    const { current, last } = this;
    const same =
      current.kind === 'synchronous' &&
      current.elrLo === last.elrLo &&
      current.elrHi === last.elrHi &&
      current.syndrome === last.syndrome;
    this.repeats = same ? this.repeats + 1 : 0;
    if (this.repeats === LOOP_LENGTH) this.events.loop();
  }
}
