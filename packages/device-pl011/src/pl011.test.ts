import { type IrqLine, manualClock, unconnectedLine } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Pl011, type Pl011Config } from './pl011.ts';
import { CONTROL, DATA_STATUS, FLAG, INTERRUPT_BIT, LINE_CONTROL, PL011_REGISTER as R } from './registers.ts';

interface Bench {
  uart: Pl011;
  sent: number[];
  irq: IrqLine;
  get(register: number): number;
  set(register: number, value: number): void;
}

function bench(config: Pl011Config = {}): Bench {
  const sent: number[] = [];
  const irq = unconnectedLine();
  const uart = new Pl011({ irq, onTransmit: (byte) => sent.push(byte), ...config });
  return {
    uart,
    sent,
    irq,
    get: (register) => uart.read(register, 4),
    set: (register, value) => uart.write(register, 4, value),
  };
}

const text = (value: string): number[] => [...value].map((c) => c.charCodeAt(0));
const ENABLE = CONTROL.UARTEN | CONTROL.TXE | CONTROL.RXE;
const EIGHT_BITS_FIFO = LINE_CONTROL.FEN | (3 << LINE_CONTROL.wlenShift);

/** The interrupt line agrees with UARTMIS after whatever came before. */
const settled = ({ irq, get }: Bench): boolean => irq.level === (get(R.UARTMIS) !== 0);

