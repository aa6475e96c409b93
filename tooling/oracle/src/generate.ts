import { extract, type Row } from '@armature/isa';
import { addressOverrides, codeOffset, hasBaseRegister, targetAddress } from './addresses.ts';
import type { Case, Override } from './case.ts';
import { exclusionOf, WAITING_ROWS } from './exclusions.ts';
import { CODE_PAGES, type Configuration, PAGE_SIZE, WINDOW } from './layout.ts';
import { Random, seedOf } from './random.ts';
import { MODE, type Mode } from './state.ts';
import { mrs, msr, OPERATIONS, pickKey, READABLE, sys, TRANSLATIONS, WRITABLE } from './system.ts';
import { randomWord } from './words.ts';

/** What a group's generator adds to a word: preparing words before it, checking ones after it, registers. */
interface Extra {
  readonly before?: readonly number[];
  readonly word?: number;
  readonly after?: readonly number[];
  readonly overrides?: readonly Override[];
}

/**
 * An address where control may go: mostly an instruction of the window, at times none. Misaligned ones are in code
 * pages only: elsewhere QEMU reports the instruction abort, though the misaligned PC has priority over it.
 */
function codeAddress(random: Random, avoid: number): bigint {
  let offset: number;
  do {
    offset = 4 * random.below((CODE_PAGES * PAGE_SIZE) / 4);
  } while (offset >= avoid - 8 && offset <= avoid + 8);
  switch (random.below(8)) {
    case 0:
      return BigInt(WINDOW + offset + 1 + random.below(3));
    case 1:
      return BigInt(WINDOW + (CODE_PAGES + random.below(11)) * PAGE_SIZE);
    case 2:
      // Outside both halves of the address space.
      return BigInt.asUintN(64, BigInt(WINDOW + offset) | (BigInt(random.next()) << 48n));
    default:
      return BigInt(WINDOW + offset);
  }
}

/** Sets a branch's word offset so that most targets are in the window. */
function nearTarget(row: Row, word: number, pcOffset: number, random: Random): number {
  const field = row.fields.get('imm26') ?? row.fields.get('imm19') ?? row.fields.get('imm14')!;
  if (random.oneIn(4)) return word;
  const target = row.group === 'load-register-literal' ? literalOffset(random) : 4 * random.below(16 * 1024);
  const distance = Math.trunc((target - pcOffset) / 4) & (2 ** field.width - 1);
  const cleared = word & ~((2 ** field.width - 1) << field.lo);
  return (cleared | (distance << field.lo)) >>> 0;
}

const literalOffset = (random: Random): number =>
  (CODE_PAGES + random.below(9)) * PAGE_SIZE + 4 * random.below(1024);

const CLREX = 0xd503_3f5f;
const SEVL = 0xd503_20bf;
/** LDR and LDTR of a doubleword, but for the registers. */
const LDR = 0xf940_0000 | 0;
const LDTR = 0xf840_0800 | 0;

/** For a store exclusive: mostly the load exclusive that it needs, at times a CLREX after it, at times nothing. */
function exclusivePrefix(row: Row, word: number, random: Random): number[] {
  if (!/^STL?X/.test(row.id) || random.oneIn(4)) return [];
  // The load exclusive of the same size and base, into other registers.
  const taken = new Set(['Rs', 'Rt', 'Rn', 'Rt2'].map((name) => extract(row, word, name)));
  const free = [...Array(31).keys()].filter((register) => !taken.has(register));
  const pair = row.id.includes('XP');
  const rt = random.pick(free);
  const rt2 = pair ? random.pick(free.filter((register) => register !== rt)) : 31;
  const load = (word & ~((31 << 16) | (31 << 10) | 31)) | (31 << 16) | (rt2 << 10) | rt | (1 << 22);
  return random.oneIn(8) ? [load >>> 0, CLREX] : [load >>> 0];
}

/** ERET with a chosen return address and PSTATE, AArch64 only. */
function exceptionReturn(random: Random, mode: Mode, pcOffset: number): Extra {
  if (mode === MODE.el0t) return {};
  const elr = random.below(31);
  const spsr = (elr + 1 + random.below(30)) % 31;
  const M = random.oneIn(6) ? random.pick([0b0001, 0b1000, 0b1001, 0b1100, 0b1101]) : random.pick([0, 4, 5]);
  const IL = random.oneIn(8) ? 1 << 20 : 0;
  const value = (((random.next() & 0xf000_0000) | IL | (random.below(16) << 6) | M) >>> 0) as number;
  return {
    before: [msr(WRITABLE['ELR_EL1']!, elr), msr(READABLE['SPSR_EL1']!, spsr)],
    overrides: [
      { register: elr, value: codeAddress(random, pcOffset) },
      { register: spsr, value: BigInt(value) },
    ],
  };
}

