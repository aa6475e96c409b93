import { CPU_STATE } from '@armature/core';
import type { Emitter } from '../emitter/emitter.ts';
import { add, extendU, type I64, i32, i64, signExtend } from '../emitter/expressions.ts';
import { KEY, OPERATION } from '../pointer-authentication/operation.ts';
import { callType, jumpType } from './branches.ts';
import { outlined, type Semantics, semantics } from './definition.ts';

/** FEAT_PAuth. The work is done by a helper; the operation is an operand, so that rows share their handlers. */

const LINK = 30;
const STACK_POINTER = 31;

type KeyName = 'IA' | 'IB' | 'DA' | 'DB';
const KEY_NAMES: readonly KeyName[] = ['IA', 'IB', 'DA', 'DB'];

/** The pointer with its code added, checked or taken off. */
function authenticated(e: Emitter, operation: number, pointer: I64, modifier: I64): I64 {
  e.setState64(CPU_STATE.transfer, pointer);
  e.setState64(CPU_STATE.transfer + 8, modifier);
  e.helper(
    'pointerAuthentication',
    e.immediateSmall('operation', () => operation),
  );
  return e.state64(CPU_STATE.transfer);
}

/** PACIA, AUTIA and the like, with a register as modifier, and with zero. */
const dataProcessing: readonly Semantics[] = (
  [
    ['PAC', OPERATION.sign],
    ['AUT', OPERATION.authenticate],
  ] as const
).flatMap(([prefix, kind]) =>
  KEY_NAMES.flatMap((key) => [
    semantics(`${prefix}${key}_dp_1src`, {}, (e) => {
      const result = authenticated(
        e,
        kind | KEY[key],
        e.register('i64', 'Rd'),
        e.register('i64', 'Rn', 'sp'),
      );
      e.setRegister('i64', 'Rd', result);
    }),
    semantics(`${prefix}${key[0]}Z${key[1]}_dp_1src`, {}, (e) => {
      e.setRegister('i64', 'Rd', authenticated(e, kind | KEY[key], e.register('i64', 'Rd'), i64(0)));
    }),
  ]),
);

const strip: readonly Semantics[] = (
  [
    ['XPACI', KEY.IA],
    ['XPACD', KEY.DA],
  ] as const
).map(([name, key]) =>
  semantics(`${name}_dp_1src`, {}, (e) => {
    const result = authenticated(e, OPERATION.strip | key, e.register('i64', 'Rd'), i64(0));
    e.setRegister('i64', 'Rd', result);
  }),
);

const generic = semantics('PACGA_dp_2src', {}, (e) => {
  const operation = OPERATION.generic | KEY.GA;
  const result = authenticated(e, operation, e.register('i64', 'Rn'), e.register('i64', 'Rm', 'sp'));
  e.setRegister('i64', 'Rd', result);
});

/** Those in the hint space, with registers that no field names: NOPs of CPUs without the feature. */
const hints: readonly Semantics[] = [
  ...(
    [
      ['PACIA', OPERATION.sign | KEY.IA],
      ['PACIB', OPERATION.sign | KEY.IB],
      ['AUTIA', OPERATION.authenticate | KEY.IA],
      ['AUTIB', OPERATION.authenticate | KEY.IB],
    ] as const
  ).flatMap(([name, operation]) => {
    const hint = (suffix: string, register: number, modifier: (e: Emitter) => I64): Semantics =>
      semantics(`${name}${suffix}_hints`, {}, (e) => {
        const result = authenticated(e, operation, e.fixedRegister(register), modifier(e));
        e.setFixedRegister(register, result);
      });
    return [
      hint('Z', LINK, () => i64(0)),
      hint('SP', LINK, (e) => e.fixedRegister(STACK_POINTER)),
      hint('1716', 17, (e) => e.fixedRegister(16)),
    ];
  }),
  semantics('XPACLRI_hints', {}, (e) => {
    const result = authenticated(e, OPERATION.strip | KEY.IA, e.fixedRegister(LINK), i64(0));
    e.setFixedRegister(LINK, result);
  }),
];

/** Branches to an authenticated address. */
const branches: readonly Semantics[] = (['A', 'B'] as const).flatMap((letter) => {
  const operation = OPERATION.authenticate | KEY[`I${letter}`];
  const branch = (row: string, link: boolean, modifier: (e: Emitter) => I64): Semantics =>
    semantics(`${row}_branch_reg`, {}, (e) => {
      const target = e.let(authenticated(e, operation, e.register('i64', 'Rn'), modifier(e)));
      if (link) e.setLinkRegister(add(e.programCounter(), i64(4)));
      e.jump(target, link ? callType : jumpType);
    });
  const register = (e: Emitter): I64 => e.register('i64', 'Rm', 'sp');
  const zero = (): I64 => i64(0);
  return [
    branch(`BRA${letter}`, false, register),
    branch(`BRA${letter}Z`, false, zero),
    branch(`BLRA${letter}`, true, register),
    branch(`BLRA${letter}Z`, true, zero),
    semantics(`RETA${letter}_branch_reg`, {}, (e) => {
      e.jump(authenticated(e, operation, e.fixedRegister(LINK), e.fixedRegister(STACK_POINTER)));
    }),
    semantics(`ERETA${letter}_branch_reg`, {}, (e) => {
      e.helper('exceptionReturn', i32(letter === 'A' ? 1 : 2));
    }),
  ];
});

/** LDRAA, LDRAB: from an address authenticated with zero as modifier. */
const loads: readonly Semantics[] = (['A', 'B'] as const).map((letter) =>
  semantics(`LDRA${letter}_ldst_pac`, {}, (e) => {
    const operation = OPERATION.authenticate | KEY[`D${letter}`];
    const base = authenticated(e, operation, e.register('i64', 'Rn', 'sp'), i64(0));
    // Ten bits, scaled by eight: 13 bits with the sign.
    const offset = e.immediateSmall('offset', ({ S, imm9 }) => ((imm9 - 512 * S) * 8) & 0xffff);
    const address = e.let(add(base, signExtend(16, extendU(offset))));
    e.checkBaseAlignment('Rn');
    const value = e.load('i64', 8, address);
    e.writeBack('Rn', address, ({ W }) => W === 1);
    e.setRegister('i64', 'Rt', value);
  }),
);

/** @spec DDI 0487, PACIA; AUTIA; XPACI; PACGA; BRAA; BLRAA; RETAA; ERETAA; LDRAA */
export const pointerAuthenticationSemantics: readonly Semantics[] = [
  ...[...dataProcessing, ...strip, generic, ...hints, ...loads].map(outlined),
  ...branches,
];
