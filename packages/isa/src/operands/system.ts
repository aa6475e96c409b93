import {
  type SystemOperationKind,
  systemOperationByEncoding,
  systemOperationByName,
} from '../system/operations.ts';
import { systemRegisterEncoding, systemRegisterName } from '../system/registers.ts';
import type { FieldGetter } from '../types.ts';
import { hex, type OperandFactory } from './operand.ts';
import { registerName, takeRegister } from './registers.ts';

const BARRIERS: readonly (string | undefined)[] = [
  undefined,
  'oshld',
  'oshst',
  'osh',
  undefined,
  'nshld',
  'nshst',
  'nsh',
  undefined,
  'ishld',
  'ishst',
  'ish',
  undefined,
  'ld',
  'st',
  'sy',
];

const PREFETCH_TYPES = ['pld', 'pli', 'pst'];

/** op1:CRn:CRm:op2, the way the operation table numbers SYS. */
export const sysEncoding = (field: FieldGetter): number =>
  (field('op1') << 11) | (field('CRn') << 7) | (field('CRm') << 3) | field('op2');

const twoDigits = (value: number): string => `#0x${value.toString(16).padStart(2, '0')}`;

/** The limitation of DMB and DSB: a name or `#0x00`. */
const barrier: OperandFactory = () => ({
  format: ({ field }) => BARRIERS[field('CRm')] ?? twoDigits(field('CRm')),
  parse(cursor, encoding) {
    const name = cursor.peekName();
    const named = name === undefined ? -1 : BARRIERS.indexOf(name);
    if (named >= 0) {
      cursor.position++;
      return encoding.set('CRm', named);
    }
    if (name !== undefined) return cursor.fail(`a barrier option (${BARRIERS.filter(Boolean).join(', ')})`);
    const value = cursor.integer(0, 15);
    return value !== undefined && encoding.set('CRm', value);
  },
});

/** The limitation of ISB: `sy` or a number; `isb` alone is an alias. */
const isb: OperandFactory = () => ({
  format: ({ field }) => `#${hex(field('CRm'))}`,
  parse(cursor, encoding) {
    if (cursor.peekName() === 'sy') {
      cursor.position++;
      return encoding.set('CRm', 15);
    }
    const value = cursor.integer(0, 15);
    return value !== undefined && encoding.set('CRm', value);
  },
});

/** `#imm7`, the number of a hint: CRm:op2. */
const hint: OperandFactory = () => ({
  format: ({ field }) => `#${hex((field('CRm') << 3) | field('op2'))}`,
  parse(cursor, encoding) {
    const value = cursor.integer(0, 127);
    return value !== undefined && encoding.set('CRm', value >> 3) && encoding.set('op2', value & 7);
  },
});

/** A system register named in an MRS (`r`) or MSR (`w`). */
const systemRegister: OperandFactory = (access = 'r') => ({
  format({ field }) {
    const encoding = ((2 | field('o0')) << 14) | sysEncoding(field);
    return systemRegisterName(encoding, access === 'r' ? 'read' : 'write');
  },
  parse(cursor, encoding) {
    const name = cursor.peekName();
    const number = name === undefined ? undefined : systemRegisterEncoding(name);
    if (number === undefined || number < 0x8000)
      return cursor.fail('a system register (sctlr_el1, s3_0_c1_c0_0, ...)');
    cursor.position++;
    return encoding.set('o0', (number >> 14) & 1) && setSys(encoding, number);
  },
});

const setSys = (encoding: { set(name: string, value: number): boolean }, number: number): boolean =>
  encoding.set('op1', (number >> 11) & 7) &&
  encoding.set('CRn', (number >> 7) & 15) &&
  encoding.set('CRm', (number >> 3) & 15) &&
  encoding.set('op2', number & 7);

/** The operation of TLBI, DC, IC, AT and the prediction restrictions, with its register where it has one. */
const systemOperation: OperandFactory = (parameter) => {
  const kind = parameter as SystemOperationKind;
  return {
    format({ field }) {
      const operation = systemOperationByEncoding(kind, sysEncoding(field));
      if (operation === undefined) return '';
      return operation.hasRegister
        ? `${operation.name}, ${registerName(field('Rt'), 64, false)}`
        : operation.name;
    },
    parse(cursor, encoding) {
      const name = cursor.peekName();
      const operation = name === undefined ? undefined : systemOperationByName(kind, name);
      if (operation === undefined) return cursor.fail(`an operation of ${kind}`);
      cursor.position++;
      if (!setSys(encoding, operation.encoding)) return false;
      if (!operation.hasRegister) return encoding.set('Rt', 31);
      if (!cursor.expect(',')) return false;
      const register = takeRegister(cursor, 64, false);
      return register !== undefined && encoding.set('Rt', register.number);
    },
  };
};

