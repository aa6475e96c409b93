/**
 * A device that nobody at Armature wrote: eight seven-segment digits and a counter of writes.
 *
 *     0x00 to 0x07   DIGIT0 to DIGIT7, RW   segments A to G and the point in bits 0 to 7
 *     0x08           BLANK, RW              bit 0 switches the display off
 *     0x0c           WRITES, RO             writes to digits since reset
 */
import {
  type AccessSize,
  BUS_FAULT,
  cells,
  checkSnapshot,
  type MmioDevice,
  type Part,
  reg,
  type Snapshot,
  strings,
} from '@armature/core';

const REGISTER = { DIGITS: 0x00, BLANK: 0x08, WRITES: 0x0c } as const;

export interface SevenSegmentOptions {
  readonly base?: number;
  /** Told of every change: the eight digits' segments, all zero when the display is off. */
  readonly onChange?: (segments: Uint8Array) => void;
}

export class SevenSegment implements MmioDevice {
  private digits = new Uint8Array(8);
  private blank = 0;
  private writes = 0;
  private readonly onChange: (segments: Uint8Array) => void;

  constructor(onChange: (segments: Uint8Array) => void = () => {}) {
    this.onChange = onChange;
  }

  read(offset: number, size: AccessSize): number {
    if (offset === REGISTER.WRITES && size === 4) return this.writes;
    if (size !== 1) return BUS_FAULT;
    if (offset < REGISTER.BLANK) return this.digits[offset];
    return offset === REGISTER.BLANK ? this.blank : BUS_FAULT;
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (size !== 1 || offset > REGISTER.BLANK) return BUS_FAULT;
    if (offset === REGISTER.BLANK) {
      this.blank = value & 1;
    } else {
      this.digits[offset] = value;
      this.writes = (this.writes + 1) >>> 0;
    }
    this.onChange(this.blank ? new Uint8Array(8) : this.digits.slice());
    return undefined;
  }

  reset(): void {
    this.digits.fill(0);
    this.blank = 0;
    this.writes = 0;
  }

  snapshot(): Snapshot {
    const { digits, blank, writes } = this;
    return { type: 'seven-segment', version: 1, state: { digits: digits.slice(), blank, writes } };
  }

  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, 'seven-segment', 1);
    const state = snapshot.state as { digits: Uint8Array; blank: number; writes: number };
    this.digits = state.digits.slice();
    this.blank = state.blank;
    this.writes = state.writes;
  }
}

/** The part: one region, one device, one node in the device tree. */
export function sevenSegment({ base, onChange }: SevenSegmentOptions = {}): Part {
  return {
    name: 'seven-segment',
    provides: [],
    requires: [],
    regions: [{ name: 'registers', size: 0x1000, kind: 'mmio', ...(base !== undefined && { base }) }],
    create({ regions }) {
      const device = new SevenSegment(onChange);
      const { registers } = regions;
      return {
        devices: { registers: device },
        deviceTree: [
          {
            name: `display@${registers.base.toString(16)}`,
            properties: {
              compatible: strings('example,seven-segment'),
              reg: reg([registers.base, registers.size]),
              digits: cells(8),
            },
          },
        ],
        reset: () => device.reset(),
        snapshot: () => device.snapshot(),
        restore: (snapshot) => device.restore(snapshot),
      };
    },
    toJSON: () => ({ part: 'seven-segment', ...(base !== undefined && { base }) }),
  };
}
