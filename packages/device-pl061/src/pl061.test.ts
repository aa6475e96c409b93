import { isArmatureError, unconnectedLine } from '@armature/core';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, expect, test } from 'vitest';
import { Pl061 } from './pl061.ts';
import { dataOffset, PL061_REGISTER as R } from './registers.ts';

function make() {
  const line = unconnectedLine();
  const outputs: [number, boolean][] = [];
  const port = new Pl061({ irq: line, onOutput: (pin, level) => outputs.push([pin, level]) });
  return { line, outputs, port };
}

describe('contract', () => {
  const suite = mmioDeviceContract(() => {
    const { port } = make();
    return { device: port, size: 0x1000, component: port };
  });
  for (const { name, run } of suite) test(name, run);
});

describe('data', () => {
  test('only pins of the mask in the address are read and written', () => {
    const { port } = make();
    port.write(R.GPIODIR, 4, 0xff);
    port.write(dataOffset(0x0f), 4, 0xff);
    expect(port.read(dataOffset(0xff), 4)).toBe(0x0f);
    port.write(dataOffset(0x3c), 1, 0x20);
    expect(port.read(dataOffset(0xff), 4)).toBe(0x23);
    expect(port.read(dataOffset(0x21), 4)).toBe(0x21);
    port.write(dataOffset(0), 4, 0xff);
    expect([port.read(dataOffset(0xff), 4), port.read(dataOffset(0), 4)]).toEqual([0x23, 0]);
  });

  test('inputs show what the outside drives; writes to them are lost', () => {
    const { port, outputs } = make();
    port.write(R.GPIODIR, 4, 0xf0);
    port.setInput(1, true);
    port.setInput(7, true);
    port.write(dataOffset(0xff), 4, 0x1d);
    expect(port.read(dataOffset(0xff), 4)).toBe(0x12);
    expect([port.level(1), port.level(4), port.level(7)]).toEqual([true, true, false]);
    port.write(R.GPIODIR, 4, 0);
    expect(port.read(dataOffset(0xff), 4)).toBe(0x82);
    expect(outputs).toEqual([
      [4, true],
      [4, false],
    ]);
  });

  test('there are pins 0 to 7', () => {
    const { port } = make();
    for (const pin of [-1, 8, 1.5, Number.NaN]) {
      expect(() => port.setInput(pin, true)).toThrowError(/no pin/);
      expect(() => port.level(pin)).toThrowError(/no pin/);
    }
  });
});

describe('interrupts', () => {
  test('one edge, rising or falling', () => {
    const { port, line } = make();
    port.write(R.GPIOIEV, 4, 0b01);
    port.write(R.GPIOIE, 4, 0b11);
    port.setInput(0, true);
    port.setInput(1, true);
    expect([port.read(R.GPIORIS, 4), port.read(R.GPIOMIS, 4), line.level]).toEqual([1, 1, true]);
    port.setInput(1, false);
    port.setInput(0, false);
    expect(port.read(R.GPIORIS, 4)).toBe(0b11);
    port.write(R.GPIOIC, 4, 0b01);
    expect([port.read(R.GPIORIS, 4), line.level]).toEqual([0b10, true]);
    port.write(R.GPIOIC, 4, 0xff);
    expect(line.level).toBe(false);
    port.setInput(0, false);
    expect(line.level).toBe(false);
  });

  test('both edges, whatever GPIOIEV says', () => {
    const { port } = make();
    port.write(R.GPIOIBE, 4, 0x08);
    port.setInput(3, true);
    expect(port.read(R.GPIORIS, 4)).toBe(8);
    port.write(R.GPIOIC, 4, 8);
    port.setInput(3, false);
    expect(port.read(R.GPIORIS, 4)).toBe(8);
  });

  test('a level lasts as long as the pin has it, and GPIOIC does not end it', () => {
    const { port, line } = make();
    port.write(R.GPIOIS, 4, 0x11);
    port.write(R.GPIOIEV, 4, 0x10);
    port.write(R.GPIOIE, 4, 0x10);
    expect([port.read(R.GPIORIS, 4), line.level]).toEqual([0x01, false]);
    port.setInput(4, true);
    port.write(R.GPIOIC, 4, 0xff);
    expect([port.read(R.GPIORIS, 4), port.read(R.GPIOMIS, 4), line.level]).toEqual([0x11, 0x10, true]);
    port.setInput(4, false);
    expect([port.read(R.GPIORIS, 4), line.level]).toEqual([0x01, false]);
  });

  test('the mask hides, and does not forget', () => {
    const { port, line } = make();
    port.write(R.GPIOIEV, 4, 4);
    port.setInput(2, true);
    expect([port.read(R.GPIORIS, 4), port.read(R.GPIOMIS, 4), line.level]).toEqual([4, 0, false]);
    port.write(R.GPIOIE, 4, 4);
    expect([port.read(R.GPIOMIS, 4), line.level]).toEqual([4, true]);
  });

  test('edges on an output do not count', () => {
    const { port } = make();
    port.write(R.GPIODIR, 4, 1);
    port.write(R.GPIOIBE, 4, 1);
    port.write(dataOffset(1), 4, 1);
    port.setInput(0, true);
    expect(port.read(R.GPIORIS, 4)).toBe(0);
  });
});