describe('registers', () => {
  test('reset values are those of the manual', () => {
    const { get } = bench();
    const values = Object.entries(R).map(([name, offset]) => [name, get(offset)]);
    expect(Object.fromEntries(values)).toEqual({
      UARTDR: 0,
      UARTRSR: 0,
      UARTFR: FLAG.TXFE | FLAG.RXFE,
      UARTILPR: 0,
      UARTIBRD: 0,
      UARTFBRD: 0,
      UARTLCR_H: 0,
      UARTCR: 0x300,
      UARTIFLS: 0x12,
      UARTIMSC: 0,
      UARTRIS: 0,
      UARTMIS: 0,
      UARTICR: 0,
      UARTDMACR: 0,
      UARTPeriphID0: 0x11,
    });
  });

  test.each([
    ['UARTILPR', 0xff],
    ['UARTIBRD', 0xffff],
    ['UARTFBRD', 0x3f],
    ['UARTLCR_H', 0xff],
    ['UARTCR', 0xff87],
    ['UARTIFLS', 0x3f],
    ['UARTIMSC', 0x7ff],
    ['UARTDMACR', 0x7],
  ] as const)('%s keeps its implemented bits and no others', (name, mask) => {
    const { get, set } = bench();
    set(R[name], 0xffff_ffff);
    expect(get(R[name])).toBe(mask);
    set(R[name], 0);
    expect(get(R[name])).toBe(0);
  });

  test('read-only registers ignore writes', () => {
    const { get, set } = bench();
    for (const register of [R.UARTFR, R.UARTRIS, R.UARTMIS, R.UARTPeriphID0]) {
      const before = get(register);
      set(register, 0xffff_ffff);
      expect(get(register)).toBe(before);
    }
  });

  test('identification follows the revision', () => {
    const identify = ({ get }: Bench): number[] =>
      Array.from({ length: 8 }, (_, i) => get(R.UARTPeriphID0 + 4 * i));
    expect(identify(bench())).toEqual([0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
    expect(identify(bench({ revision: 'r1p5' }))).toEqual([0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1]);
  });

  test('reserved offsets read as zero and ignore writes', () => {
    const { uart, get, set, sent } = bench();
    const before = uart.snapshot();
    for (const offset of [0x008, 0x014, 0x01c, 0x04c, 0x080, 0x08c, 0x100, 0xfdc]) {
      set(offset, 0xffff_ffff);
      expect(get(offset)).toBe(0);
    }
    expect(uart.snapshot()).toEqual(before);
    expect(sent).toEqual([]);
  });

  test('bytes and halfwords reach their lane of a register', () => {
    const { uart, get } = bench();
    uart.write(R.UARTIBRD, 2, 0x1234);
    expect(uart.read(R.UARTIBRD, 1)).toBe(0x34);
    expect(uart.read(R.UARTIBRD + 1, 1)).toBe(0x12);
    expect(uart.read(R.UARTIBRD, 2)).toBe(0x1234);
    expect(uart.read(R.UARTIBRD + 2, 2)).toBe(0);
    uart.write(R.UARTIBRD, 1, 0xffff_ff56);
    expect(get(R.UARTIBRD)).toBe(0x56);
  });
});

describe('transmit', () => {
  test('a character has left when the write returns', () => {
    const { set, get, sent } = bench();
    for (const byte of text('hi')) set(R.UARTDR, byte | 0xff00);
    expect(sent).toEqual(text('hi'));
    expect(get(R.UARTFR) & (FLAG.TXFE | FLAG.TXFF | FLAG.BUSY)).toBe(FLAG.TXFE);
  });

  test('raises the transmit interrupt, and UARTICR clears it', () => {
    const b = bench();
    b.set(R.UARTDR, 65);
    expect(b.get(R.UARTRIS)).toBe(INTERRUPT_BIT.TX);
    expect(b.irq.level).toBe(false);
    b.set(R.UARTIMSC, INTERRUPT_BIT.TX);
    expect(b.get(R.UARTMIS)).toBe(INTERRUPT_BIT.TX);
    expect(b.irq.level).toBe(true);
    b.set(R.UARTICR, INTERRUPT_BIT.TX);
    expect(b.irq.level).toBe(false);
  });

  test('strict: characters wait until the UART and its transmitter are enabled', () => {
    const { set, get, sent } = bench({ strict: true });
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    for (let i = 0; i < 17; i++) set(R.UARTDR, i);
    expect(sent).toEqual([]);
    expect(get(R.UARTFR) & (FLAG.TXFE | FLAG.TXFF | FLAG.BUSY)).toBe(FLAG.TXFF | FLAG.BUSY);
    set(R.UARTCR, CONTROL.UARTEN);
    expect(sent).toEqual([]);
    set(R.UARTCR, ENABLE);
    expect(sent).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.TX);
  });

  test('strict: one holding register without FIFOs; five data bits after reset', () => {
    const { set, get, sent } = bench({ strict: true });
    set(R.UARTDR, 0xff);
    set(R.UARTDR, 0x01);
    expect(get(R.UARTFR) & FLAG.TXFF).toBe(FLAG.TXFF);
    set(R.UARTCR, ENABLE);
    expect(sent).toEqual([0x1f]);
  });

  test('strict: filling the FIFO above its trigger level clears the transmit interrupt', () => {
    const { set, get } = bench({ strict: true });
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    set(R.UARTCR, ENABLE);
    set(R.UARTDR, 1);
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.TX);
    set(R.UARTCR, 0);
    for (let i = 0; i < 8; i++) set(R.UARTDR, i);
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.TX);
    set(R.UARTDR, 8);
    expect(get(R.UARTRIS)).toBe(0);
  });

  test('strict: CTSEn holds characters until CTS is asserted', () => {
    const { uart, set, sent } = bench({ strict: true });
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    set(R.UARTCR, ENABLE | CONTROL.CTSEn);
    set(R.UARTDR, 7);
    expect(sent).toEqual([]);
    uart.setModemInputs({ cts: true });
    expect(sent).toEqual([7]);
  });

  test('a break is an event of its own', () => {
    const breaks: boolean[] = [];
    const { set } = bench({ onBreak: (active) => breaks.push(active) });
    set(R.UARTLCR_H, LINE_CONTROL.BRK);
    set(R.UARTLCR_H, LINE_CONTROL.BRK | LINE_CONTROL.PEN);
    set(R.UARTLCR_H, 0);
    expect(breaks).toEqual([true, false]);
  });
});

