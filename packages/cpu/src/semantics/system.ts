import { CPU_STATE, PSTATE } from '@armature/core';
import type { Emitter, Fields } from '../emitter/emitter.ts';
import { and, eq, eqz, extendU, type I32, i32, or, shrU, xor } from '../emitter/expressions.ts';
import { ZVA_BYTES } from '../registers/caches.ts';
import { INLINE } from '../registers/inline-access.ts';
import { type Choice, type Semantics, semantics } from './definition.ts';

/** Instructions whose work is done by a helper that gets the instruction word. */
const exceptionGeneration: readonly Semantics[] = [
  'SVC',
  'HVC',
  'SMC',
  'BRK',
  'HLT',
  'DCPS1',
  'DCPS2',
  'DCPS3',
].map((name) => semantics(`${name}_exception`, {}, (e) => e.helper('exception', e.instruction())));

/** How an access to a system register is done where PSTATE allows it; otherwise a helper does it. */
const inlineRegister: Readonly<Record<'inline', Choice>> = {
  inline: { values: 3, of: ({ inline }) => inline },
};

const DAIF_MASK = 0x3c0;

const registers: readonly Semantics[] = [
  semantics('MRS_systemmove', inlineRegister, (e) => {
    const byHelper = (): void => {
      e.helper('systemRead', e.instruction());
      e.setRegister('i64', 'Rt', e.state64(CPU_STATE.transfer));
    };
    const inline = e.choice('inline');
    if (inline === INLINE.no) byHelper();
    else {
      e.if(
        isAllowed(e),
        () => {
          const daif = and(e.state32(CPU_STATE.pstate), i32(DAIF_MASK));
          e.setRegister('i64', 'Rt', inline === INLINE.daif ? extendU(daif) : e.stateAt64(slot(e)));
        },
        byHelper,
      );
    }
  }),
  semantics('MSR_systemmove', inlineRegister, (e) => {
    const byHelper = (): void => {
      e.setState64(CPU_STATE.transfer, e.register('i64', 'Rt'));
      e.helper('systemWrite', e.instruction());
    };
    const inline = e.choice('inline');
    if (inline === INLINE.no) byHelper();
    else if (inline === INLINE.slot) {
      e.if(isAllowed(e), () => e.setStateAt64(slot(e), e.register('i64', 'Rt')), byHelper);
    } else {
      const masks = and(e.register('i32', 'Rt'), i32(DAIF_MASK));
      e.if(
        and(isAllowed(e), eqz(e.state32(CPU_STATE.interruptLines))),
        () => e.setState32(CPU_STATE.pstate, or(and(e.state32(CPU_STATE.pstate), i32(~DAIF_MASK)), masks)),
        byHelper,
      );
    }
  }),
  semantics('SYS_systeminstrs', { operation: { values: 3, of: systemOperation } }, (e) => {
    const byHelper = (): void => {
      e.setState64(CPU_STATE.transfer, e.register('i64', 'Rt'));
      e.helper('systemOperation', e.instruction());
    };
    const operation = e.choice('operation');
    if (operation === SYSTEM_OPERATION.zero) e.zeroBlock(ZVA_BYTES, e.register('i64', 'Rt'), byHelper);
    else if (operation === SYSTEM_OPERATION.nothing) e.if(isAllowed(e), () => {}, byHelper);
    else byHelper();
  }),
  // No SYSL operation is implemented, nor by the modelled CPUs.
  semantics('SYSL_systeminstrs', {}, (e) => e.helper('undefined', i32(0))),
  semantics('MSR_pstate', { daif: { values: 3, of: ({ op1, op2 }) => daifOperation(op1, op2) } }, (e) => {
    const byHelper = (): void => e.helper('pstateWrite', e.instruction());
    const operation = e.choice('daif');
    if (operation === 0) {
      byHelper();
      return;
    }
    const masks = e.immediateSmall('masks', ({ CRm }) => CRm << 6);
    const isAboveEl0 = and(shrU(e.state32(CPU_STATE.pstate), i32(PSTATE.elShift)), i32(3));
    if (operation === 1) {
      e.if(
        isAboveEl0,
        () => e.setState32(CPU_STATE.pstate, or(e.state32(CPU_STATE.pstate), masks)),
        byHelper,
      );
    } else {
      e.if(
        and(isAboveEl0, eqz(e.state32(CPU_STATE.interruptLines))),
        () => e.setState32(CPU_STATE.pstate, and(e.state32(CPU_STATE.pstate), xor(masks, i32(-1)))),
        byHelper,
      );
    }
  }),
];

/** PSTATE with the record's bits set: the access needs no check. */
function isAllowed(e: Emitter): I32 {
  const bits = e.immediateSmall('inlinePstate', ({ inlinePstate }) => inlinePstate);
  return eq(and(e.state32(CPU_STATE.pstate), bits), bits);
}

/** Offset of the register's slot in the state block. */
function slot(e: Emitter): I32 {
  return e.immediateSmall('inlineOffset', ({ inlineOffset }) => inlineOffset);
}

/** 1 is DAIFSet, 2 is DAIFClr. */
function daifOperation(op1: number, op2: number): number {
  return op1 === 3 && op2 >= 6 ? op2 - 5 : 0;
}

/** What SYS does: something by a helper; nothing where it is allowed; DC ZVA. */
export const SYSTEM_OPERATION = { byHelper: 0, nothing: 1, zero: 2 } as const;

function systemOperation({ word, inline }: Fields): number {
  if (isZero(word)) return SYSTEM_OPERATION.zero;
  return inline === INLINE.slot ? SYSTEM_OPERATION.nothing : SYSTEM_OPERATION.byHelper;
}

/** DC ZVA. */
function isZero(word: number): boolean {
  return ((word >>> 5) & 0x3fff) === ((3 << 11) | (7 << 7) | (4 << 3) | 1);
}

const nothing = (row: string): Semantics => semantics(row, {}, () => {});

/** Memory accesses and system-register writes take effect in program order, so barriers need do nothing. */
const hintsAndBarriers: readonly Semantics[] = [
  ...[
    'HINT_hints',
    'NOP_hints',
    'YIELD_hints',
    'SEV_hints',
    'SEVL_hints',
    'CSDB_hints',
    'DMB_barriers',
    'DSB_barriers',
    'ISB_barriers',
  ].map(nothing),
  semantics('BTI_hints', { targets: { values: 4, of: ({ targets }) => targets } }, () => {}),
  semantics('WFE_hints', {}, (e) => e.helper('wait', i32(1))),
  semantics('WFI_hints', {}, (e) => e.helper('wait', i32(0))),
];

export const systemSemantics: readonly Semantics[] = [
  ...exceptionGeneration,
  ...registers,
  ...hintsAndBarriers,
  semantics('ERET_branch_reg', {}, (e) => e.helper('exceptionReturn', i32(0))),
  semantics('UDF_perm_undef', {}, (e) => e.helper('undefined', i32(0))),
  semantics('DRPS_branch_reg', {}, (e) => e.helper('undefined', i32(0))),
];
