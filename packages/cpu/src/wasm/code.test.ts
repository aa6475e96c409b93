import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bytes, Code } from './code.ts';
import { ModuleWriter } from './module.ts';
import { OP, type ValueType } from './opcodes.ts';

const encoded = (write: (out: Bytes) => void): number[] => {
  const out = new Bytes();
  write(out);
  return [...out.view()];
};

/** What the standard says the bytes mean. */
function decodeSigned(bytes: readonly number[]): bigint {
  const value = bytes.reduce((sum, byte, index) => sum | (BigInt(byte & 0x7f) << BigInt(7 * index)), 0n);
  return BigInt.asIntN(7 * bytes.length, value);
}

const halves = (value: bigint): [number, number] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
];

describe('LEB128', () => {
  test.each([
    [0, [0]],
    [1, [1]],
    [0x7f, [0x7f]],
    [0x80, [0x80, 1]],
    [0x3fff, [0xff, 0x7f]],
    [0x4000, [0x80, 0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [0x7fff_ffff, [0xff, 0xff, 0xff, 0xff, 7]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 15]],
    [-1, [0xff, 0xff, 0xff, 0xff, 15]],
  ])('unsigned %i', (value, expected) => {
    expect(encoded((out) => out.unsigned(value))).toEqual(expected);
  });

  test.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-128, [0x80, 0x7f]],
    [8191, [0xff, 0x3f]],
    [8192, [0x80, 0xc0, 0]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [0x7fff_ffff, [0xff, 0xff, 0xff, 0xff, 7]],
    [-0x8000_0000, [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('signed %i', (value, expected) => {
    expect(encoded((out) => out.signed32(value))).toEqual(expected);
  });

  test.each([
    [0n, 1],
    [-1n, 1],
    [2n ** 31n, 5],
    [2n ** 32n, 5],
    [-(2n ** 31n) - 1n, 5],
    [2n ** 62n - 1n, 9],
    [2n ** 62n, 10],
    [2n ** 63n - 1n, 10],
    [-(2n ** 63n), 10],
  ])('signed 64-bit %i', (value, length) => {
    const bytes = encoded((out) => out.signed64(...halves(value)));
    expect([bytes.length, decodeSigned(bytes)]).toEqual([length, value]);
  });

  test('of any 64-bit value is the shortest that means it', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.integer({ min: 0, max: 63 }),
        (any, by) => {
          const value = any >> BigInt(by);
          const bytes = encoded((out) => out.signed64(...halves(value)));
          expect(decodeSigned(bytes)).toBe(value);
          expect(bytes.slice(0, -1).every((byte) => byte >= 0x80) && bytes[bytes.length - 1] < 0x80).toBe(
            true,
          );
          const shorter = 7n * BigInt(bytes.length - 1);
          expect(bytes.length === 1 || BigInt.asIntN(Number(shorter), value) !== value).toBe(true);
        },
      ),
      { seed: 20, numRuns: 500 },
    );
  });
});

describe('bytes', () => {
  test('grow by single bytes and by long pieces', () => {
    const out = new Bytes();
    for (let index = 0; index < 1000; index++) out.byte(index & 0xff);
    out.append(new Uint8Array(5000).fill(7));
    expect(out.length).toBe(6000);
    expect([out.view()[999], out.view()[1000], out.view()[5999]]).toEqual([999 & 0xff, 7, 7]);
  });

  test('write names as UTF-8 with their length', () => {
    expect(encoded((out) => out.name('é'))).toEqual([2, 0xc3, 0xa9]);
  });
});

/** Compiles a function of i32 parameters and one i32 result. */
function compile(code: Code, params = 1, locals: readonly ValueType[] = []): (...args: number[]) => number {
  const writer = new ModuleWriter({ initial: 1, maximum: 1, shared: false });
  writer.addFunction(new Array(params).fill('i32'), ['i32'], locals, code, 'f');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), { env: { memory } });
  return instance.exports['f'] as (...args: number[]) => number;
}