describe('receive', () => {
  test.each([
    [0, 1],
    [LINE_CONTROL.FEN, 16],
  ])('with UARTLCR_H %i the FIFO holds %i characters and the rest waits', (lineControl, depth) => {
    const { uart, set, get } = bench();
    set(R.UARTLCR_H, lineControl);
    const message = text('The quick brown fox jumps over the lazy dog');
    uart.receive(message);
    expect(uart.pendingInput).toBe(message.length - depth);
    expect(get(R.UARTFR) & FLAG.RXFF).toBe(FLAG.RXFF);
    const read: number[] = [];
    while (!(get(R.UARTFR) & FLAG.RXFE)) read.push(get(R.UARTDR));
    expect(read).toEqual(message);
    expect(get(R.UARTDR)).toBe(0);
  });

  test('revision r1p5 has 32 entries', () => {
    const { uart, set } = bench({ revision: 'r1p5' });
    set(R.UARTLCR_H, LINE_CONTROL.FEN);
    uart.receive(new Uint8Array(40));
    expect(uart.pendingInput).toBe(8);
  });

  test('the interrupt stays up while input remains, through reads and clears', () => {
    const b = bench();
    b.set(R.UARTLCR_H, LINE_CONTROL.FEN);
    b.set(R.UARTIMSC, INTERRUPT_BIT.RX);
    b.uart.receive(text('0123456789abcdefXYZ'));
    expect(b.irq.level).toBe(true);
    b.set(R.UARTICR, INTERRUPT_BIT.RX);
    expect(b.irq.level).toBe(false);
    b.get(R.UARTDR);
    expect(b.irq.level).toBe(true);
    for (let i = 1; i < 18; i++) {
      b.get(R.UARTDR);
      expect(b.irq.level).toBe(true);
    }
    b.get(R.UARTDR);
    expect(b.irq.level).toBe(false);
  });

  test('changing FEN empties the FIFO', () => {
    const { uart, set, get } = bench();
    uart.receive([1]);
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.RX);
    set(R.UARTLCR_H, LINE_CONTROL.FEN);
    expect(get(R.UARTFR) & FLAG.RXFE).toBe(FLAG.RXFE);
    expect(get(R.UARTRIS)).toBe(0);
  });

  test.each([
    [0, 2],
    [1, 4],
    [2, 8],
    [3, 12],
    [4, 14],
  ])('strict: RXIFLSEL %i raises the interrupt at %i characters', (select, level) => {
    const { uart, set, get } = bench({ strict: true, clock: manualClock() });
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    set(R.UARTIFLS, select << 3);
    set(R.UARTCR, ENABLE);
    uart.receive(new Uint8Array(level - 1));
    expect(get(R.UARTRIS) & INTERRUPT_BIT.RX).toBe(0);
    uart.receive([1]);
    expect(get(R.UARTRIS) & INTERRUPT_BIT.RX).toBe(INTERRUPT_BIT.RX);
    get(R.UARTDR);
    expect(get(R.UARTRIS) & INTERRUPT_BIT.RX).toBe(0);
  });

  test('strict: the receive timeout comes 32 bit periods after the last character', () => {
    const clock = manualClock();
    const { uart, set, get, irq } = bench({ strict: true, clock });
    set(R.UARTIBRD, 13);
    set(R.UARTFBRD, 1);
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    set(R.UARTCR, ENABLE);
    set(R.UARTIMSC, INTERRUPT_BIT.RT);
    const timeout = (32 * 16 * (13 + 1 / 64) * 1e9) / 24e6;
    uart.receive([1]);
    clock.advanceTo(timeout - 1);
    uart.receive([2]);
    clock.advanceTo(2 * timeout - 2);
    expect(irq.level).toBe(false);
    clock.advanceTo(2 * timeout);
    expect(irq.level).toBe(true);
    get(R.UARTDR);
    expect(irq.level).toBe(true);
    get(R.UARTDR);
    expect(irq.level).toBe(false);
  });

  test('strict: reading everything cancels the timeout; without a clock it is immediate', () => {
    const clock = manualClock();
    const timed = bench({ strict: true, clock });
    timed.set(R.UARTCR, ENABLE);
    timed.uart.receive([1]);
    timed.get(R.UARTDR);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    const untimed = bench({ strict: true });
    untimed.set(R.UARTCR, ENABLE);
    untimed.uart.receive([1]);
    expect(untimed.get(R.UARTRIS) & INTERRUPT_BIT.RT).toBe(INTERRUPT_BIT.RT);
  });

  test('strict: input waits while the receiver is off', () => {
    const { uart, set, get } = bench({ strict: true });
    set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    uart.receive([9]);
    expect(get(R.UARTFR) & FLAG.RXFE).toBe(FLAG.RXFE);
    set(R.UARTCR, ENABLE);
    expect(get(R.UARTDR)).toBe(9);
  });
});