test('stored registers have eight bits; the others ignore writes', () => {
  const { port } = make();
  for (const offset of [R.GPIODIR, R.GPIOIS, R.GPIOIBE, R.GPIOIEV, R.GPIOIE, R.GPIOAFSEL]) {
    port.write(offset, 4, 0xffff_ffa5);
    expect([offset, port.read(offset, 4), port.read(offset, 2), port.read(offset + 1, 1)]).toEqual([
      offset,
      0xa5,
      0xa5,
      0,
    ]);
    port.write(offset + 1, 1, 0xff);
    expect(port.read(offset, 4)).toBe(0xa5);
  }
  port.reset();
  for (const offset of [R.GPIORIS, R.GPIOMIS, 0x424, 0x500, 0xfdc, 0xfe0]) {
    port.write(offset, 4, 0xff);
    expect(port.read(offset, 4)).toBe(offset === 0xfe0 ? 0x61 : 0);
  }
  const words = Array.from({ length: 8 }, (_, index) => port.read(0xfe0 + 4 * index, 4));
  expect(words).toEqual([0x61, 0x10, 0x04, 0, 0x0d, 0xf0, 0x05, 0xb1]);
});

describe('snapshot', () => {
  test('holds levels, edges and outputs, and drives the line again', () => {
    const first = make();
    first.port.write(R.GPIODIR, 4, 0x80);
    first.port.write(dataOffset(0x80), 4, 0x80);
    first.port.write(R.GPIOIE, 4, 4);
    first.port.write(R.GPIOIBE, 4, 4);
    first.port.setInput(2, true);
    const second = make();
    second.port.restore(structuredClone(first.port.snapshot()));
    expect(second.line.level).toBe(true);
    expect(second.outputs).toEqual([[7, true]]);
    expect(second.port.snapshot()).toEqual(first.port.snapshot());
    second.port.setInput(2, true);
    second.port.write(R.GPIOIC, 4, 4);
    expect(second.line.level).toBe(false);
  });

  test('invalid values are refused by name', () => {
    const { port } = make();
    const snapshot = port.snapshot();
    for (const value of [-1, 256, 0.5, '1', undefined]) {
      try {
        port.restore({ ...snapshot, state: { ...snapshot.state, sense: value } });
        expect.fail('accepted');
      } catch (error) {
        expect(isArmatureError(error) && [error.code, error.context['fields']]).toEqual([
          'SNAPSHOT_INVALID',
          ['sense'],
        ]);
      }
    }
    expect(() => port.restore({ ...snapshot, state: null })).toThrowError(/invalid values: data/);
  });
});

test('survives 200,000 random accesses while inputs change', () => {
  const { port } = make();
  let seed = 11;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 8;
  };
  for (let count = 0; count < 200_000; count++) {
    const size = ([1, 2, 4] as const)[random() % 3];
    const offset = (random() % 2 ? 0x400 + (random() % 0x24) : random() % 0x1000) & -size;
    if (random() % 2) port.write(offset, size, (random() * random()) >>> 0);
    const value = port.read(offset, size);
    if (!Number.isInteger(value) || value < 0 || value > 0xff) expect.fail(`${offset} read ${value}`);
    if (random() % 8 === 0) port.setInput(random() % 8, random() % 2 === 0);
  }
  port.restore(port.snapshot());
});
