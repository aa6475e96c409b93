import { assemble } from '@armature/isa';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JitOptions } from '../src/jit/region-cache.ts';
import { type BareMachine, bareMachine, CODE, DATA, KERNEL, RAM } from './bare-machine.ts';

const machine = await bareMachine();
const { engine, cpu } = machine;

/** The word of one instruction. */
const word = (source: string): bigint => BigInt(assemble(source).words[0]);
const bytes = (source: string): Uint8Array => assemble(source).bytes;
const FAR_ALIAS = 0x7000_0000;

beforeEach(() => machine.reset());

describe('code that stores into code', () => {
  test.each([
    ['STR', 'str w1, [x2]'],
    ['STR of 64 bits', 'str x1, [x2]'],
    ['STRH', 'strh w1, [x2]'],
    ['STP', 'stp w1, w3, [x2]'],
    ['STR from before', 'str x4, [x2, -4]'],
    ['STR with writeback', 'str w1, [x2], 16'],
    ['STUR', 'stur w1, [x2]'],
    ['STLR', 'stlr w1, [x2]'],
  ])('runs the new word when the store is the instruction before it: %s', (_, store) => {
    // The words that STR of 64 bits and STP write beside the one in question leave it as it was.
    const image = machine.load(`${store}; mov w0, 1; mov w5, 5; b .`);
    const [first, , third] = image.words;
    machine.setX({
      1: word('mov w0, 2') | (BigInt(third) << 32n),
      2: CODE + 4,
      3: third,
      4: BigInt(first) | (word('mov w0, 2') << 32n),
    });
    engine.run(3);
    expect([machine.x(0), machine.x(5)]).toEqual([2n, 5n]);
  });

  test('runs the new word when the old one had run already', () => {
    machine.load('1: add x0, x0, 1; str w1, [x2]; sub x3, x3, 1; cbnz x3, 1b; b .');
    machine.setX({ 1: word('add x0, x0, 0x100'), 2: CODE, 3: 3 });
    engine.run(12);
    expect(machine.x(0)).toBe(0x201n);
  });

  test('runs the new word in a loop that is written from another page', () => {
    machine.place('str w1, [x2]; ret', CODE + 0x1000);
    machine.load('mov x0, 0; 1: add x0, x0, 1; blr x4; sub x3, x3, 1; cbnz x3, 1b; b .');
    machine.setX({ 1: word('add x0, x0, 0x100'), 2: CODE + 4, 3: 4, 4: CODE + 0x1000 });
    engine.run(1 + 4 * 6);
    expect(machine.x(0)).toBe(0x301n);
  });

  test.each([
    ['4 KiB aliases', KERNEL],
    ['aliases that never execute', { ...KERNEL, execute: false }],
  ])('runs the new word when it is written through %s', (_, attributes) => {
    machine.map(FAR_ALIAS, CODE, 1, attributes);
    machine.load('1: add x0, x0, 1; str w1, [x2]; sub x3, x3, 1; cbnz x3, 1b; b .');
    machine.setX({ 1: word('add x0, x0, 0x100'), 2: FAR_ALIAS, 3: 3 });
    engine.run(12);
    expect(machine.x(0)).toBe(0x201n);
  });

  test('runs the new word at every alias it is executed at', () => {
    machine.map(FAR_ALIAS, CODE, 1, KERNEL);
    machine.place('add x0, x0, 1; ret', CODE);
    machine.load('blr x10; blr x11; str w1, [x11]; blr x10; blr x11; b .', CODE + 0x2000);
    machine.setX({ 1: word('add x0, x0, 0x100'), 10: CODE, 11: FAR_ALIAS });
    engine.run(4 * 3 + 1);
    expect(machine.x(0)).toBe(0x202n);
  });

  test('sees stores to a page that was written before it held code', () => {
    // The first store fills the data TLB with a plain entry for the page.
    machine.load('str w1, [x2]; blr x2; str w3, [x2]; blr x2; b .');
    machine.place('mov x9, 9; ret', DATA);
    machine.setX({ 1: word('mov x0, 1'), 2: DATA, 3: word('mov x0, 2') });
    machine.memory.write(DATA + 4, bytes('ret'));
    engine.run(4);
    expect(machine.x(0)).toBe(1n);
    engine.run(4);
    expect(machine.x(0)).toBe(2n);
  });

  test('sees a store that lies across two pages of code', () => {
    machine.place('add x0, x0, 1', CODE + 0xffc);
    machine.place('add x0, x0, 2; ret', CODE + 0x1000);
    machine.load('blr x2; str x1, [x3]; blr x2; b .', CODE + 0x3000);
    const both = word('add x0, x0, 0x100') | (word('add x0, x0, 0x200') << 32n);
    machine.setX({ 1: both, 2: CODE + 0xffc, 3: CODE + 0xffc });
    engine.run(9);
    expect(machine.x(0)).toBe(0x303n);
  });

  test('sees an unaligned store that changes parts of three words', () => {
    machine.place('mov x4, 0x11; mov x5, 0x22; mov x6, 0x33; ret', CODE);
    machine.load('blr x2; str x1, [x2, 3]; blr x2; b .', CODE + 0x3000);
    const image = new DataView(bytes('mov x4, 0x11; mov x5, 0x55; mov x6, 0x66').buffer);
    machine.setX({ 1: image.getBigUint64(3, true), 2: CODE });
    engine.run(4 + 1 + 4 + 2);
    // Byte 3 to 10 take in the lowest bytes of the third word, not its highest.
    expect([machine.x(4), machine.x(5), machine.x(6)]).toEqual([0x11n, 0x55n, 0x66n]);
  });

  test.each([
    ['before', 'str w1, [x2, 8]!', CODE],
    ['after', 'str w1, [x2], 8', CODE + 8],
  ])('a store over itself completes, with its base register written %s', (_, store, base) => {
    machine.load(`nop; nop; ${store}; b .`);
    machine.setX({ 0: 7, 1: word('mov x9, 9'), 2: base });
    engine.run(3);
    expect([machine.x(0), machine.x(2), machine.x(9)]).toEqual([7n, BigInt(base + 8), 0n]);
    expect(machine.memory.readU32(CODE + 8)).toBe(Number(word('mov x9, 9')));
    cpu.pc = BigInt(CODE + 8);
    engine.run(1);
    expect(machine.x(9)).toBe(9n);
  });

  test('a pair stored over itself stores both registers', () => {
    machine.load('stp w1, w3, [x2], 8; b .');
    machine.setX({ 0: 7, 1: 0x1111, 2: CODE, 3: 0x3333 });
    engine.run(1);
    expect(machine.memory.readU64(CODE)).toBe(0x3333_0000_1111n);
    expect([machine.x(0), machine.x(2)]).toEqual([7n, BigInt(CODE + 8)]);
  });

  test('a pair that lies across pages, over itself, stores both registers', () => {
    machine.load('stp w1, w3, [x2, 8]!; b .', CODE + 0xffc);
    machine.setX({ 0: 7, 1: 0x1111, 2: CODE + 0xffc - 8, 3: 0x3333 });
    engine.run(1);
    expect(machine.memory.readU64(CODE + 0xffc)).toBe(0x3333_0000_1111n);
    expect([machine.x(0), machine.x(2)]).toEqual([7n, BigInt(CODE + 0xffc)]);
  });

  test('a store exclusive over itself writes its status', () => {
    machine.load('ldxr w4, [x2]; stxr w5, w1, [x2]; b .');
    machine.setX({ 0: 7, 1: word('mov x9, 9'), 2: CODE + 4, 5: 5 });
    engine.run(2);
    expect([machine.x(0), machine.x(5)]).toEqual([7n, 0n]);
    expect(machine.memory.readU32(CODE + 4)).toBe(Number(word('mov x9, 9')));
  });

  test('DC ZVA empties the instructions of its block', () => {
    machine.place('mov x0, 1; ret', DATA);
    machine.load('blr x2; dc zva, x2; blr x2', CODE);
    machine.setX({ 2: DATA });
    engine.run(4);
    // Word 0 is UDF.
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0, elr: BigInt(DATA) });
  });
});

