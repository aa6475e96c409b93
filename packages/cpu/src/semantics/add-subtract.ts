import type { Emitter, Fields, Register31, Width } from '../emitter/emitter.ts';
import {
  add,
  and,
  as,
  constant,
  type Expr,
  type I64,
  leU,
  ltU,
  not,
  select,
  shl,
  signExtend,
  sub,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { type Choice, type Semantics, SF, semantics } from './definition.ts';
import { SHIFT, shiftedRegister } from './shifts.ts';

type Operation = 'ADD' | 'ADDS' | 'SUB' | 'SUBS';

/** `a + b` or `a - b`; the forms in S set the flags of AddWithCarry. */
export function addSubtract<T extends Width>(
  e: Emitter,
  operation: Operation,
  a: Expr<T>,
  b: Expr<T>,
): Expr<T> {
  if (operation === 'ADD') return add(a, b);
  if (operation === 'SUB') return sub(a, b);
  const left = e.let(a);
  const right = e.let(b);
  if (operation === 'ADDS') {
    const result = e.let(add(left, right));
    e.setFlagsOfSum(left, right, result);
    return result;
  }
  const result = e.let(sub(left, right));
  e.setFlagsOfDifference(left, right, result);
  return result;
}

const setsFlags = (operation: Operation): boolean => operation.endsWith('S');

/** ADDS and SUBS name XZR where ADD and SUB name SP. */
const destination31 = (operation: Operation): Register31 => (setsFlags(operation) ? 'zr' : 'sp');

const OPERATIONS: readonly Operation[] = ['ADD', 'ADDS', 'SUB', 'SUBS'];

const immediateOperand = (fields: Fields) => ({ lo: fields.sh ? fields.imm12 << 12 : fields.imm12, hi: 0 });

const immediate: Semantics[] = OPERATIONS.map((operation) =>
  semantics(`${operation}_addsub_imm`, SF, (e) => {
    const width = e.width();
    const result = addSubtract(
      e,
      operation,
      e.register(width, 'Rn', 'sp'),
      e.immediate(width, 'imm', immediateOperand),
    );
    e.setRegister(width, 'Rd', result, destination31(operation));
  }),
);

const shifted: Semantics[] = OPERATIONS.map((operation) =>
  semantics(`${operation}_addsub_shift`, { ...SF, shift: SHIFT }, (e) => {
    const width = e.width();
    const result = addSubtract(e, operation, e.register(width, 'Rn'), shiftedRegister(e, width));
    e.setRegister(width, 'Rd', result);
  }),
);

/** UXTX and SXTX are the same, and so are all forms of 32 bits or more in a 32-bit operation. */
const EXTENSION: Choice = {
  values: 7,
  of: ({ option, sf }) => {
    if (option === 7) return 3;
    return sf === 0 && (option === 2 || option === 6) ? 3 : option;
  },
};

/** ExtendReg. @spec DDI 0487, shared/functions/extensions, ExtendReg */
export function extended<T extends Width>(width: T, option: number, value: I64): Expr<T> {
  switch (option) {
    case 0:
      return as(width, and(value, constant('i64', 0xff)));
    case 1:
      return as(width, and(value, constant('i64', 0xffff)));
    case 2:
      return as(width, as('i64', wrap(value)));
    case 4:
      return as(width, signExtend(8, value));
    case 5:
      return as(width, signExtend(16, value));
    case 6:
      return as(width, signExtend(32, value));
    default:
      return as(width, value);
  }
}

const extendedRegister: Semantics[] = OPERATIONS.map((operation) =>
  semantics(`${operation}_addsub_ext`, { ...SF, extension: EXTENSION }, (e) => {
    const width = e.width();
    const value = extended(width, e.choice('extension'), e.register('i64', 'Rm'));
    const amount = e.immediate(width, 'imm3', (fields) => ({ lo: fields.imm3, hi: 0 }));
    const result = addSubtract(e, operation, e.register(width, 'Rn', 'sp'), shl(value, amount));
    e.setRegister(width, 'Rd', result, destination31(operation));
  }),
);

const withCarry: Semantics[] = (['ADC', 'ADCS', 'SBC', 'SBCS'] as const).map((operation) =>
  semantics(`${operation}_addsub_carry`, SF, (e) => {
    const width = e.width();
    const a = e.let(e.register(width, 'Rn'));
    const register = e.register(width, 'Rm');
    const b = e.let(operation.startsWith('SBC') ? not(register) : register);
    const carry = e.let(e.carry());
    const result = e.let(add(add(a, b), as(width, carry)));
    if (operation.endsWith('S')) {
      e.setFlags({
        n: result,
        z: result,
        c: select(carry, leU(result, a), ltU(result, a)),
        v: and(xor(a, result), xor(b, result)),
      });
    }
    e.setRegister(width, 'Rd', result);
  }),
);

export const addSubtractSemantics: readonly Semantics[] = [
  ...immediate,
  ...shifted,
  ...extendedRegister,
  ...withCarry,
];
