/**
 * PrimeCell Real Time Clock (PL031).
 *
 * A 32-bit counter of seconds, one alarm, one interrupt. The counter isn't kept running: it is worked out from
 * the machine's clock when somebody looks. So is the alarm, except while it would interrupt: only then does a timer
 * wait on the clock, because an idle machine's time may jump to whatever timer comes next.
 *
 * @spec DDI 0224, Programmers model
 */
import {
  type AccessSize,
  ArmatureError,
  type Clock,
  checkSnapshot,
  fromLanes,
  type IrqLine,
  type MmioDevice,
  type Snapshot,
  toLanes,
  unconnectedLine,
} from '@armature/core';
import { IDENTIFICATION, PL031_REGISTER, RTC_INTERRUPT, START } from './registers.ts';

const SNAPSHOT_TYPE = 'pl031';
const SNAPSHOT_VERSION = 1;
const SECOND = 1e9;
const WORDS = 2 ** 32;

export interface Pl031Config {
  /** The machine's clock, which the counter follows. */
  readonly clock: Clock;
  /** Time at the machine clock's zero: whole seconds since 1970-01-01 00:00 UTC. Default 0. */
  readonly startTime?: number;
  /** The interrupt RTCINTR. Default: connected to nothing. */
  readonly irq?: IrqLine;
  /**
   * Follow the manual where QEMU does not: the counter stands until the guest sets RTCCR bit 0, and only bit 0 of
   * RTCICR clears the interrupt. Default false: the counter always counts, any write to RTCICR clears.
   */
  readonly strict?: boolean;
}

/** The state in a snapshot; its type is `pl031`, its version 1. */
export interface Pl031State {
  /** Counter minus whole seconds of the machine's clock, modulo 2^32; the counter itself while it stands. */
  readonly offset: number;
  readonly match: number;
  readonly load: number;
  readonly enabled: boolean;
  /** The guest has set a time or a match since reset, so that the alarm counts. */
  readonly armed: boolean;
  readonly mask: number;
  readonly raw: number;
}

export class Pl031 implements MmioDevice {
  private readonly clock: Clock;
  private readonly irq: IrqLine;
  private readonly startTime: number;
  private readonly strict: boolean;

  private offset = 0;
  private match = 0;
  private load = 0;
  private enabled = false;
  private mask = 0;
  private raw = 0;
  /** When the counter becomes the match value next, in nanoseconds of the clock. */
  private alarm = Number.POSITIVE_INFINITY;
  private cancelTimer: () => void = () => {};

  /** @throws CONFIG_INVALID when the start time is not a whole number of seconds from 0 */
  constructor(config: Pl031Config) {
    const { startTime = 0, strict = false } = config;
    if (!Number.isSafeInteger(startTime) || startTime < 0) {
      throw new ArmatureError('CONFIG_INVALID', `a PL031 cannot start at ${startTime} seconds`, {
        context: { startTime },
        hint: 'Give startTime in whole seconds since 1970, such as Math.floor(Date.now() / 1000).',
      });
    }
    this.clock = config.clock;
    this.irq = config.irq ?? unconnectedLine();
    this.startTime = startTime;
    this.strict = strict;
    this.reset();
  }

  /** The time the guest sees: seconds, modulo 2^32. */
  get seconds(): number {
    return this.enabled ? wrap(this.offset + this.elapsed()) : this.offset;
  }

  read(offset: number, size: AccessSize): number {
    return fromLanes(this.readRegister(offset & 0xffc), offset, size);
  }

  write(offset: number, size: AccessSize, value: number): undefined {
    this.writeRegister(offset & 0xffc, toLanes(value, offset, size));
  }

  /** Back to the start time plus what the machine's clock has counted; what the guest set is forgotten. */
  reset(): void {
    this.enabled = !this.strict;
    this.offset = wrap(this.startTime + (this.enabled ? 0 : this.elapsed()));
    this.match = 0;
    this.load = 0;
    this.mask = 0;
    this.raw = 0;
    this.alarm = Number.POSITIVE_INFINITY;
    this.update();
  }