describe('code that the host writes', () => {
  const program = 'add x0, x0, 1; b CODE'.replace('CODE', String(CODE));

  test.each([
    ['write', (m: BareMachine) => m.memory.write(CODE, bytes('add x0, x0, 0x101'))],
    ['writeU32', (m: BareMachine) => m.memory.writeU32(CODE, Number(word('add x0, x0, 0x101')))],
    ['writeU8', (m: BareMachine) => m.memory.writeU8(CODE + 2, 4)],
    [
      'a large write',
      (m: BareMachine) => {
        const image = m.memory.read(RAM.base, 0x1_0000);
        image.set(bytes('add x0, x0, 0x101'), CODE - RAM.base);
        m.memory.write(RAM.base, image);
      },
    ],
  ])('is new at the next run: PhysicalMemory.%s', (_, change) => {
    machine.load(program);
    engine.run(10);
    change(machine);
    engine.run(10);
    expect(machine.x(0)).toBe(0x50an);
  });

  test('is new at the next instruction when a device writes it in the middle of a run', () => {
    machine.load('1: add x0, x0, 1; str w0, [x20]; sub x3, x3, 1; cbnz x3, 1b; b .');
    machine.setX({ 3: 3, 20: 0x0900_0000 });
    machine.device.onAccess = () => machine.memory.write(CODE, bytes('add x0, x0, 0x100'));
    engine.run(12);
    expect(machine.x(0)).toBe(0x201n);
  });

  test('may be the instruction that reads the device', () => {
    machine.load('1: ldr w4, [x20], 4; b .');
    machine.setX({ 0: 7, 20: 0x0900_0000 });
    machine.device.values.set(0, 0x44);
    machine.device.onAccess = () => machine.memory.write(CODE, bytes('mov x9, 9'));
    engine.run(1);
    expect([machine.x(0), machine.x(4), machine.x(20)]).toEqual([7n, 0x44n, 0x0900_0004n]);
  });

  test.each([
    ['LDR', 'ldr w4, [x20], 4', [0x44n, 0n, 0x0900_0004n], 1],
    ['STR', 'str w4, [x20, 4]!', [4n, 0n, 0x0900_0004n], 1],
    ['LDP', 'ldp w4, w5, [x20], 8', [0x44n, 0x55n, 0x0900_0008n], 2],
  ])('may be the instruction that has the device end the run: %s', (_, access, after, accesses) => {
    // In a run that need not be exact, the instruction is run again after the device's answer.
    for (const old of [0, 3]) {
      machine.reset();
      machine.load(`1: ${access}; ${'sub x20, x20, 0; '.repeat(3)} cbnz x3, 2f; mov x7, 7; b .
        2: sub x3, x3, 1; mov x20, 0x0900; lsl x20, x20, 16; b 1b`);
      machine.setX({ 3: old, 4: 4, 20: 0x0900_0000 });
      machine.device.values.set(0, 0x44).set(4, 0x55);
      let left = old;
      machine.device.onAccess = () => {
        if (left-- > 0) return;
        machine.memory.write(CODE, bytes('mov x9, 9'));
        engine.requestStop();
      };
      if (accesses === 2) left = 2 * old;
      for (let runs = 0; runs < 10 && machine.x(7) === 0n; runs++) engine.run(3000);
      expect([machine.x(4), machine.x(5), machine.x(20)]).toEqual(after);
      expect([machine.x(7), machine.x(9)]).toEqual([7n, 0n]);
      expect(machine.device.accesses.length).toBe(accesses * (old + 1));
      cpu.pc = BigInt(CODE);
      engine.run(1);
      expect(machine.x(9)).toBe(9n);
    }
  });

  test('is new after invalidateCode of memory changed behind its back', () => {
    machine.load(program);
    engine.run(10);
    machine.memory.bytes.set(bytes('add x0, x0, 0x100'), machine.memory.hostOffset(CODE));
    engine.invalidateCode(CODE, 4);
    engine.run(10);
    expect(machine.x(0)).toBe(0x505n);
  });
});

