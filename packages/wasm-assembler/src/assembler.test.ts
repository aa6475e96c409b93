import { expect, test } from 'vitest';
import {
  add,
  anyOf,
  atLeastPages,
  block,
  constant,
  eachGreater,
  giveResult,
  isZero,
  jump,
  jumpIf,
  lane,
  less,
  load,
  loadByte,
  loop,
  ModuleBuilder,
  multiply,
  rotateRight,
  splat,
  store,
  storeByte,
  subtract,
  when,
} from './index.ts';

function make<Functions>(builder: ModuleBuilder, host: WebAssembly.ModuleImports = {}): Functions {
  const module = new WebAssembly.Module(builder.bytes());
  return new WebAssembly.Instance(module, { host }).exports as Functions;
}

test('loops, blocks and conditions nest, and jumps find theirs by name', () => {
  const builder = new ModuleBuilder();
  builder.define('triangles', 2, 1, (local, from, to) => {
    const [sum, below] = [local(), local()];
    return [
      block('done', [
        loop('number', [
          jumpIf('done', less(to!.get, from!.get)),
          below.set(from!.get),
          loop('below', [
            when(isZero(below.get), [from!.set(add(from!.get, constant(1))), jump('number')]),
            sum.set(add(sum.get, below.get)),
            below.set(subtract(below.get, constant(1))),
            jump('below'),
          ]),
        ]),
      ]),
      sum.get,
    ];
  });
  const { triangles } = make<{ triangles(from: number, to: number): number }>(builder);
  expect(triangles(1, 4)).toBe(1 + 3 + 6 + 10);
  expect(triangles(5, 4)).toBe(0);
});

test('functions call each other and imported ones; constants are of any size', () => {
  const builder = new ModuleBuilder();
  const tell = builder.importFunction('tell', 1, 0);
  const square = builder.define('square', 1, 1, (_, value) => multiply(value!.get, value!.get));
  builder.define('tellSquares', 0, 0, () => [
    tell(square(constant(-3))),
    tell(constant(-2147483648)),
    tell(constant(64)),
  ]);
  const told: number[] = [];
  make<{ tellSquares(): void }>(builder, { tell: (value: number) => told.push(value) }).tellSquares();
  expect(told).toEqual([9, -2147483648, 64]);
});

test('words of memory are read and written with an offset', () => {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  builder.define('move', 1, 1, (_, address) => [
    store(address!.get, load(address!.get, 200), 4),
    giveResult(load(address!.get, 4)),
  ]);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const words = new Int32Array(memory.buffer);
  words[52] = 7;
  expect(make<{ move(address: number): number }>(builder, { memory }).move(8)).toBe(7);
  expect(words[3]).toBe(7);
});

test('vectors are in local variables beside integers, and globals keep their value', () => {
  const builder = new ModuleBuilder();
  const calls = builder.global(40);
  builder.define('isGreater', 2, 1, (local, one, other) => {
    const [vector, result] = [local('vector'), local()];
    return [
      vector.set(eachGreater(splat(one!.get), splat(other!.get))),
      calls.set(add(calls.get, constant(1))),
      result.set(anyOf(vector.get)),
      when(result.get, giveResult(calls.get)),
      lane(vector.get, 3),
    ];
  });
  const { isGreater } = make<{ isGreater(one: number, other: number): number }>(builder);
  expect(isGreater(2, 1)).toBe(41);
  expect(isGreater(1, 2)).toBe(0);
});

test('a jump out of nothing is refused', () => {
  const builder = new ModuleBuilder();
  expect(() => builder.define('lost', 0, 0, () => jump('nowhere'))).toThrow('nowhere');
});

test('an inner function is called by others and not exported', () => {
  const builder = new ModuleBuilder();
  const turned = builder.inner(1, 1, (_, value) => rotateRight(value!.get, constant(4)));
  builder.define('twice', 1, 1, (_, value) => turned(turned(value!.get)));
  const functions = make<{ twice(value: number): number }>(builder);
  expect(Object.keys(functions)).toEqual(['twice']);
  expect(functions.twice(0x1234_5678) >>> 0).toBe(0x7812_3456);
});

test('bytes are read without a sign, and written alone', () => {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  builder.define('exchange', 2, 1, (local, address, value) => {
    const before = local();
    return [before.set(loadByte(address!.get, 300)), storeByte(address!.get, value!.get, 300), before.get];
  });
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exchange } = make<{ exchange(address: number, value: number): number }>(builder, { memory });
  const bytes = new Uint8Array(memory.buffer).fill(0xfe, 300, 304);
  expect(exchange(2, 0x1234)).toBe(0xfe);
  expect([...bytes.subarray(300, 304)]).toEqual([0xfe, 0xfe, 0x34, 0xfe]);
});
