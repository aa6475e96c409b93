import { CPU_STATE } from '@armature/core';
import type { AccessBytes, Emitter } from '../emitter/emitter.ts';
import { and, type Expr, eq, type I64, i32, i64 } from '../emitter/expressions.ts';
import { bit, type Choice, is31, type Semantics, semantics } from './definition.ts';

/**
 * Exclusive and ordered accesses. The local monitor remembers the address and the values that the load saw; the
 * store succeeds when memory still holds them. On one host thread that is what a monitor guarantees, except
 * that a value changed and changed back goes unnoticed.
 */

const STACK_BASE = { base: is31('Rn') };
const ALIGNED = { aligned: true };

function base(e: Emitter): I64 {
  if (e.choice('base') === 1) e.checkStackAlignment();
  return e.let(e.register('i64', 'Rn', 'sp'));
}

interface Size {
  readonly suffix: string;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly bytes: (e: Emitter) => AccessBytes;
}

const SIZES: readonly Size[] = [
  { suffix: 'B', choices: {}, bytes: () => 1 },
  { suffix: 'H', choices: {}, bytes: () => 2 },
  { suffix: '', choices: { sf: bit('sf') }, bytes: (e) => (e.choice('sf') === 1 ? 8 : 4) },
];

const ordered: readonly Semantics[] = SIZES.flatMap(({ suffix, choices, bytes }) => [
  semantics(`LDAR${suffix}_ldstord`, { ...STACK_BASE, ...choices }, (e) => {
    e.setRegister('i64', 'Rt', e.load('i64', bytes(e), base(e), ALIGNED));
  }),
  semantics(`STLR${suffix}_ldstord`, { ...STACK_BASE, ...choices }, (e) => {
    e.store(bytes(e), base(e), e.register('i64', 'Rt'), ALIGNED);
  }),
]);

function setMonitor(e: Emitter, address: I64, first: I64, second: I64 = i64(0)): void {
  e.setState64(CPU_STATE.exclusiveAddress, address);
  e.setState64(CPU_STATE.exclusiveValue, first);
  e.setState64(CPU_STATE.exclusiveValue + 8, second);
}

const clearMonitor = (e: Emitter): void => e.setState64(CPU_STATE.exclusiveAddress, i64(-1));

/** Stores if the monitor matches; gives the status for Rs. The status is written after the store succeeded. */
function storeIfExclusive(e: Emitter, address: I64, unchanged: () => Expr<'i32'>, store: () => void): void {
  const status = e.temporary('i32');
  e.assign(status, i32(1));
  e.if(eq(e.state64(CPU_STATE.exclusiveAddress), address), () => {
    e.if(unchanged(), () => {
      store();
      e.assign(status, i32(0));
    });
  });
  clearMonitor(e);
  e.setRegister('i32', 'Rs', e.localI32(status));
}

const single: readonly Semantics[] = SIZES.flatMap(({ suffix, choices, bytes }) => [
  ...['LDXR', 'LDAXR'].map((name) =>
    semantics(`${name}${suffix}_ldstexcl`, { ...STACK_BASE, ...choices }, (e) => {
      const address = base(e);
      const value = e.load('i64', bytes(e), address, ALIGNED);
      setMonitor(e, address, value);
      e.setRegister('i64', 'Rt', value);
    }),
  ),
  ...['STXR', 'STLXR'].map((name) =>
    semantics(`${name}${suffix}_ldstexcl`, { ...STACK_BASE, ...choices }, (e) => {
      const address = base(e);
      storeIfExclusive(
        e,
        address,
        () => eq(e.load('i64', bytes(e), address, ALIGNED), e.state64(CPU_STATE.exclusiveValue)),
        () => e.store(bytes(e), address, e.register('i64', 'Rt'), ALIGNED),
      );
    }),
  ),
]);

/** A pair is one access: aligned to the size of both. */
const pairOptions = { alignedPair: true };

const pairs: readonly Semantics[] = [
  ...['LDXP', 'LDAXP'].map((name) =>
    semantics(`${name}_ldstexcl`, { ...STACK_BASE, sf: bit('sf') }, (e) => {
      const address = base(e);
      const [first, second] = e.loadPair('i64', e.choice('sf') === 1 ? 8 : 4, address, pairOptions);
      setMonitor(e, address, first, second);
      e.setRegister('i64', 'Rt', first);
      e.setRegister('i64', 'Rt2', second);
    }),
  ),
  ...['STXP', 'STLXP'].map((name) =>
    semantics(`${name}_ldstexcl`, { ...STACK_BASE, sf: bit('sf') }, (e) => {
      const address = base(e);
      const bytes = e.choice('sf') === 1 ? 8 : 4;
      storeIfExclusive(
        e,
        address,
        () => {
          const [first, second] = e.loadPair('i64', bytes, address, pairOptions);
          return and(
            eq(first, e.state64(CPU_STATE.exclusiveValue)),
            eq(second, e.state64(CPU_STATE.exclusiveValue + 8)),
          );
        },
        () => e.storePair(bytes, address, e.register('i64', 'Rt'), e.register('i64', 'Rt2'), pairOptions),
      );
    }),
  ),
];

export const exclusiveSemantics: readonly Semantics[] = [
  ...ordered,
  ...single,
  ...pairs,
  semantics('CLREX_barriers', {}, clearMonitor),
];
