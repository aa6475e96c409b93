import type { AccessBytes, AccessOptions, Emitter, Fields, Width } from '../emitter/emitter.ts';
import { add, extendS, extendU, type I64, shl } from '../emitter/expressions.ts';
import { bit, type Choice, is31, type Semantics, semantics } from './definition.ts';

/** A single-register load or store, apart from its address. */
interface Transfer {
  readonly name: string;
  readonly unscaledName: string;
  readonly unprivilegedName: string;
  readonly kind: 'load' | 'store';
  /** Bytes, or undefined when `sf` chooses between 4 and 8. */
  readonly bytes: AccessBytes | undefined;
  readonly signed: boolean;
  /** The field that chooses the register's width, when one does. */
  readonly widthField: 'sf' | 'w32' | undefined;
}

function transfer(
  name: string,
  kind: Transfer['kind'],
  bytes: AccessBytes | undefined,
  widthField?: 'sf' | 'w32',
): Transfer {
  const suffix = name.slice(2);
  const op = name.slice(0, 2);
  // LDRB becomes LDURB and LDTRB.
  return {
    name,
    unscaledName: `${op}U${suffix}`,
    unprivilegedName: `${op}T${suffix}`,
    kind,
    bytes,
    signed: name.startsWith('LDRS'),
    widthField,
  };
}

const TRANSFERS: readonly Transfer[] = [
  transfer('STRB', 'store', 1),
  transfer('LDRB', 'load', 1),
  transfer('LDRSB', 'load', 1, 'w32'),
  transfer('STRH', 'store', 2),
  transfer('LDRH', 'load', 2),
  transfer('LDRSH', 'load', 2, 'w32'),
  transfer('STR', 'store', undefined, 'sf'),
  transfer('LDR', 'load', undefined, 'sf'),
  transfer('LDRSW', 'load', 4),
];

const widthChoice = ({ widthField }: Transfer): Readonly<Record<string, Choice>> =>
  widthField === undefined ? {} : { [widthField]: bit(widthField) };

function accessBytes(e: Emitter, { bytes }: Transfer): AccessBytes {
  return bytes ?? (e.choice('sf') === 1 ? 8 : 4);
}

/** Only a sign-extending load may have a 32-bit result; the others fill the register with zeros anyway. */
function resultWidth(e: Emitter, { widthField }: Transfer): Width {
  return widthField === 'w32' && e.choice('w32') === 1 ? 'i32' : 'i64';
}

/** The access itself. Returns what completes a load, to be done after the base register is written back. */
function access(
  e: Emitter,
  t: Transfer,
  address: I64,
  options: AccessOptions = {},
): (() => void) | undefined {
  const bytes = accessBytes(e, t);
  if (t.kind === 'store') {
    e.store(bytes, address, e.register(bytes === 8 ? 'i64' : 'i32', 'Rt'), options);
    return undefined;
  }
  const width = resultWidth(e, t);
  const value = e.load(width, bytes, address, { ...options, signed: t.signed });
  return () => e.setRegister(width, 'Rt', value);
}

const signed9 = ({ imm9 }: Fields): number => (imm9 << 23) >> 23;
const offset = (compute: (fields: Fields) => number) => (fields: Fields) => {
  const value = compute(fields);
  return { lo: value, hi: value >> 31 };
};

const STACK_BASE = { base: is31('Rn') };

function base(e: Emitter): I64 {
  if (e.choice('base') === 1) e.checkStackAlignment();
  return e.register('i64', 'Rn', 'sp');
}

/** [Xn, #imm] */
function withOffset(
  row: string,
  t: Transfer,
  compute: (fields: Fields) => number,
  options: AccessOptions = {},
): Semantics {
  return semantics(row, { ...STACK_BASE, ...widthChoice(t) }, (e) => {
    access(e, t, add(base(e), e.immediate64('offset', offset(compute))), options)?.();
  });
}

function scaled(t: Transfer): (fields: Fields) => number {
  return ({ imm12, sf }) => imm12 * (t.bytes ?? (sf === 1 ? 8 : 4));
}

/** [Xn, #imm]! and [Xn], #imm: the base is written only when the access succeeded. */
function withWriteback(row: string, t: Transfer, when: 'pre' | 'post'): Semantics {
  return semantics(row, { ...STACK_BASE, ...widthChoice(t) }, (e) => {
    const start = e.let(base(e));
    const moved = e.let(add(start, e.immediate64('offset', offset(signed9))));
    const finish = access(e, t, when === 'pre' ? moved : start);
    e.setRegister('i64', 'Rn', moved, 'sp');
    finish?.();
  });
}

/** UXTW, SXTW, and 64-bit indices (LSL, SXTX). */
const INDEX: Choice = { values: 3, of: ({ option }) => (option === 2 ? 0 : option === 6 ? 1 : 2) };