describe('a code arena of few pages', () => {
  /** Jumps from page to page, each adding its number to x0; every fourth is run twice. */
  const chain = (pages: number): string =>
    Array.from(
      { length: pages },
      (_, page) =>
        `.org ${page * 4096}
         p${page}: add x0, x0, ${page}
         ${page % 4 === 3 ? `tbz x5, 0, q${page}; mov x5, 0; b p${page - 3}; q${page}: mov x5, 1` : ''}
         ${page === pages - 1 ? 'b .' : `b p${page + 1}`}`,
    ).join('\n');

  test.each([1, 2, 3, 7])('of %i runs the same program to the same end', async (codePages) => {
    const small = await bareMachine({ codePages });
    const outcome = (m: BareMachine): unknown => {
      m.load(chain(40));
      m.engine.run(400);
      return m.state();
    };
    machine.reset();
    expect(outcome(small)).toEqual(outcome(machine));
  });

  test('of no page at all is an error', async () => {
    await expect(bareMachine({ codePages: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('runs code that straddles its pages', async () => {
    const small = await bareMachine({ codePages: 1 });
    small.load(`${'add x0, x0, 1\n'.repeat(3000)}b .`);
    expect(small.engine.run(3001).instructions).toBe(3001);
    expect(small.x(0)).toBe(3000n);
  });

  test('still sees stores to code after pages were given up', async () => {
    const small = await bareMachine({ codePages: 2 });
    for (const page of [1, 2, 3]) small.place('add x0, x0, 1; ret', CODE + page * 4096);
    small.load(
      '1: blr x1; blr x2; blr x3; str w4, [x1]; str w4, [x2]; str w4, [x3]; sub x9, x9, 1; cbnz x9, 1b; b .',
    );
    small.setX({
      1: CODE + 4096,
      2: CODE + 2 * 4096,
      3: CODE + 3 * 4096,
      4: word('add x0, x0, 0x100'),
      9: 3,
    });
    small.engine.run(14 * 3);
    expect(small.x(0)).toBe(0x603n);
  });
});

test('a place that could not be compiled is, when other code comes there', async () => {
  const m = await bareMachine({ jit: { threshold: 1, batch: 1 } });
  const compiled: bigint[] = [];
  m.engine.regions!.observer = (event) => {
    if (event.kind === 'compiled') compiled.push(event.address);
  };
  m.load('b 1f; nop; 1: wfe; sub x3, x3, 1; cbnz x3, CODE; b .'.replace('CODE', String(CODE)));
  m.setX({ 3: 1 << 20 });
  m.engine.run(20_000);
  const place = BigInt(CODE + 8);
  expect(compiled).toContain(BigInt(CODE));
  expect(compiled).not.toContain(place);
  m.memory.write(Number(place), bytes('nop'));
  m.engine.run(20_000);
  expect(compiled).toContain(place);
});

describe('a page of code that becomes data', () => {
  const STORES = 3000;
  const PAGE = CODE + 0x2000;
  /** Room for what is added up, in the page that is stored to and behind its code. */
  const CELL = PAGE + 0x800;

  const hostPage = (m: BareMachine, address: number): number => m.memory.hostOffset(address) >>> 12;

  /** Whether stores to the page at a physical address are looked at. */
  const isTracked = (m: BareMachine, address: number): boolean =>
    m.engine['code'].codePages.find(hostPage(m, address)) !== 0;

  /** Stores that the page is tracked for the next time, undefined before it was forgotten once. */
  const storesAllowed = (m: BareMachine, address: number): number | undefined =>
    m.engine['code'].codePages['storesAllowed'].get(hostPage(m, address));

  const ENGINES: [name: string, jit: JitOptions | undefined][] = [
    ['the interpreter', undefined],
    ['compiled code', { threshold: 0, batch: 1 }],
  ];

  test.each(ENGINES)('is not tracked for stores from another page: %s', async (_, jit) => {
    const m = await bareMachine(jit && { jit });
    m.place('add x0, x0, 1; ret', PAGE);
    m.load(`
      blr x2
      1: ldr x4, [x3]
      add x4, x4, x5
      str x4, [x3]
      sub x5, x5, 1
      cbnz x5, 1b
      2: str w1, [x2]
      blr x2
      str w6, [x2]
      blr x2
      b .
    `);
    m.setX({
      1: word('add x0, x0, 0x10'),
      2: PAGE,
      3: CELL,
      5: STORES,
      6: word('add x0, x0, 0x100'),
    });
    m.engine.run(3);
    expect([m.x(0), isTracked(m, PAGE)]).toEqual([1n, true]);
    m.engine.run(5 * STORES);
    expect(m.memory.readU64(CELL)).toBe(BigInt((STORES * (STORES + 1)) / 2));
    expect(isTracked(m, PAGE)).toBe(false);
    // Code that is put there runs, and is seen to change from then on.
    m.engine.run(4);
    expect([m.x(0), isTracked(m, PAGE)]).toEqual([0x11n, true]);
    m.engine.run(4);
    expect(m.x(0)).toBe(0x111n);
  });

  test.each(ENGINES)('goes on where the storing loop lies in it: %s', async (_, jit) => {
    const m = await bareMachine(jit && { jit });
    m.load(
      '1: ldr x4, [x3]; add x4, x4, x5; str x4, [x3]; sub x5, x5, 1; cbnz x5, 1b; str w1, [x2]; 2: nop; b .',
      PAGE,
    );
    m.setX({ 1: word('mov x0, 7'), 2: PAGE + 6 * 4, 3: CELL, 5: STORES });
    expect(m.engine.run(5 * STORES).instructions).toBe(5 * STORES);
    expect([m.x(5), m.memory.readU64(CELL)]).toEqual([0n, BigInt((STORES * (STORES + 1)) / 2)]);
    // It was forgotten in between, and then more stores are put up with.
    expect(storesAllowed(m, PAGE)).toBeGreaterThan(128);
    expect(m.engine.run(2).instructions).toBe(2);
    expect(m.x(0)).toBe(7n);
  });

  test('does not lose a store pair, nor the writeback of its base', () => {
    machine.place('ret', PAGE);
    machine.load('blr x2; 1: stp x5, x5, [x3, -16]!; sub x5, x5, 1; cbnz x5, 1b; b .');
    machine.setX({ 2: PAGE, 3: PAGE + 16 + 16 * 255, 5: 255 });
    machine.engine.run(2 + 3 * 255);
    expect(machine.x(3)).toBe(BigInt(PAGE + 16));
    const numbers = Array.from({ length: 255 }, (_, index) =>
      machine.memory.readU64(PAGE + 16 * (index + 1)),
    );
    expect(numbers).toEqual(Array.from({ length: 255 }, (_, index) => BigInt(index + 1)));
    expect(isTracked(machine, PAGE)).toBe(false);
  });
});