  snapshot(): Snapshot<Pl031State> {
    this.settle();
    const { offset, match, load, enabled, mask, raw } = this;
    const armed = this.alarm !== Number.POSITIVE_INFINITY;
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { offset, match, load, enabled, armed, mask, raw },
    };
  }

  /**
   * Continues from a snapshot; the clock must be where it was then. The guest's time goes on from what the snapshot
   * holds, whatever this device's start time.
   *
   * @throws SNAPSHOT_INVALID
   */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as Pl031State;
    checkState(state);
    this.offset = state.offset;
    this.match = state.match;
    this.load = state.load;
    this.enabled = state.enabled;
    this.mask = state.mask;
    this.raw = state.raw;
    this.alarm = state.armed ? this.nextMatch() : Number.POSITIVE_INFINITY;
    this.update();
  }

  private readRegister(register: number): number {
    this.settle();
    switch (register) {
      case PL031_REGISTER.RTCDR:
        return this.seconds;
      case PL031_REGISTER.RTCMR:
        return this.match;
      case PL031_REGISTER.RTCLR:
        return this.load;
      case PL031_REGISTER.RTCCR:
        return this.enabled ? START : 0;
      case PL031_REGISTER.RTCIMSC:
        return this.mask;
      case PL031_REGISTER.RTCRIS:
        return this.raw;
      case PL031_REGISTER.RTCMIS:
        return this.raw & this.mask;
      default:
        if (register < PL031_REGISTER.RTCPeriphID0) return 0;
        return IDENTIFICATION[(register - PL031_REGISTER.RTCPeriphID0) >> 2];
    }
  }

  private writeRegister(register: number, value: number): void {
    this.settle();
    switch (register) {
      case PL031_REGISTER.RTCMR:
        this.match = value;
        this.arm();
        break;
      case PL031_REGISTER.RTCLR:
        this.load = value;
        this.offset = this.enabled ? wrap(value - this.elapsed()) : value;
        this.arm();
        break;
      case PL031_REGISTER.RTCCR:
        if (this.enabled || !(value & START)) break;
        this.offset = wrap(this.offset - this.elapsed());
        this.enabled = true;
        this.arm();
        break;
      case PL031_REGISTER.RTCIMSC:
        this.mask = value & RTC_INTERRUPT;
        break;
      case PL031_REGISTER.RTCICR:
        if (!this.strict || value & RTC_INTERRUPT) this.raw = 0;
        break;
    }
    this.update();
  }

  /** Whole seconds of the machine's clock. */
  private elapsed(): number {
    return Math.floor(this.clock.now() / SECOND);
  }

  /** The time or the match changed: the alarm is raised now, or later. */
  private arm(): void {
    if (!this.enabled) return;
    if (this.seconds === this.match) this.raw = RTC_INTERRUPT;
    this.alarm = this.nextMatch();
  }

  /** When the counter will become the match value, not counting now. */
  private nextMatch(): number {
    return (this.elapsed() + (wrap(this.match - this.seconds) || WORDS)) * SECOND;
  }

  /** Raises an alarm that is due. */
  private settle(): void {
    if (this.clock.now() < this.alarm) return;
    this.alarm = this.nextMatch();
    this.raw = RTC_INTERRUPT;
  }

  /** Drives the interrupt, and waits for the alarm if that would change it. */
  private update(): void {
    this.irq.set((this.raw & this.mask) !== 0);
    this.cancelTimer();
    this.cancelTimer = () => {};
    if (this.raw !== 0 || this.mask === 0 || this.alarm === Number.POSITIVE_INFINITY) return;
    this.cancelTimer = this.clock.schedule(this.alarm, () => {
      this.settle();
      this.update();
    });
  }
}

const wrap = (seconds: number): number => ((seconds % WORDS) + WORDS) % WORDS;

function checkState(state: Pl031State): void {
  const word = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < WORDS;
  const bit = (value: unknown): boolean => value === 0 || value === 1;
  const valid: Record<keyof Pl031State, boolean> = {
    offset: word(state?.offset),
    match: word(state?.match),
    load: word(state?.load),
    enabled: typeof state?.enabled === 'boolean',
    armed: typeof state?.armed === 'boolean',
    mask: bit(state?.mask),
    raw: bit(state?.raw),
  };
  const fields = Object.entries(valid).flatMap(([name, good]) => (good ? [] : [name]));
  if (fields.length === 0) return;
  throw new ArmatureError(
    'SNAPSHOT_INVALID',
    `the snapshot of a PL031 has invalid values: ${fields.join(', ')}`,
    { context: { fields } },
  );
}
