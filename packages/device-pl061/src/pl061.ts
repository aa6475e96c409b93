/**
 * PrimeCell General Purpose Input/Output (PL061): eight pins, each an input or an output.
 *
 * A pin that nothing drives is low, as if pulled down.
 *
 * @spec DDI 0190, Programmers model
 */
import {
  type AccessSize,
  ArmatureError,
  checkSnapshot,
  fromLanes,
  type IrqLine,
  type MmioDevice,
  type Snapshot,
  unconnectedLine,
} from '@armature/core';
import { IDENTIFICATION, PIN_COUNT, PL061_REGISTER } from './registers.ts';

const SNAPSHOT_TYPE = 'pl061';
const SNAPSHOT_VERSION = 1;

export interface Pl061Config {
  /** The combined interrupt GPIOINTR. Default: connected to nothing. */
  readonly irq?: IrqLine;
  /** The guest changed the level of a pin it drives; one that it stops driving goes low. */
  readonly onOutput?: (pin: number, level: boolean) => void;
}

/** The state in a snapshot; its type is `pl061`, its version 1. Every value has one bit for each pin. */
export interface Pl061State {
  /** What the guest wrote to pins while they were outputs. */
  readonly data: number;
  readonly direction: number;
  readonly sense: number;
  readonly bothEdges: number;
  readonly event: number;
  readonly mask: number;
  /** Edges seen and not cleared. */
  readonly edges: number;
  readonly alternate: number;
  /** Levels that the outside drives. */
  readonly inputs: number;
}

/** Registers that are stored as they are written. */
type Field = Exclude<keyof Pl061State, 'edges' | 'inputs' | 'data'>;

const STORED: Readonly<Record<number, Field>> = {
  [PL061_REGISTER.GPIODIR]: 'direction',
  [PL061_REGISTER.GPIOIS]: 'sense',
  [PL061_REGISTER.GPIOIBE]: 'bothEdges',
  [PL061_REGISTER.GPIOIEV]: 'event',
  [PL061_REGISTER.GPIOIE]: 'mask',
  [PL061_REGISTER.GPIOAFSEL]: 'alternate',
};

const RESET_STATE: Omit<Pl061State, 'inputs'> = {
  data: 0,
  direction: 0,
  sense: 0,
  bothEdges: 0,
  event: 0,
  mask: 0,
  edges: 0,
  alternate: 0,
};

export class Pl061 implements MmioDevice {
  private readonly irq: IrqLine;
  private readonly onOutput: (pin: number, level: boolean) => void;
  private readonly state: { -readonly [Name in keyof Pl061State]: number } = { ...RESET_STATE, inputs: 0 };
  /** Levels last told to `onOutput`. */
  private told = 0;

  constructor(config: Pl061Config = {}) {
    this.irq = config.irq ?? unconnectedLine();
    this.onOutput = config.onOutput ?? (() => {});
  }

  /** Drives a pin from outside. It counts while the pin is an input. @throws CONFIG_INVALID */
  setInput(pin: number, level: boolean): void {
    const bit = pinBit(pin);
    const before = this.state.inputs;
    this.state.inputs = level ? before | bit : before & ~bit;
    this.detectEdges(before ^ this.state.inputs);
    this.update();
  }

  /** The level of a pin, whoever drives it. @throws CONFIG_INVALID */
  level(pin: number): boolean {
    return (this.levels & pinBit(pin)) !== 0;
  }

  read(offset: number, size: AccessSize): number {
    return fromLanes(this.readRegister(offset & 0xffc), offset, size);
  }

  write(offset: number, _size: AccessSize, value: number): undefined {
    // Registers are eight bits wide: only an access that holds their lowest byte changes them.
    if ((offset & 3) === 0) this.writeRegister(offset & 0xffc, value & 0xff);
  }

  /** Registers to zero; what the outside drives stays. */
  reset(): void {
    Object.assign(this.state, RESET_STATE);
    this.update();
  }

  snapshot(): Snapshot<Pl061State> {
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, state: { ...this.state } };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const saved = snapshot.state as Pl061State;
    const names = Object.keys(this.state) as (keyof Pl061State)[];
    const wrong = names.filter((name) => {
      const value = saved?.[name];
      return !Number.isInteger(value) || value < 0 || value > 0xff;
    });
    if (wrong.length > 0) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `the snapshot of a PL061 has invalid values: ${wrong.join(', ')}`,
        { context: { fields: wrong } },
      );
    }
    for (const name of names) this.state[name] = saved[name];
    this.update();
  }

  private get levels(): number {
    const { data, direction, inputs } = this.state;
    return (data & direction) | (inputs & ~direction);
  }

  private get raw(): number {
    const { sense, event, edges } = this.state;
    return (edges & ~sense) | (~(this.levels ^ event) & sense);
  }

  private readRegister(register: number): number {
    if (register < PL061_REGISTER.GPIODIR) return this.levels & (register >> 2);
    if (register in STORED) return this.state[STORED[register]];
    if (register === PL061_REGISTER.GPIORIS) return this.raw;
    if (register === PL061_REGISTER.GPIOMIS) return this.raw & this.state.mask;
    if (register < PL061_REGISTER.GPIOPeriphID0) return 0;
    return IDENTIFICATION[(register - PL061_REGISTER.GPIOPeriphID0) >> 2];
  }

  private writeRegister(register: number, value: number): void {
    const { state } = this;
    if (register < PL061_REGISTER.GPIODIR) {
      const pins = (register >> 2) & state.direction;
      state.data = (state.data & ~pins) | (value & pins);
    } else if (register in STORED) {
      state[STORED[register]] = value;
    } else if (register === PL061_REGISTER.GPIOIC) {
      state.edges &= ~value;
    }
    this.update();
  }

  private detectEdges(changed: number): void {
    const { state } = this;
    const wanted = state.bothEdges | ~(state.inputs ^ state.event);
    state.edges |= changed & wanted & ~state.direction & ~state.sense & 0xff;
  }

  private update(): void {
    this.irq.set((this.raw & this.state.mask) !== 0);
    const driven = this.state.data & this.state.direction;
    const changed = driven ^ this.told;
    this.told = driven;
    for (let pin = 0; pin < PIN_COUNT; pin++) {
      if (changed & (1 << pin)) this.onOutput(pin, (driven & (1 << pin)) !== 0);
    }
  }
}

function pinBit(pin: number): number {
  if (Number.isInteger(pin) && pin >= 0 && pin < PIN_COUNT) return 1 << pin;
  throw new ArmatureError('CONFIG_INVALID', `a PL061 has no pin ${pin}`, {
    context: { pin },
    hint: 'Its pins are 0 to 7.',
  });
}
