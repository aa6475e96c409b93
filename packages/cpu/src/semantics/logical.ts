import { decodeBitMasks } from '@armature/isa';
import type { Emitter, Width } from '../emitter/emitter.ts';
import { and, type Expr, not, or, xor } from '../emitter/expressions.ts';
import { type Semantics, SF, semantics } from './definition.ts';
import { SHIFT, shiftedRegister } from './shifts.ts';

function logical<T extends Width>(e: Emitter, operation: string, a: Expr<T>, b: Expr<T>): Expr<T> {
  switch (operation) {
    case 'AND':
      return and(a, b);
    case 'BIC':
      return and(a, not(b));
    case 'ORR':
      return or(a, b);
    case 'ORN':
      return or(a, not(b));
    case 'EOR':
      return xor(a, b);
    case 'EON':
      return xor(a, not(b));
    default: {
      const result = e.let(operation === 'ANDS' ? and(a, b) : and(a, not(b)));
      e.setFlagsOfLogic(result);
      return result;
    }
  }
}

const immediate: Semantics[] = ['AND', 'ORR', 'EOR', 'ANDS'].map((operation) =>
  semantics(`${operation}_log_imm`, SF, (e) => {
    const width = e.width();
    const mask = e.immediate(
      width,
      'mask',
      ({ N, imms, immr }) => decodeBitMasks(N, imms, immr, width === 'i64' ? 64 : 32) ?? { lo: 0, hi: 0 },
    );
    const result = logical(e, operation, e.register(width, 'Rn'), mask);
    e.setRegister(width, 'Rd', result, operation === 'ANDS' ? 'zr' : 'sp');
  }),
);

const shifted: Semantics[] = ['AND', 'BIC', 'ORR', 'ORN', 'EOR', 'EON', 'ANDS', 'BICS'].map((operation) =>
  semantics(`${operation}_log_shift`, { ...SF, shift: SHIFT }, (e) => {
    const width = e.width();
    e.setRegister(width, 'Rd', logical(e, operation, e.register(width, 'Rn'), shiftedRegister(e, width)));
  }),
);

export const logicalSemantics: readonly Semantics[] = [...immediate, ...shifted];