describe('line errors', () => {
  test('framing, parity and break come with their character and interrupt at once', () => {
    const { uart, set, get } = bench();
    set(R.UARTLCR_H, LINE_CONTROL.FEN);
    uart.receive([1]);
    uart.receiveCharacter(2, { framing: true });
    uart.receiveCharacter(3, { parity: true });
    uart.receiveBreak();
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.RX | INTERRUPT_BIT.FE | INTERRUPT_BIT.PE | INTERRUPT_BIT.BE);
    const reads = [1, 2, 3, 4].map(() => [get(R.UARTDR), get(R.UARTRSR)]);
    expect(reads).toEqual([
      [1, 0],
      [2 | DATA_STATUS.FE, 1],
      [3 | DATA_STATUS.PE, 2],
      [DATA_STATUS.BE, 4],
    ]);
    set(R.UARTRSR, 0);
    expect(get(R.UARTRSR)).toBe(0);
    set(R.UARTICR, 0x7ff);
    expect(get(R.UARTRIS)).toBe(0);
  });

  test('an overrun keeps the FIFO, and the next character carries it', () => {
    const { uart, set, get } = bench();
    set(R.UARTLCR_H, LINE_CONTROL.FEN);
    uart.receiveUnpaced(Array.from({ length: 18 }, (_, i) => i));
    expect(get(R.UARTRIS) & INTERRUPT_BIT.OE).toBe(INTERRUPT_BIT.OE);
    expect(get(R.UARTRSR)).toBe(8);
    expect(get(R.UARTDR)).toBe(0);
    expect(get(R.UARTRSR)).toBe(8);
    uart.receiveUnpaced([0x55]);
    set(R.UARTRSR, 0xff);
    for (let i = 1; i < 16; i++) expect(get(R.UARTDR)).toBe(i);
    expect(get(R.UARTDR)).toBe(0x55 | DATA_STATUS.OE);
    uart.receiveUnpaced([0x56]);
    expect(get(R.UARTDR)).toBe(0x56);
  });
});

describe('loopback and modem', () => {
  test('loopback returns characters and holds the host’s back', () => {
    const { uart, set, get } = bench();
    set(R.UARTLCR_H, LINE_CONTROL.FEN);
    set(R.UARTCR, ENABLE | CONTROL.LBE);
    uart.receive([1]);
    for (let i = 0; i < 17; i++) set(R.UARTDR, 0x40 + i);
    expect(get(R.UARTRIS) & INTERRUPT_BIT.OE).toBe(INTERRUPT_BIT.OE);
    for (let i = 0; i < 16; i++) expect(get(R.UARTDR)).toBe(0x40 + i);
    expect(get(R.UARTFR) & FLAG.RXFE).toBe(FLAG.RXFE);
    set(R.UARTLCR_H, LINE_CONTROL.FEN | LINE_CONTROL.BRK);
    expect(get(R.UARTDR)).toBe(DATA_STATUS.BE | DATA_STATUS.OE);
    set(R.UARTCR, ENABLE);
    expect(get(R.UARTDR)).toBe(1);
  });

  test('loopback feeds the modem outputs to the inputs', () => {
    const { set, get } = bench();
    set(R.UARTCR, CONTROL.LBE | CONTROL.RTS | CONTROL.Out2);
    expect(get(R.UARTFR) & 0x107).toBe(FLAG.CTS | FLAG.RI);
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.CTS | INTERRUPT_BIT.RI);
    set(R.UARTICR, 0x7ff);
    set(R.UARTCR, CONTROL.LBE | CONTROL.DTR | CONTROL.Out1);
    expect(get(R.UARTFR) & 0x107).toBe(FLAG.DSR | FLAG.DCD);
    expect(get(R.UARTRIS)).toBe(INTERRUPT_BIT.CTS | INTERRUPT_BIT.RI | INTERRUPT_BIT.DSR | INTERRUPT_BIT.DCD);
  });

  test('modem inputs are inactive until the host drives them', () => {
    const b = bench();
    expect(b.get(R.UARTFR) & 0x107).toBe(0);
    b.set(R.UARTIMSC, INTERRUPT_BIT.DCD);
    b.uart.setModemInputs({ dcd: true, cts: true });
    expect(b.get(R.UARTFR) & 0x107).toBe(FLAG.DCD | FLAG.CTS);
    expect(b.irq.level).toBe(true);
    b.uart.setModemInputs({ dcd: false });
    expect(b.get(R.UARTFR) & 0x107).toBe(FLAG.CTS);
  });
});