function extraFor(row: Row, word: number, mode: Mode, pcOffset: number, random: Random): Extra {
  if (hasBaseRegister(row)) {
    return { before: exclusivePrefix(row, word, random), overrides: addressOverrides(row, word, random) };
  }
  switch (row.id) {
    case 'ERET_branch_reg':
      return exceptionReturn(random, mode, pcOffset);
    case 'BR_branch_reg':
    case 'BLR_branch_reg':
    case 'RET_branch_reg': {
      const rn = extract(row, word, 'Rn');
      return rn === 31 ? {} : { overrides: [{ register: rn, value: codeAddress(random, pcOffset) }] };
    }
    case 'WFE_hints':
      return { before: [SEVL] };
    case 'HVC_exception':
      return { overrides: [{ register: 0, value: BigInt(random.below(0x4000_0000)) }] };
    case 'SYS_systeminstrs': {
      const operation = random.oneIn(3) ? OPERATIONS['DC ZVA']! : pickKey(random, OPERATIONS);
      const rt = random.oneIn(16) ? 31 : random.below(31);
      // An operation that takes no register has 31 there.
      const plain = [OPERATIONS['IC IALLU'], OPERATIONS['IC IALLUIS'], OPERATIONS['TLBI VMALLE1']];
      const register = plain.includes(operation) ? 31 : rt;
      return {
        word: sys(operation, register),
        overrides: register === 31 ? [] : [{ register, value: targetAddress(random, 1) }],
      };
    }
    case 'MSR_pstate_pan':
    case 'MSR_pstate_uao': {
      // An access of the kind that the bit is about follows.
      const rn = random.below(31);
      const access = row.id === 'MSR_pstate_pan' ? LDR : LDTR;
      return {
        after: [access | (rn << 5) | random.below(31)],
        overrides: [{ register: rn, value: targetAddress(random, 8) }],
      };
    }
    case 'MSR_systemmove': {
      const register = pickKey(random, WRITABLE);
      return { word: msr(register, random.below(32)), after: [mrs(register, random.below(32))] };
    }
    case 'MRS_systemmove': {
      const rt = random.below(32);
      if (!random.oneIn(8)) return { word: mrs(pickKey(random, READABLE), rt) };
      const from = random.below(31);
      return {
        before: [sys(pickKey(random, TRANSLATIONS), from)],
        word: mrs(WRITABLE['PAR_EL1']!, rt),
        overrides: [{ register: from, value: targetAddress(random, 1) }],
      };
    }
    default:
      return {};
  }
}

const NEAR = new Set([
  'conditional-branch',
  'unconditional-branch-immediate',
  'compare-and-branch',
  'test-and-branch',
  'load-register-literal',
]);

/** Rows beyond Armv8.0 that are compared on the CPU `max`. */
const MAX_GROUPS = new Set(['pstate-extensions', 'barriers-extensions', 'hints-extensions']);

/** The configurations in which a row is compared, the main one first. The strict one matters where SCTLR_EL1 does. */
export function configurationsOf(row: Row): readonly Configuration[] {
  if (MAX_GROUPS.has(row.group)) return ['max'];
  if (WAITING_ROWS.has(row.id)) return ['strict'];
  const dependent = hasBaseRegister(row) || row.group === 'load-register-literal' || row.group === 'system';
  return dependent ? ['usual', 'strict'] : ['usual'];
}

/** How many of `count` cases of a row are of a configuration: a fifth are not of the main one, where there are two. */
export function shareOf(row: Row, configuration: Configuration, count: number): number {
  const configurations = configurationsOf(row);
  const others = configurations.length > 1 ? Math.ceil(count / 5) : 0;
  if (configurations[0] === configuration) return count - others;
  return configurations.includes(configuration) ? others : 0;
}

const isStore = (row: Row): boolean => row.id.startsWith('ST');

/** One random case of a row. The same arguments give the same case. */
export function generateCase(row: Row, configuration: Configuration, index: number, seed: number): Case {
  const random = new Random(seedOf(`${row.id} ${configuration}`, seed) ^ Math.imul(index + 1, 0x9e37_79b1));
  const mode = random.pick([MODE.el1h, MODE.el1h, MODE.el1t, MODE.el0t]);
  const stateSeed = random.next();
  let pcOffset = codeOffset(random, 3);
  if (WAITING_ROWS.has(row.id)) {
    const words = [row.value >>> 0];
    return { words, seed: stateSeed, mode: MODE.el0t, pcOffset, overrides: [], mayStore: false };
  }
  let word = randomWord(row, random);
  if (NEAR.has(row.group)) {
    const near = nearTarget(row, word, pcOffset, random);
    if (exclusionOf(row, near) === undefined) word = near;
  }
  const extra = extraFor(row, word, mode, pcOffset, random);
  const before = extra.before ?? [];
  const words = [...before, extra.word ?? word, ...(extra.after ?? [])];
  // Preparing words come first, so that the offset of a branch is still that of its own address.
  if (before.length > 0) pcOffset = Math.max(0, pcOffset - 4 * before.length);
  return {
    words,
    seed: stateSeed,
    mode,
    pcOffset,
    overrides: extra.overrides ?? [],
    // Stores are looked for after other accesses too, at times: it takes long.
    mayStore: row.id === 'SYS_systeminstrs' || (hasBaseRegister(row) && (isStore(row) || random.oneIn(8))),
  };
}

/** Cases `0` to `count - 1` of a row. */
export function generateCases(row: Row, configuration: Configuration, count: number, seed: number): Case[] {
  return Array.from({ length: count }, (_, index) => generateCase(row, configuration, index, seed));
}