describe('labels', () => {
  /** Leaves by the outer label `depth` blocks out. */
  const piece = (label: string, nested: number): Code => {
    const code = new Code();
    for (let level = 0; level < nested; level++) code.block();
    code.br({ outer: label });
    for (let level = 0; level < nested; level++) code.end();
    return code;
  };

  test.each([0, 1, 5, 130])('of a piece are found from %i blocks inside it', (nested) => {
    const code = new Code();
    const a = code.block();
    const b = code.block();
    code.localGet(0);
    code.if();
    piece('a', nested).placeInto(code, { a, b });
    code.else();
    piece('b', nested).placeInto(code, { a, b });
    code.end();
    code.end(); // b
    code.i32Const(22);
    code.op(OP.return);
    code.end(); // a
    code.i32Const(11);
    code.op(OP.end);
    const f = compile(code);
    expect([f(1), f(0)]).toEqual([11, 22]);
  });

  test('inside a piece stay where they are wherever it is placed', () => {
    const counter = new Code();
    // Adds local 0 to local 1 until local 0 is zero, then leaves.
    const loop = counter.loop();
    counter.localGet(0);
    counter.op(OP.i32Eqz);
    counter.brIf({ outer: 'done' });
    counter.localGet(1);
    counter.localGet(0);
    counter.op(OP.i32Add);
    counter.localSet(1);
    counter.localGet(0);
    counter.i32Const(1);
    counter.op(OP.i32Sub);
    counter.localSet(0);
    counter.br(loop);
    counter.end();
    for (const outside of [0, 3, 200]) {
      const code = new Code();
      const done = code.block();
      for (let level = 0; level < outside; level++) code.block();
      counter.placeInto(code, { done });
      for (let level = 0; level < outside; level++) code.end();
      code.end();
      code.localGet(1);
      code.op(OP.end);
      expect(compile(code, 1, ['i32'])(10)).toBe(55);
    }
  });

  test('that are unknown are an error', () => {
    expect(() => piece('nowhere', 0).placeInto(new Code(), {})).toThrow('no label nowhere');
  });

  test('tell pieces of the same bytes apart', () => {
    expect(piece('a', 1).equals(piece('a', 1))).toBe(true);
    expect(piece('a', 1).equals(piece('b', 1))).toBe(false);
    expect(piece('a', 1).equals(piece('a', 2))).toBe(false);
  });

  test('of distances that take two bytes are encoded in full', () => {
    const code = new Code();
    const far = code.block();
    for (let level = 0; level < 300; level++) code.block();
    code.br(far);
    for (let level = 0; level < 300; level++) code.end();
    code.end();
    code.i32Const(7);
    code.op(OP.end);
    expect(compile(code, 0)()).toBe(7);
  });
});

describe('a module', () => {
  test('imports functions before it has its own, and calls both', () => {
    const writer = new ModuleWriter({ initial: 1, maximum: 1, shared: false });
    const twice = writer.importFunction('twice', ['i32'], ['i32']);
    const one = new Code();
    one.localGet(0);
    one.i32Const(1);
    one.op(OP.i32Add);
    one.op(OP.end);
    expect(writer.nextFunction).toBe(1);
    const plusOne = writer.addFunction(['i32'], ['i32'], [], one);
    const both = new Code();
    both.localGet(0);
    both.call(twice);
    both.call(plusOne);
    both.op(OP.end);
    writer.addFunction(['i32'], ['i32'], [], both, 'both');
    expect(() => writer.importFunction('late', [], [])).toThrow('imports come first');
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), {
      env: { memory, twice: (value: number) => 2 * value },
    });
    expect((instance.exports['both'] as (value: number) => number)(20)).toBe(41);
  });

  test('imports a shared memory as such', () => {
    const writer = new ModuleWriter({ initial: 1, maximum: 1, shared: true });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const code = new Code();
    code.i32Const(8);
    code.memory(OP.i32Load, 8);
    code.op(OP.end);
    writer.addFunction([], ['i32'], [], code, 'load');
    new Int32Array(memory.buffer)[4] = 99;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), { env: { memory } });
    expect((instance.exports['load'] as () => number)()).toBe(99);
  });

  test('has 64-bit constants from halves', () => {
    for (const value of [0n, -1n, 0x1234_5678_9abc_def0n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n)]) {
      const writer = new ModuleWriter({ initial: 1, maximum: 1, shared: false });
      const code = new Code();
      code.i64Const(...halves(value));
      code.op(OP.end);
      writer.addFunction([], ['i64'], [], code, 'value');
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      const instance = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), { env: { memory } });
      expect((instance.exports['value'] as () => bigint)()).toBe(value);
    }
  });
});