function index(e: Emitter): I64 {
  switch (e.choice('index')) {
    case 0:
      return extendU(e.register('i32', 'Rm'));
    case 1:
      return extendS(e.register('i32', 'Rm'));
    default:
      return e.register('i64', 'Rm');
  }
}

function withIndex(t: Transfer): Semantics {
  return semantics(`${t.name}_ldst_regoff`, { ...STACK_BASE, index: INDEX, ...widthChoice(t) }, (e) => {
    const amount = e.immediateSmall('shift', ({ S, sf }) => {
      const bytes = t.bytes ?? (sf === 1 ? 8 : 4);
      return S === 1 ? 31 - Math.clz32(bytes) : 0;
    });
    access(e, t, add(base(e), shl(index(e), extendU(amount))))?.();
  });
}

const literalOffset = ({ imm19 }: Fields): number => ((imm19 << 13) >> 13) * 4;

function literal(row: string, t: Transfer): Semantics {
  return semantics(row, widthChoice(t), (e) => {
    access(e, t, add(e.programCounter(), e.immediate64('offset', offset(literalOffset))))?.();
  });
}

/** Prefetches are hints: nothing happens. */
const nothing = (row: string): Semantics => semantics(row, {}, () => {});

const single: readonly Semantics[] = TRANSFERS.flatMap((t) => [
  withOffset(`${t.name}_ldst_pos`, t, scaled(t)),
  withOffset(`${t.unscaledName}_ldst_unscaled`, t, signed9),
  withOffset(`${t.unprivilegedName}_ldst_unpriv`, t, signed9, { unprivileged: true }),
  withWriteback(`${t.name}_ldst_immpre`, t, 'pre'),
  withWriteback(`${t.name}_ldst_immpost`, t, 'post'),
  withIndex(t),
]);

interface PairForm {
  readonly load: boolean;
  readonly bytes: (e: Emitter) => 4 | 8;
  readonly signed: boolean;
  readonly choices: Readonly<Record<string, Choice>>;
  readonly scale: (fields: Fields) => number;
}

const PAIRS: Readonly<Record<'STP' | 'LDP' | 'LDPSW', PairForm>> = {
  STP: {
    load: false,
    bytes: (e) => (e.choice('sf') === 1 ? 8 : 4),
    signed: false,
    choices: { sf: bit('sf') },
    scale: ({ sf }) => (sf === 1 ? 8 : 4),
  },
  LDP: {
    load: true,
    bytes: (e) => (e.choice('sf') === 1 ? 8 : 4),
    signed: false,
    choices: { sf: bit('sf') },
    scale: ({ sf }) => (sf === 1 ? 8 : 4),
  },
  LDPSW: { load: true, bytes: () => 4, signed: true, choices: {}, scale: () => 4 },
};

function pair(row: string, form: PairForm, mode: 'offset' | 'pre' | 'post'): Semantics {
  return semantics(row, { ...STACK_BASE, ...form.choices }, (e) => {
    const bytes = form.bytes(e);
    const start = e.let(base(e));
    const moved = e.let(
      add(
        start,
        e.immediate64(
          'offset',
          offset((fields) => ((fields.imm7 << 25) >> 25) * form.scale(fields)),
        ),
      ),
    );
    const address = mode === 'post' ? start : moved;
    const writeBack = (): void => {
      if (mode !== 'offset') e.setRegister('i64', 'Rn', moved, 'sp');
    };
    if (!form.load) {
      const width = bytes === 8 ? 'i64' : 'i32';
      e.storePair(bytes, address, e.register(width, 'Rt'), e.register(width, 'Rt2'));
      writeBack();
      return;
    }
    const [first, second] = e.loadPair('i64', bytes, address, { signed: form.signed });
    writeBack();
    e.setRegister('i64', 'Rt', first);
    e.setRegister('i64', 'Rt2', second);
  });
}

const pairs: readonly Semantics[] = [
  ...(['STP', 'LDP', 'LDPSW'] as const).flatMap((name) => [
    pair(`${name}_ldstpair_off`, PAIRS[name], 'offset'),
    pair(`${name}_ldstpair_pre`, PAIRS[name], 'pre'),
    pair(`${name}_ldstpair_post`, PAIRS[name], 'post'),
  ]),
  pair('STNP_ldstnapair_offs', PAIRS.STP, 'offset'),
  pair('LDNP_ldstnapair_offs', PAIRS.LDP, 'offset'),
];

const literals: readonly Semantics[] = [
  literal('LDR_loadlit', transfer('LDR', 'load', undefined, 'sf')),
  literal('LDRSW_loadlit', transfer('LDRSW', 'load', 4)),
];

export const loadStoreSemantics: readonly Semantics[] = [
  ...single,
  ...pairs,
  ...literals,
  ...['PRFM_loadlit', 'PRFM_ldst_pos', 'PRFM_ldst_regoff', 'PRFUM_ldst_unscaled'].map(nothing),
];