/** True when SYS has a name under the mnemonic. */
export const isSystemOperation =
  (kind: SystemOperationKind) =>
  (field: FieldGetter): boolean =>
    systemOperationByEncoding(kind, sysEncoding(field)) !== undefined;

/** `C0` to `C15`. */
const controlRegister: OperandFactory = (field = 'CRn') => ({
  format: ({ field: get }) => `C${get(field)}`,
  parse(cursor, encoding) {
    const number = /^c(\d|1[0-5])$/.exec(cursor.peekName() ?? '')?.[1];
    if (number === undefined) return cursor.fail('a control register number (C0 to C15)');
    cursor.position++;
    return encoding.set(field, Number(number));
  },
});

/** The PSTATE fields every Armv8.0 implementation has, as op1:op2. */
const PSTATE_FIELDS: Readonly<Record<string, number>> = {
  spsel: 0b000_101,
  daifset: 0b011_110,
  daifclr: 0b011_111,
};

const pstateField: OperandFactory = () => ({
  format({ field }) {
    const selector = (field('op1') << 3) | field('op2');
    return Object.keys(PSTATE_FIELDS).find((name) => PSTATE_FIELDS[name] === selector) ?? '';
  },
  parse(cursor, encoding) {
    const selector = PSTATE_FIELDS[cursor.peekName() ?? ''];
    if (selector === undefined) return cursor.fail('a PSTATE field (spsel, daifset or daifclr)');
    cursor.position++;
    return encoding.set('op1', selector >> 3) && encoding.set('op2', selector & 7);
  },
});

/** A fixed word of the syntax, such as the PSTATE field a row is for. */
const literalName: OperandFactory = (name = '') => ({
  format: () => name,
  parse(cursor) {
    if (cursor.peekName() !== name) return cursor.fail(name);
    cursor.position++;
    return true;
  },
});

/** The operation of PRFM: `pldl1keep` and its kin, or its number. */
const prefetch: OperandFactory = () => ({
  format({ field }) {
    const prfop = field('prfop');
    const type = PREFETCH_TYPES[prfop >> 3];
    const level = (prfop >> 1) & 3;
    if (type === undefined || level === 3) return twoDigits(prfop);
    return `${type}l${level + 1}${(prfop & 1) === 1 ? 'strm' : 'keep'}`;
  },
  parse(cursor, encoding) {
    const parts = /^(pld|pli|pst)l([123])(keep|strm)$/.exec(cursor.peekName() ?? '');
    if (parts !== null) {
      cursor.position++;
      const [, type = '', level, policy] = parts;
      const prfop =
        (PREFETCH_TYPES.indexOf(type) << 3) | ((Number(level) - 1) << 1) | (policy === 'strm' ? 1 : 0);
      return encoding.set('prfop', prfop);
    }
    if (cursor.token.kind === 'name') return cursor.fail('a prefetch operation (pldl1keep, ...)');
    const value = cursor.integer(0, 31);
    return value !== undefined && encoding.set('prfop', value);
  },
});

/** The branches BTI accepts: nothing, `c`, `j` or `jc`. */
const branchTargets: OperandFactory = () => ({
  format: ({ field }) => BRANCH_TARGETS[field('targets')] ?? '',
  parse(cursor, encoding) {
    const targets = cursor.atEnd ? 0 : BRANCH_TARGETS.indexOf(cursor.peekName() ?? ' ');
    if (targets < 0) return cursor.fail('c, j, jc or nothing');
    if (targets > 0) cursor.position++;
    return encoding.set('targets', targets);
  },
});

const BRANCH_TARGETS: readonly string[] = ['', 'c', 'j', 'jc'];

export const systemOperands: Readonly<Record<string, OperandFactory>> = {
  barrier,
  isb,
  hint,
  sysreg: systemRegister,
  sysop: systemOperation,
  cr: controlRegister,
  pstate: pstateField,
  name: literalName,
  prfop: prefetch,
  btitargets: branchTargets,
};
