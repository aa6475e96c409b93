import type { AccessBytes, Emitter, Fields, VectorBytes } from '../emitter/emitter.ts';
import { add, extendU, type I32, type I64, i32, i64, mul, type V128 } from '../emitter/expressions.ts';
import {
  fromHalves64,
  fromLow64,
  lane64,
  lowHalfOnly,
  repeated32,
  shuffle,
  vector,
} from '../emitter/vectors.ts';
import { bit, type Choice, outlined, type Semantics, semantics } from './definition.ts';

/** Advanced SIMD loads and stores of structures. Registers change only after all memory was accessed. */

/** Registers of a list. */
type Count = 1 | 2 | 3 | 4;
type Kind = 'LD' | 'ST';
/** Rows without a post-index, and with one: the same but for the base register. */
const FORMS = ['', 'p'] as const;
type Form = (typeof FORMS)[number];

function base(e: Emitter): I64 {
  e.checkFloatingPoint();
  e.checkBaseAlignment('Rn');
  return e.let(e.register('i64', 'Rn', 'sp'));
}

/**
 * What the base becomes: moved by Xm, or by the bytes transferred where Rm is 31. Rows without a post-index leave
 * it as it is, yet share their handlers with those that have one.
 */
function postIndex(e: Emitter, form: Form, start: I64, bytes: (fields: Fields) => number): () => void {
  const immediate = e.immediateSmall('increment', (fields) => (fields.Rm === 31 ? bytes(fields) : 0));
  const moved = e.let(add(add(start, e.register('i64', 'Rm')), extendU(immediate)));
  return () => e.writeBack('Rn', moved, () => form === 'p');
}

/** Bytes of two vectors of which element `of(i)`, of the 16 or more bytes given, is number i of the result. */
function pick(a: V128, b: V128, elementBytes: number, of: (element: number) => number): V128 {
  const indices = Array.from(
    { length: 16 },
    (_, byte) => of(Math.floor(byte / elementBytes)) * elementBytes + (byte % elementBytes),
  );
  return shuffle(a, b, indices);
}

const everySecond = (a: V128, b: V128, elementBytes: number, first: 0 | 1): V128 =>
  pick(a, b, elementBytes, (element) => 2 * element + first);

/** Elements of two vectors in turn: those of their lower or upper halves. */
function zip(a: V128, b: V128, elementBytes: number, half: 'lower' | 'upper'): V128 {
  const elements = 16 / elementBytes;
  const from = half === 'lower' ? 0 : elements / 2;
  return pick(a, b, elementBytes, (element) => from + (element >> 1) + (element & 1) * elements);
}

/** Registers of structures of two to four elements that lie in memory one after the other. */
function separate(e: Emitter, m: readonly V128[], count: Count, elementBytes: number): V128[] {
  if (count === 2) return [0, 1].map((first) => everySecond(m[0], m[1], elementBytes, first as 0 | 1));
  if (count === 3) return [0, 1, 2].map((register) => everyThird(m, elementBytes, register));
  const halves = [0, 1].map((first) =>
    [0, 2].map((at) => e.let(everySecond(m[at], m[at + 1], elementBytes, first as 0 | 1))),
  );
  const [even, odd] = halves;
  return [
    everySecond(even[0], even[1], elementBytes, 0),
    everySecond(odd[0], odd[1], elementBytes, 0),
    everySecond(even[0], even[1], elementBytes, 1),
    everySecond(odd[0], odd[1], elementBytes, 1),
  ];
}

function everyThird(m: readonly V128[], elementBytes: number, register: number): V128 {
  const elements = 16 / elementBytes;
  const place = (element: number): number => 3 * element + register;
  const firstTwo = pick(m[0], m[1], elementBytes, (element) => place(element) % (2 * elements));
  return pick(firstTwo, m[2], elementBytes, (element) =>
    place(element) < 2 * elements ? element : place(element) - elements,
  );
}

