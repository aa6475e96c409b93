/**
 * PrimeCell UART (PL011).
 *
 * The host's end of the line is ideal: a character that the guest sends has left the moment it is written, and
 * characters that the host sends wait in a queue until the receive FIFO has room. A line without that courtesy,
 * where a full FIFO overruns, is {@link Pl011.receiveUnpaced} and the guest's own loopback.
 *
 * @spec DDI 0183, Programmers model
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
import { CharacterQueue } from './character-queue.ts';
import {
  CONTROL,
  DATA_STATUS,
  FLAG,
  INTERRUPT_BIT,
  LINE_CONTROL,
  PL011_REGISTER,
  type Pl011Revision,
  RESET_VALUE,
  REVISION,
  TRIGGER_EIGHTHS,
  WRITE_MASK,
} from './registers.ts';

const SNAPSHOT_TYPE = 'pl011';
const SNAPSHOT_VERSION = 1;

const MODEM_INPUTS = FLAG.CTS | FLAG.DSR | FLAG.DCD | FLAG.RI;
/** Bit periods without a character after which data in the FIFO raises the receive timeout. */
const TIMEOUT_BITS = 32;
const SECOND = 1e9;
/** Rate assumed for the receive timeout while the guest has programmed none. */
const DEFAULT_BAUD = 115200;

/** What the device tells its host. */
export interface Pl011Events {
  /** A character left the transmitter: 0 to 255. */
  onTransmit?(byte: number): void;
  /** The guest started or ended a break on the line. */
  onBreak?(active: boolean): void;
}

/** Levels of the modem inputs; true is asserted (the pin is low). */
export interface ModemInputs {
  readonly cts?: boolean;
  readonly dsr?: boolean;
  readonly dcd?: boolean;
  readonly ri?: boolean;
}

/** Errors that come with a received character. */
export interface CharacterErrors {
  readonly framing?: boolean;
  readonly parity?: boolean;
}

export interface Pl011Config extends Pl011Events {
  /** The combined interrupt UARTINTR. Default: connected to nothing. */
  readonly irq?: IrqLine;
  /** Times the receive timeout; without it the timeout is immediate. */
  readonly clock?: Clock;
  /** UARTCLK in Hz, default 24 MHz. */
  readonly clockFrequency?: number;
  /** `r1p4` (default) has 16-deep FIFOs and is what QEMU identifies as; `r1p5` has 32-deep ones. */
  readonly revision?: Pl011Revision;
  /**
   * Follow the manual where software written for QEMU does not expect it: characters move only while UARTEN,
   * TXE and RXE allow, CTSEn and WLEN count, the receive interrupt waits for its trigger level, and the receive
   * timeout exists. Default false: as QEMU, every received character raises the receive interrupt.
   */
  readonly strict?: boolean;
}

/** The state in a snapshot; its type is `pl011`, its version 1. */
export interface Pl011State {
  readonly ilpr: number;
  readonly ibrd: number;
  readonly fbrd: number;
  readonly lineControl: number;
  readonly control: number;
  readonly triggerSelect: number;
  readonly mask: number;
  readonly raw: number;
  readonly dmaControl: number;
  readonly receiveStatus: number;
  readonly overrun: boolean;
  /** Divisor in use, in 1/64: what IBRD and FBRD held when UARTLCR_H was written last. */
  readonly divisor: number;
  readonly externalModem: number;
  readonly modem: number;
  readonly receiveFifo: readonly number[];
  readonly transmitFifo: readonly number[];
  /** Characters that wait for room in the receive FIFO. */
  readonly waiting: readonly number[];
  /** Nanoseconds until the receive timeout, or null. */
  readonly timeoutIn: number | null;
}

export class Pl011 implements MmioDevice {
  private readonly irq: IrqLine;
  private readonly clock: Clock | undefined;
  private readonly clockFrequency: number;
  private readonly revision: (typeof REVISION)[Pl011Revision];
  private readonly strict: boolean;
  private readonly events: Pl011Events;

  private ilpr = 0;
  private ibrd = 0;
  private fbrd = 0;
  private lineControl = 0;
  private control: number = RESET_VALUE.UARTCR;
  private triggerSelect: number = RESET_VALUE.UARTIFLS;
  private mask = 0;
  private raw = 0;
  private dmaControl = 0;
  private receiveStatus = 0;
  private overrun = false;
  private divisor = 0;
  private externalModem = 0;
  private modem = 0;
  private readonly receiveFifo = new CharacterQueue();
  private readonly transmitFifo = new CharacterQueue();
  private readonly waiting = new CharacterQueue();
  private deadline = Number.POSITIVE_INFINITY;
  private cancelTimeout: () => void = () => {};

