import type { AccessBytes, Emitter, Fields } from '../emitter/emitter.ts';
import { add, type I64 } from '../emitter/expressions.ts';
import { plainBase, SIZES } from './atomics.ts';
import { bit, type Choice, is31, type Semantics, semantics } from './definition.ts';

/** Ordered loads and stores that extensions add. Memory accesses take effect in program order anyway. */

const ALIGNED = { aligned: true };
const STACK_BASE = { base: is31('Rn') };

/** The same as in LDAR and STLR, whose handlers these instructions share. */
function base(e: Emitter): I64 {
  if (e.choice('base') === 1) e.checkStackAlignment();
  return e.let(e.register('i64', 'Rn', 'sp'));
}

/** @spec DDI 0487, LDLAR; STLLR; LDAPR */
const withoutOffset: readonly Semantics[] = SIZES.flatMap(({ suffix, choices, bytes }) => [
  ...[`LDLAR${suffix}_ldstord`, `LDAPR${suffix}_memop`].map((row) =>
    semantics(row, { ...STACK_BASE, ...choices }, (e) => {
      e.setRegister('i64', 'Rt', e.load('i64', bytes(e), base(e), ALIGNED));
    }),
  ),
  semantics(`STLLR${suffix}_ldstord`, { ...STACK_BASE, ...choices }, (e) => {
    e.store(bytes(e), base(e), e.register('i64', 'Rt'), ALIGNED);
  }),
]);

const signed9 = ({ imm9 }: Fields) => {
  const value = (imm9 << 23) >> 23;
  return { lo: value, hi: value >> 31 };
};

const unscaled = (e: Emitter): I64 => add(plainBase(e), e.immediate64('offset', signed9));

function signedLoad(row: string, bytes: AccessBytes): Semantics {
  const choices: Readonly<Record<string, Choice>> = bytes === 4 ? {} : { w32: bit('w32') };
  return semantics(row, choices, (e) => {
    const width = bytes !== 4 && e.choice('w32') === 1 ? 'i32' : 'i64';
    e.setRegister(width, 'Rt', e.load(width, bytes, unscaled(e), { aligned: true, signed: true }));
  });
}

/** @spec DDI 0487, LDAPUR; STLUR */
const withOffset: readonly Semantics[] = [
  ...SIZES.flatMap(({ suffix, choices, bytes }) => [
    semantics(`LDAPUR${suffix}_ldapstl_unscaled`, choices, (e) => {
      e.setRegister('i64', 'Rt', e.load('i64', bytes(e), unscaled(e), ALIGNED));
    }),
    semantics(`STLUR${suffix}_ldapstl_unscaled`, choices, (e) => {
      e.store(bytes(e), unscaled(e), e.register('i64', 'Rt'), ALIGNED);
    }),
  ]),
  signedLoad('LDAPURSB_ldapstl_unscaled', 1),
  signedLoad('LDAPURSH_ldapstl_unscaled', 2),
  signedLoad('LDAPURSW_ldapstl_unscaled', 4),
];

export const orderedExtensionSemantics: readonly Semantics[] = [...withoutOffset, ...withOffset];