/** The inverse of {@link separate}. */
function interleave(e: Emitter, r: readonly V128[], count: Count, elementBytes: number): V128[] {
  const zipped = (a: V128, b: V128): V128[] => [
    zip(a, b, elementBytes, 'lower'),
    zip(a, b, elementBytes, 'upper'),
  ];
  if (count === 2) return zipped(r[0], r[1]);
  if (count === 3) return [0, 1, 2].map((vector) => thirdOfThree(r, elementBytes, vector));
  const even = zipped(r[0], r[2]).map((value) => e.let(value));
  const odd = zipped(r[1], r[3]).map((value) => e.let(value));
  return [...zipped(even[0], odd[0]), ...zipped(even[1], odd[1])];
}

function thirdOfThree(r: readonly V128[], elementBytes: number, vector: number): V128 {
  const elements = 16 / elementBytes;
  const place = (element: number): number => vector * elements + element;
  const source = (element: number): number => Math.floor(place(element) / 3);
  const firstTwo = pick(r[0], r[1], elementBytes, (element) =>
    place(element) % 3 === 1 ? elements + source(element) : source(element),
  );
  return pick(firstTwo, r[2], elementBytes, (element) =>
    place(element) % 3 === 2 ? elements + source(element) : element,
  );
}

const zero = repeated32(0);

/** `elementBytes` is 0 where the registers follow each other in memory. */
interface Layout {
  readonly count: Count;
  readonly registerBytes: 8 | 16;
  readonly elementBytes: number;
}

function loadMultiple(e: Emitter, { count, registerBytes, elementBytes }: Layout, start: I64): V128[] {
  const bytes = (count * registerBytes) as VectorBytes;
  const memory = e.loadVectors(bytes, start, alignment(e, elementBytes));
  if (elementBytes !== 0) {
    const padded = Array.from({ length: count }, (_, index) => memory[index] ?? zero);
    return separate(e, padded, count, elementBytes);
  }
  if (registerBytes === 16) return memory;
  return Array.from({ length: count }, (_, index) => {
    const vector = memory[index >> 1];
    return index & 1 ? fromLow64(lane64(vector, 1)) : lowHalfOnly(vector);
  });
}

function storeMultiple(e: Emitter, { count, registerBytes, elementBytes }: Layout, start: I64): void {
  const registers = Array.from({ length: count }, (_, index) => e.vector('Rt', index));
  let values: V128[];
  if (elementBytes !== 0) {
    const held = registers.map((value) => e.let(value));
    values = interleave(e, held, count, elementBytes);
  } else if (registerBytes === 16) {
    values = registers;
  } else {
    values = [0, 2].slice(0, Math.ceil(count / 2)).map((index) => {
      const next = registers[index + 1];
      return next === undefined
        ? registers[index]
        : fromHalves64(lane64(registers[index], 0), lane64(next, 0));
    });
  }
  const bytes = (count * registerBytes) as VectorBytes;
  e.storeVectors(bytes, start, values.slice(0, Math.ceil(bytes / 16)), alignment(e, elementBytes));
}

function alignment(e: Emitter, elementBytes: number): I32 {
  if (elementBytes !== 0) return i32(elementBytes);
  return e.immediateSmall('alignment', ({ size }) => 1 << size);
}

const SIZE: Choice = { values: 4, of: ({ size }) => size };
/** Size and Q: bytes, halfwords, words in 64 bits, then those and doublewords in 128. */
const ARRANGEMENT: Choice = { values: 7, of: ({ Q, size }) => 3 * Q + size };

function layoutOf(e: Emitter, count: Count, structured: boolean): Layout {
  if (!structured) return { count, registerBytes: e.choice('Q') === 1 ? 16 : 8, elementBytes: 0 };
  const arrangement = e.choice('arrangement');
  const registerBytes = arrangement < 3 ? 8 : 16;
  return { count, registerBytes, elementBytes: 1 << (arrangement < 3 ? arrangement : arrangement - 3) };
}