  /** @throws CONFIG_INVALID when the clock frequency is not a positive number or the revision unknown */
  constructor(config: Pl011Config = {}) {
    const { clockFrequency = 24_000_000, revision = 'r1p4' } = config;
    if (!(clockFrequency > 0 && Number.isFinite(clockFrequency)) || !Object.hasOwn(REVISION, revision)) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `a PL011 of revision ${revision} with a clock of ${clockFrequency} Hz is not possible`,
        {
          context: { clockFrequency, revision },
          hint: 'Use revision r1p4 or r1p5 and a frequency above zero.',
        },
      );
    }
    this.irq = config.irq ?? unconnectedLine();
    this.clock = config.clock;
    this.clockFrequency = clockFrequency;
    this.revision = REVISION[revision];
    this.strict = config.strict ?? false;
    this.events = config;
  }

  /** Characters from the host that have not reached the receive FIFO yet. */
  get pendingInput(): number {
    return this.waiting.length;
  }

  /** Sends characters to the guest. They queue without limit and enter the FIFO as the guest drains it. */
  receive(bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++) this.waiting.push(bytes[i] & 0xff);
    this.feed();
  }

  /** Sends one character with line errors, in order with {@link receive}. */
  receiveCharacter(byte: number, errors: CharacterErrors): void {
    const status = (errors.framing ? DATA_STATUS.FE : 0) | (errors.parity ? DATA_STATUS.PE : 0);
    this.waiting.push((byte & 0xff) | status);
    this.feed();
  }

  /** Sends a break, in order with {@link receive}: the guest reads character 0 with the break status. */
  receiveBreak(): void {
    this.waiting.push(DATA_STATUS.BE);
    this.feed();
  }

  /** Characters that arrive now, whether there is room or not: a full FIFO overruns. */
  receiveUnpaced(bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++) this.arrive(bytes[i] & 0xff);
    this.update();
  }

  /** Drives the modem inputs. All are inactive at first; inputs not named stay. */
  setModemInputs(inputs: ModemInputs): void {
    const bits = { cts: FLAG.CTS, dsr: FLAG.DSR, dcd: FLAG.DCD, ri: FLAG.RI };
    for (const [name, bit] of Object.entries(bits) as [keyof ModemInputs, number][]) {
      const level = inputs[name];
      if (level !== undefined) {
        this.externalModem = level ? this.externalModem | bit : this.externalModem & ~bit;
      }
    }
    this.modemChanged();
    this.drain();
    this.update();
  }

  read(offset: number, size: AccessSize): number {
    return fromLanes(this.readRegister(offset & 0xffc), offset, size);
  }

  write(offset: number, size: AccessSize, value: number): undefined {
    this.writeRegister(offset & 0xffc, toLanes(value, offset, size));
  }

  reset(): void {
    this.ilpr = 0;
    this.ibrd = 0;
    this.fbrd = 0;
    this.lineControl = 0;
    this.control = RESET_VALUE.UARTCR;
    this.triggerSelect = RESET_VALUE.UARTIFLS;
    this.mask = 0;
    this.raw = 0;
    this.dmaControl = 0;
    this.receiveStatus = 0;
    this.overrun = false;
    this.divisor = 0;
    this.modem = this.externalModem;
    this.receiveFifo.clear();
    this.transmitFifo.clear();
    this.waiting.clear();
    this.stopTimeout();
    this.update();
  }

  snapshot(): Snapshot<Pl011State> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: {
        ilpr: this.ilpr,
        ibrd: this.ibrd,
        fbrd: this.fbrd,
        lineControl: this.lineControl,
        control: this.control,
        triggerSelect: this.triggerSelect,
        mask: this.mask,
        raw: this.raw,
        dmaControl: this.dmaControl,
        receiveStatus: this.receiveStatus,
        overrun: this.overrun,
        divisor: this.divisor,
        externalModem: this.externalModem,
        modem: this.modem,
        receiveFifo: this.receiveFifo.toArray(),
        transmitFifo: this.transmitFifo.toArray(),
        waiting: this.waiting.toArray(),
        timeoutIn:
          this.deadline === Number.POSITIVE_INFINITY
            ? null
            : Math.max(0, this.deadline - (this.clock?.now() ?? 0)),
      },
    };
  }

  /** Takes over a snapshot and drives the interrupt line from it. @throws SNAPSHOT_INVALID, changing nothing */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as Pl011State;
    this.checkState(state);
    this.ilpr = state.ilpr;
    this.ibrd = state.ibrd;
    this.fbrd = state.fbrd;
    this.lineControl = state.lineControl;
    this.control = state.control;
    this.triggerSelect = state.triggerSelect;
    this.mask = state.mask;
    this.raw = state.raw;
    this.dmaControl = state.dmaControl;
    this.receiveStatus = state.receiveStatus;
    this.overrun = state.overrun;
    this.divisor = state.divisor;
    this.externalModem = state.externalModem;
    this.modem = state.modem;
    this.receiveFifo.replace(state.receiveFifo);
    this.transmitFifo.replace(state.transmitFifo);
    this.waiting.replace(state.waiting);
    this.stopTimeout();
    if (state.timeoutIn !== null) this.startTimeout(state.timeoutIn);
    this.update();
  }

  private checkState(state: Pl011State): void {
    const word = (value: unknown, mask: number): boolean =>
      typeof value === 'number' && Number.isInteger(value) && (value & ~mask) === 0 && value >= 0;
    const words = (value: unknown, mask: number, limit: number): boolean =>
      Array.isArray(value) && value.length <= limit && value.every((item) => word(item, mask));
    const valid: Record<keyof Pl011State, boolean> = {
      ilpr: word(state?.ilpr, WRITE_MASK.UARTILPR),
      ibrd: word(state?.ibrd, WRITE_MASK.UARTIBRD),
      fbrd: word(state?.fbrd, WRITE_MASK.UARTFBRD),
      lineControl: word(state?.lineControl, WRITE_MASK.UARTLCR_H),
      control: word(state?.control, WRITE_MASK.UARTCR),
      triggerSelect: word(state?.triggerSelect, WRITE_MASK.UARTIFLS),
      mask: word(state?.mask, WRITE_MASK.UARTIMSC),
      raw: word(state?.raw, WRITE_MASK.UARTIMSC),
      dmaControl: word(state?.dmaControl, WRITE_MASK.UARTDMACR),
      receiveStatus: word(state?.receiveStatus, 0xf),
      overrun: typeof state?.overrun === 'boolean',
      divisor: word(state?.divisor, 0x3f_ffff),
      externalModem: word(state?.externalModem, MODEM_INPUTS),
      modem: word(state?.modem, MODEM_INPUTS),
      receiveFifo: words(state?.receiveFifo, 0xfff, this.revision.depth),
      transmitFifo: words(state?.transmitFifo, 0xff, this.revision.depth),
      waiting: words(state?.waiting, 0xfff, Number.POSITIVE_INFINITY),
      timeoutIn: state?.timeoutIn === null || (Number.isFinite(state?.timeoutIn) && state.timeoutIn! >= 0),
    };
    const wrong = Object.entries(valid).filter(([, good]) => !good);
    if (wrong.length > 0) {
      const fields = wrong.map(([name]) => name);
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `the snapshot of a PL011 has invalid values: ${fields.join(', ')}`,
        { context: { fields } },
      );
    }
  }

  private get capacity(): number {
    return this.lineControl & LINE_CONTROL.FEN ? this.revision.depth : 1;
  }

  private get loopback(): boolean {
    return (this.control & CONTROL.LBE) !== 0;
  }

  private triggerLevel(field: number): number {
    return (this.revision.depth * TRIGGER_EIGHTHS[field & 7]) / 8;
  }

  private get receiveTrigger(): number {
    if (!this.strict || !(this.lineControl & LINE_CONTROL.FEN)) return 1;
    return this.triggerLevel(this.triggerSelect >> 3);
  }

  private readRegister(register: number): number {
    switch (register) {
      case PL011_REGISTER.UARTDR:
        return this.readData();
      case PL011_REGISTER.UARTRSR:
        return this.receiveStatus;
      case PL011_REGISTER.UARTFR:
        return this.flags();
      case PL011_REGISTER.UARTILPR:
        return this.ilpr;
      case PL011_REGISTER.UARTIBRD:
        return this.ibrd;
      case PL011_REGISTER.UARTFBRD:
        return this.fbrd;
      case PL011_REGISTER.UARTLCR_H:
        return this.lineControl;
      case PL011_REGISTER.UARTCR:
        return this.control;
      case PL011_REGISTER.UARTIFLS:
        return this.triggerSelect;
      case PL011_REGISTER.UARTIMSC:
        return this.mask;
      case PL011_REGISTER.UARTRIS:
        return this.raw;
      case PL011_REGISTER.UARTMIS:
        return this.raw & this.mask;
      case PL011_REGISTER.UARTDMACR:
        return this.dmaControl;
      default:
        if (register < PL011_REGISTER.UARTPeriphID0) return 0;
        return this.revision.identification[(register - PL011_REGISTER.UARTPeriphID0) >> 2];
    }
  }

  private writeRegister(register: number, value: number): void {
    switch (register) {
      case PL011_REGISTER.UARTDR:
        this.writeData(value & 0xff);
        break;
      case PL011_REGISTER.UARTRSR:
        this.receiveStatus = 0;
        break;
      case PL011_REGISTER.UARTILPR:
        this.ilpr = value & WRITE_MASK.UARTILPR;
        break;
      case PL011_REGISTER.UARTIBRD:
        this.ibrd = value & WRITE_MASK.UARTIBRD;
        break;
      case PL011_REGISTER.UARTFBRD:
        this.fbrd = value & WRITE_MASK.UARTFBRD;
        break;
      case PL011_REGISTER.UARTLCR_H:
        this.writeLineControl(value & WRITE_MASK.UARTLCR_H);
        break;
      case PL011_REGISTER.UARTCR:
        this.control = value & WRITE_MASK.UARTCR;
        this.modemChanged();
        this.drain();
        this.feed();
        break;
      case PL011_REGISTER.UARTIFLS:
        this.triggerSelect = value & WRITE_MASK.UARTIFLS;
        break;
      case PL011_REGISTER.UARTIMSC:
        this.mask = value & WRITE_MASK.UARTIMSC;
        this.update();
        break;
      case PL011_REGISTER.UARTICR:
        this.raw &= ~value;
        this.update();
        break;
      case PL011_REGISTER.UARTDMACR:
        this.dmaControl = value & WRITE_MASK.UARTDMACR;
        break;
    }
  }

  private flags(): number {
    const held = this.transmitFifo.length;
    return (
      this.modem |
      (this.receiveFifo.length === 0 ? FLAG.RXFE : 0) |
      (this.receiveFifo.length >= this.capacity ? FLAG.RXFF : 0) |
      (held === 0 ? FLAG.TXFE : FLAG.BUSY) |
      (held >= this.capacity ? FLAG.TXFF : 0)
    );
  }

  private readData(): number {
    const word = this.receiveFifo.shift();
    this.receiveStatus = (this.receiveStatus & (DATA_STATUS.OE >> 8)) | (word >> 8);
    if (this.receiveFifo.length < this.receiveTrigger) this.raw &= ~INTERRUPT_BIT.RX;
    if (this.receiveFifo.length === 0) {
      this.raw &= ~INTERRUPT_BIT.RT;
      this.stopTimeout();
    }
    this.feed();
    return word;
  }

  private writeData(character: number): void {
    if (this.transmitFifo.length >= this.capacity) return;
    this.transmitFifo.push(character);
    const level = this.lineControl & LINE_CONTROL.FEN ? this.triggerLevel(this.triggerSelect) : 0;
    if (this.transmitFifo.length > level) this.raw &= ~INTERRUPT_BIT.TX;
    this.drain();
    this.update();
  }

  private writeLineControl(value: number): void {
    const changed = this.lineControl ^ value;
    this.lineControl = value;
    this.divisor = this.ibrd * 64 + this.fbrd;
    if (changed & LINE_CONTROL.FEN) {
      this.receiveFifo.clear();
      this.transmitFifo.clear();
      this.raw &= ~(INTERRUPT_BIT.RX | INTERRUPT_BIT.RT);
      this.stopTimeout();
    }
    if (changed & LINE_CONTROL.BRK) {
      const active = (value & LINE_CONTROL.BRK) !== 0;
      if (active && this.loopback) this.arrive(DATA_STATUS.BE);
      this.events.onBreak?.(active);
    }
    this.feed();
  }

  private canTransmit(): boolean {
    if (!this.strict) return true;
    const needed = CONTROL.UARTEN | CONTROL.TXE;
    if ((this.control & needed) !== needed) return false;
    if (this.lineControl & LINE_CONTROL.BRK) return false;
    return !(this.control & CONTROL.CTSEn) || (this.modem & FLAG.CTS) !== 0;
  }

  private canReceive(): boolean {
    const needed = CONTROL.UARTEN | CONTROL.RXE;
    return !this.strict || (this.control & needed) === needed;
  }

  private drain(): void {
    if (this.transmitFifo.length === 0) return;
    while (this.transmitFifo.length > 0 && this.canTransmit()) {
      const character = this.trimToWord(this.transmitFifo.shift());
      if (this.loopback) this.arrive(character);
      this.raw |= INTERRUPT_BIT.TX;
      this.events.onTransmit?.(character);
    }
  }

  private trimToWord(character: number): number {
    if (!this.strict) return character;
    const wordLength = 5 + ((this.lineControl >> LINE_CONTROL.wlenShift) & 3);
    return character & ((1 << wordLength) - 1);
  }

  /** Moves waiting characters into the receive FIFO, then settles the interrupt line. */
  private feed(): void {
    while (
      this.waiting.length > 0 &&
      this.receiveFifo.length < this.capacity &&
      !this.loopback &&
      this.canReceive()
    ) {
      this.accept(this.waiting.shift());
    }
    this.update();
  }

  private arrive(word: number): void {
    if (!this.canReceive()) return;
    if (this.receiveFifo.length < this.capacity) {
      this.accept(word);
      return;
    }
    this.overrun = true;
    this.receiveStatus |= DATA_STATUS.OE >> 8;
    this.raw |= INTERRUPT_BIT.OE;
  }

  private accept(word: number): void {
    const status = word & (DATA_STATUS.FE | DATA_STATUS.PE | DATA_STATUS.BE);
    const lost = this.overrun ? DATA_STATUS.OE : 0;
    this.overrun = false;
    this.receiveFifo.push(this.trimToWord(word & 0xff) | status | lost);
    // FE, PE and BE are in the same order in UARTDR and in UARTRIS, one bit apart.
    this.raw |= status >> 1;
    if (this.receiveFifo.length >= this.receiveTrigger) this.raw |= INTERRUPT_BIT.RX;
    if (this.strict) this.startTimeout(this.timeout());
  }

  /** Whole nanoseconds of the receive timeout at the programmed rate. */
  private timeout(): number {
    const bit =
      this.divisor < 64 ? SECOND / DEFAULT_BAUD : (SECOND * 16 * this.divisor) / (64 * this.clockFrequency);
    return Math.round(TIMEOUT_BITS * bit);
  }

  private startTimeout(delay: number): void {
    this.stopTimeout();
    if (this.clock === undefined) {
      this.raw |= INTERRUPT_BIT.RT;
      return;
    }
    this.deadline = this.clock.now() + delay;
    this.cancelTimeout = this.clock.schedule(this.deadline, () => {
      this.deadline = Number.POSITIVE_INFINITY;
      this.raw |= INTERRUPT_BIT.RT;
      this.update();
    });
  }

  private stopTimeout(): void {
    this.cancelTimeout();
    this.cancelTimeout = () => {};
    this.deadline = Number.POSITIVE_INFINITY;
  }

  /** Loopback feeds the modem outputs to the inputs: RTS to CTS, DTR to DSR, Out1 to DCD, Out2 to RI. */
  private modemChanged(): void {
    const { control } = this;
    const level = this.loopback
      ? (control & CONTROL.RTS ? FLAG.CTS : 0) |
        (control & CONTROL.DTR ? FLAG.DSR : 0) |
        (control & CONTROL.Out1 ? FLAG.DCD : 0) |
        (control & CONTROL.Out2 ? FLAG.RI : 0)
      : this.externalModem;
    const changed = level ^ this.modem;
    this.modem = level;
    if (changed & FLAG.RI) this.raw |= INTERRUPT_BIT.RI;
    if (changed & FLAG.CTS) this.raw |= INTERRUPT_BIT.CTS;
    if (changed & FLAG.DCD) this.raw |= INTERRUPT_BIT.DCD;
    if (changed & FLAG.DSR) this.raw |= INTERRUPT_BIT.DSR;
  }

  private update(): void {
    this.irq.set((this.raw & this.mask) !== 0);
  }
}