describe('snapshots', () => {
  function midOperation(clock = manualClock()): Bench {
    const b = bench({ strict: true, clock });
    b.set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    b.set(R.UARTCR, ENABLE | CONTROL.RTS);
    b.set(R.UARTIMSC, INTERRUPT_BIT.RX | INTERRUPT_BIT.RT | INTERRUPT_BIT.OE);
    b.uart.receive(text('a message longer than the receive FIFO'));
    b.uart.receiveUnpaced([1]);
    b.set(R.UARTCR, CONTROL.UARTEN | CONTROL.RXE);
    for (const byte of text('held')) b.set(R.UARTDR, byte);
    return b;
  }

  test('a round trip in mid-operation keeps FIFOs, waiting input, interrupts and the timeout', () => {
    const original = midOperation();
    const snapshot = structuredClone(original.uart.snapshot());
    const clock = manualClock();
    clock.advanceTo(1e9);
    const copy = bench({ strict: true, clock });
    copy.uart.restore(snapshot);
    expect(copy.uart.snapshot()).toEqual(snapshot);
    expect(copy.irq.level).toBe(true);
    const finish = (b: Bench): unknown => {
      b.set(R.UARTCR, ENABLE);
      const read: number[] = [];
      while (!(b.get(R.UARTFR) & FLAG.RXFE)) read.push(b.get(R.UARTDR));
      return { read, sent: b.sent, raw: b.get(R.UARTRIS), level: b.irq.level };
    };
    expect(finish(copy)).toEqual(finish(original));
    expect(copy.sent).toEqual(text('held'));
  });

  test('a pending timeout fires after what was left of it', () => {
    const before = manualClock();
    const original = bench({ strict: true, clock: before });
    original.set(R.UARTLCR_H, EIGHT_BITS_FIFO);
    original.set(R.UARTCR, ENABLE);
    original.uart.receive([1]);
    before.advanceTo(1000);
    const left = before.nextDeadline() - 1000;
    const after = manualClock();
    after.advanceTo(5000);
    const copy = bench({ strict: true, clock: after });
    copy.uart.restore(original.uart.snapshot());
    expect(after.nextDeadline()).toBeCloseTo(5000 + left, 6);
  });

  test('invalid snapshots are refused and change nothing', () => {
    const { uart } = midOperation();
    const good = uart.snapshot();
    const bad: unknown[] = [
      { ...good, version: 2 },
      { ...good, type: 'other' },
      { ...good, state: null },
      { ...good, state: { ...good.state, control: 0x40 } },
      { ...good, state: { ...good.state, mask: -1 } },
      { ...good, state: { ...good.state, receiveFifo: new Array(17).fill(0) } },
      { ...good, state: { ...good.state, waiting: [0x1_0000] } },
      { ...good, state: { ...good.state, timeoutIn: Number.NaN } },
      { ...good, state: { ...good.state, overrun: 1 } },
    ];
    for (const snapshot of bad) {
      expect(() => uart.restore(snapshot as typeof good)).toThrowError(
        expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
      );
      expect(uart.snapshot()).toEqual(good);
    }
  });

  test('reset gives a new device’s state', () => {
    const { uart, irq } = midOperation();
    uart.reset();
    expect(uart.snapshot()).toEqual(new Pl011({ strict: true }).snapshot());
    expect(irq.level).toBe(false);
  });
});

test('a frequency or revision that makes no sense is refused', () => {
  for (const config of [
    { clockFrequency: 0 },
    { clockFrequency: Number.NaN },
    { revision: 'r9' as 'r1p4' },
  ]) {
    expect(() => new Pl011(config)).toThrowError(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  }
});

describe.each([false, true])('random accesses, strict %s', (strict) => {
  test('leave every invariant standing', () => {
    let seed = strict ? 0x1234_5678 : 0x0bad_cafe;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const clock = manualClock();
    const b = bench({ strict, clock });
    const offsets = [...Object.values(R), 0x008, 0x080, 0xffc];
    const sizes = [1, 2, 4] as const;
    for (let i = 0; i < 60_000; i++) {
      const size = sizes[random(3)];
      const offset = random(8) === 0 ? random(4096) : offsets[random(offsets.length)];
      const action = random(16);
      if (action < 7) {
        const value = b.uart.read(offset, size);
        expect(value >= 0 && value < 2 ** (8 * size) && Number.isInteger(value)).toBe(true);
      } else if (action < 13) b.uart.write(offset, size, random(2 ** 32));
      else if (action === 13) b.uart.receiveUnpaced([random(256)]);
      else if (action === 14) b.uart.receiveCharacter(random(256), { framing: random(2) === 1 });
      else clock.advanceTo(clock.now() + random(300_000));
      if (!settled(b)) throw new Error(`the line disagrees with UARTMIS after step ${i}`);
      if (i % 1000 === 0) {
        const snapshot = b.uart.snapshot();
        b.uart.restore(snapshot);
        expect(b.uart.snapshot()).toEqual(snapshot);
      }
    }
    expect(b.uart.snapshot().state.receiveFifo.length).toBeLessThanOrEqual(16);
  });
});
