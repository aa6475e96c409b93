import type { AccessBytes, Emitter, Fields, Width } from '../emitter/emitter.ts';
import { type Expr, signExtend } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { type LaneChoice, type Lanes, SHAPES, type Size, simd } from './simd-lanes.ts';

/** Advanced SIMD copy and scalar copy. The lowest one in `imm5` tells the element size, the bits above it an index. */

const sizeOf = ({ imm5 }: Fields): number => 31 - Math.clz32(imm5 & -imm5);
const indexOf = (fields: Fields): number => fields.imm5 >> (sizeOf(fields) + 1);

const elements = (last: Size): LaneChoice => ({ first: 0, last, of: sizeOf });

const bytesOf = (size: Size): AccessBytes => (1 << size) as AccessBytes;
/** What holds an element: a doubleword takes 64 bits. */
const widthOf = (size: Size): Width => (size === 3 ? 'i64' : 'i32');

const source = <T extends Width>(l: Lanes, width: T): Expr<T> =>
  l.e.element(width, bytesOf(l.size), 'Rn', 'index', indexOf);

const everywhere = (l: Lanes, value: Expr): void => l.write(vector(`${SHAPES[l.size]}.splat`, value));

const general = (e: Emitter, size: Size): Expr => e.register(widthOf(size), 'Rn');

/** UMOV to an X register is of a doubleword, SMOV to one of less: Q chooses the register. */
const toGeneral = (row: string, last: Size, signed: boolean): Semantics =>
  simd(row, elements(last), (l) => {
    const width: Width = l.bytes === 16 ? 'i64' : widthOf(l.size);
    const value = source<Width>(l, width);
    const extended = signed && l.size < 3 ? signExtend(l.bits as 8 | 16 | 32, value) : value;
    l.e.setRegister(width, 'Rd', extended);
  });

export const simdCopySemantics: readonly Semantics[] = [
  simd('DUP_asimdins_element', elements(3), (l) => everywhere(l, source<Width>(l, widthOf(l.size)))),
  simd('DUP_asimdins_general', elements(3), (l) => everywhere(l, general(l.e, l.size))),
  simd('DUP_asisdone', elements(3), (l) => l.e.setScalar('Rd', source<Width>(l, widthOf(l.size)))),
  toGeneral('SMOV_asimdins', 2, true),
  toGeneral('UMOV_asimdins', 3, false),
  simd('INS_asimdins_general', elements(3), (l) =>
    l.e.setElement(bytesOf(l.size), 'Rd', 'index', indexOf, general(l.e, l.size)),
  ),
  simd('INS_asimdins_element', elements(3), (l) => {
    const { e, size } = l;
    const from = (fields: Fields): number => fields.imm4 >> sizeOf(fields);
    const value = e.element(widthOf(size), bytesOf(size), 'Rn', 'from', from);
    e.setElement(bytesOf(size), 'Rd', 'index', indexOf, value);
  }),
];