/** LD1, ST1 of one to four registers, and LD2 to LD4, ST2 to ST4. */
function multiple(row: string, kind: Kind, count: Count, structured: boolean, form: Form): Semantics {
  const choices: Readonly<Record<string, Choice>> = structured
    ? { arrangement: ARRANGEMENT }
    : { Q: bit('Q') };
  return semantics(row, choices, (e) => {
    const layout = layoutOf(e, count, structured);
    const start = base(e);
    const finish = postIndex(e, form, start, ({ Q }) => count * (Q === 1 ? 16 : 8));
    if (kind === 'ST') {
      storeMultiple(e, layout, start);
      finish();
      return;
    }
    const values = loadMultiple(e, layout, start);
    finish();
    values.forEach((value, index) => {
      e.setVector('Rt', value, index);
    });
  });
}

/** Binary logarithm of an element's bytes; `scale` 2 is a word or, where `size` is 1, a doubleword. */
const elementScale = ({ scale, size }: Fields): number => (scale === 2 && size === 1 ? 3 : scale);

/** Index of an element: Q, S and size without the bits that its size leaves out. */
const elementIndex = (fields: Fields): number =>
  ((fields.Q << 3) | (fields.S << 2) | fields.size) >> elementScale(fields);

/** Addresses of the elements of a structure are known before any is accessed. */
const elementAddress = (start: I64, index: number, bytes: number): I64 => add(start, i64(index * bytes));

function single(row: string, kind: Kind, count: Count, form: Form): Semantics {
  return semantics(row, { scale: { values: 4, of: elementScale } }, (e) => {
    const bytes = (1 << e.choice('scale')) as AccessBytes;
    const start = base(e);
    const finish = postIndex(e, form, start, () => count * bytes);
    const registers = Array.from({ length: count }, (_, index) => index);
    if (kind === 'ST') {
      for (const index of registers) {
        const value = e.element('i64', bytes, 'Rt', 'index', elementIndex, index);
        e.store(bytes, elementAddress(start, index, bytes), value);
      }
      finish();
      return;
    }
    const values = registers.map((index) => e.load('i64', bytes, elementAddress(start, index, bytes)));
    finish();
    values.forEach((value, index) => {
      e.setElement(bytes, 'Rt', 'index', elementIndex, value, index);
    });
  });
}

/** Multiplied by an element of this many bytes: the element repeated over 64 bits. */
const REPEAT: Readonly<Record<number, readonly [lo: number, hi: number]>> = {
  1: [0x0101_0101, 0x0101_0101],
  2: [0x0001_0001, 0x0001_0001],
  4: [1, 1],
  8: [1, 0],
};

const splat64 = (value: I64): V128 => vector('i64x2.splat', value);

function replicate(row: string, count: Count, form: Form): Semantics {
  return semantics(row, { Q: bit('Q'), size: SIZE }, (e) => {
    const bytes = (1 << e.choice('size')) as AccessBytes;
    const start = base(e);
    const finish = postIndex(e, form, start, () => count * bytes);
    const values = Array.from({ length: count }, (_, index) =>
      e.load('i64', bytes, elementAddress(start, index, bytes)),
    );
    finish();
    values.forEach((value, index) => {
      const half = mul(value, i64(...REPEAT[bytes]));
      e.setVector('Rt', e.choice('Q') === 1 ? splat64(half) : fromLow64(half), index);
    });
  });
}

const COUNTS = [1, 2, 3, 4] as const;

/** @spec DDI 0487, LD1 to LD4 and ST1 to ST4 (multiple structures; single structure); LD1R to LD4R */
export const loadStoreSimdStructureSemantics: readonly Semantics[] = FORMS.flatMap((form) =>
  COUNTS.flatMap((count) => {
    const lessFrequent = (one: Semantics): Semantics => (count === 1 ? one : outlined(one));
    return [
      ...(['LD', 'ST'] as const).flatMap((kind) => [
        multiple(`${kind}1_asisdlse${form}_r${count}`, kind, count, false, form),
        ...(count === 1
          ? []
          : [outlined(multiple(`${kind}${count}_asisdlse${form}`, kind, count, true, form))]),
        lessFrequent(single(`${kind}${count}_asisdlso${form}`, kind, count, form)),
      ]),
      lessFrequent(replicate(`LD${count}R_asisdlso${form}`, count, form)),
    ];
  }),
);
