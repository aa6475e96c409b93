/**
 * The Arm generic timer: the system counter, and each CPU's physical and virtual timer.
 *
 * The counter is the machine's clock, so the virtual count is the physical one: CNTVOFF_EL2 is zero.
 *
 * @spec DDI 0487, The Generic Timer in AArch64 state
 */
import {
  ArmatureError,
  type Clock,
  CPU_STATE,
  type CpuState,
  checkSnapshot,
  type IrqLine,
  type Snapshot,
  type SystemRegisterDefinition,
} from '@armature/core';
import { timerRegisters } from './registers.ts';
import { TickRate } from './tick-rate.ts';
import { TIMER_CONTROL, TimerChannel, type TimerChannelState } from './timer-channel.ts';

const SNAPSHOT_TYPE = 'generic-timer';
const SNAPSHOT_VERSION = 1;
const TWO_32 = 2 ** 32;

export type TimerName = 'physical' | 'virtual';

export interface GenericTimerConfig {
  readonly clock: Clock;
  /** Ticks of the counter a second, 1 to 2^32 - 1: what CNTFRQ_EL0 reads after reset. */
  readonly frequency: number;
  /** Number of CPUs. */
  readonly cpus: number;
  /** The interrupt line of a timer. Without it, or where it gives none, timers run without an output. */
  readonly output?: (cpu: number, timer: TimerName) => IrqLine | undefined;
}

/** The state in a snapshot; its type is `generic-timer`, its version 1. The count is the clock's. */
export interface GenericTimerState {
  readonly frequency: number;
  /** By CPU. */
  readonly cpus: readonly Readonly<Record<TimerName, TimerChannelState>>[];
}

export class GenericTimer {
  readonly frequency: number;
  /** The registers it contributes; their hooks find the timers of the CPU they are given. */
  readonly registers: readonly SystemRegisterDefinition[];
  private readonly clock: Clock;
  private readonly rate: TickRate;
  private readonly channels: readonly Readonly<Record<TimerName, TimerChannel>>[];

  /** @throws CONFIG_INVALID when the frequency is not a whole number from 1 to 2^32 - 1 */
  constructor({ clock, frequency, cpus, output }: GenericTimerConfig) {
    checkFrequency(frequency);
    this.clock = clock;
    this.frequency = frequency;
    this.rate = new TickRate(frequency);
    const channel = (cpu: number, timer: TimerName): TimerChannel =>
      new TimerChannel(clock, this.rate, output?.(cpu, timer));
    this.channels = Array.from({ length: cpus }, (_, cpu) => ({
      physical: channel(cpu, 'physical'),
      virtual: channel(cpu, 'virtual'),
    }));
    this.registers = timerRegisters(this);
  }

  /** Ticks of the system counter. */
  get count(): number {
    return this.rate.ticksAt(this.clock.now());
  }

  /** Leaves the count in `transfer` of a state block. */
  readCount(cpu: CpuState): void {
    const { count } = this;
    cpu.set(CPU_STATE.transfer, count | 0, (count / TWO_32) | 0);
  }

  /** The timer of a CPU. */
  channel(cpu: CpuState, timer: TimerName): TimerChannel {
    return this.channels[cpu.index][timer];
  }

  reset(): void {
    for (const { physical, virtual } of this.channels) {
      physical.reset();
      virtual.reset();
    }
  }

  snapshot(): Snapshot<GenericTimerState> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: {
        frequency: this.frequency,
        cpus: this.channels.map(({ physical, virtual }) => ({
          physical: physical.snapshot(),
          virtual: virtual.snapshot(),
        })),
      },
    };
  }

  /**
   * Takes over a snapshot; the clock shows its time already. Outputs and deadlines follow.
   *
   * @throws SNAPSHOT_INVALID, changing nothing
   */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as GenericTimerState;
    const fits =
      state?.frequency === this.frequency &&
      Array.isArray(state.cpus) &&
      state.cpus.length === this.channels.length &&
      state.cpus.every((cpu) => isChannelState(cpu?.physical) && isChannelState(cpu?.virtual));
    if (!fits) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `the snapshot is not of a timer with ${this.frequency} Hz and ${this.channels.length} CPUs`,
        { context: { frequency: state?.frequency, cpus: state?.cpus?.length } },
      );
    }
    this.channels.forEach(({ physical, virtual }, cpu) => {
      physical.restore(state.cpus[cpu].physical);
      virtual.restore(state.cpus[cpu].virtual);
    });
  }
}

export function checkFrequency(frequency: number): void {
  if (Number.isInteger(frequency) && frequency >= 1 && frequency < TWO_32) return;
  throw new ArmatureError('CONFIG_INVALID', `${frequency} Hz is not a frequency for the system counter`, {
    context: { frequency },
    hint: 'Give a whole number from 1 to 4294967295; 62500000 is what QEMU uses.',
  });
}

function isChannelState(state: TimerChannelState | undefined): boolean {
  const word = (value: unknown): boolean =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < TWO_32;
  const enables = TIMER_CONTROL.ENABLE | TIMER_CONTROL.IMASK;
  return (
    state !== undefined &&
    word(state.control) &&
    (state.control & ~enables) === 0 &&
    word(state.compareLo) &&
    word(state.compareHi)
  );
}
