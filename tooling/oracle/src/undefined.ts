import { decode, disassemble, type Row } from '@armature/isa';
import { codeOffset } from './addresses.ts';
import { type Case, writeCases } from './case.ts';
import type { OracleDriver } from './driver.ts';
import { exclusionOf } from './exclusions.ts';
import { RESULT } from './layout.ts';
import { Random, seedOf } from './random.ts';
import { exceptionClass } from './results.ts';
import { MODE, type Mode } from './state.ts';
import { WRITABLE } from './system.ts';

/** Random words of the integer, branch, system and load/store groups: bits to set over random ones. */
const GROUPS: readonly (readonly [mask: number, value: number])[] = [
  // Data processing: immediate, register.
  [0x1c00_0000, 0x1000_0000],
  [0x0e00_0000, 0x0a00_0000],
  // Data processing, register: the crowded end.
  [0x1fe0_0000, 0x1ac0_0000],
  [0x5fe0_0000, 0x5ac0_0000],
  // Branches, exceptions, system.
  [0x1c00_0000, 0x1400_0000],
  [0xff00_0000, 0xd400_0000],
  [0xfe00_0000, 0xd600_0000],
  [0xffc0_0000, 0xd500_0000],
  // Loads and stores of general registers.
  [0x0e00_0000, 0x0800_0000],
  [0x3f00_0000, 0x0800_0000],
  [0x3b00_0000, 0x3800_0000],
];

const isSystemMove = (word: number): boolean => (word & 0xffd0_0000) >>> 0 === 0xd510_0000;

/** MRS and MSR of a register, or of all registers of a CRn or CRm: `moves(3, 3, 4, 4)` is any S3_3_C4_C4. */
const moves =
  (op0: number, op1: number, crn: number, crm: number, op2?: number) =>
  (word: number): boolean =>
    isSystemMove(word) &&
    ((word >>> 19) & 3) === op0 &&
    ((word >>> 16) & 7) === op1 &&
    ((word >>> 12) & 15) === crn &&
    ((word >>> 8) & 15) === crm &&
    (op2 === undefined || ((word >>> 5) & 7) === op2);

interface Difference {
  readonly reason: string;
  readonly words: readonly ((word: number) => boolean)[];
}

/** Words where being UNDEFINED or not may differ from QEMU, with the reason. */
export const DIFFERENCES: readonly Difference[] = [
  {
    reason: 'QEMU lacks external debug registers that every implementation has',
    words: [
      moves(2, 0, 0, 0, 2),
      moves(2, 0, 0, 3, 2),
      moves(2, 0, 0, 6, 2),
      moves(2, 0, 7, 8, 6),
      moves(2, 0, 7, 9, 6),
      moves(2, 0, 7, 14, 6),
      moves(2, 0, 1, 4, 4),
      moves(2, 3, 0, 4, 0),
      moves(2, 3, 0, 5, 0),
    ],
  },
  {
    reason: 'our CPU has no performance monitors: ID_AA64DFR0_EL1.PMUVer is 0',
    words: [
      moves(3, 0, 9, 14),
      ...[12, 13, 14].map((crm) => moves(3, 3, 9, crm)),
      ...[8, 9, 10, 11, 12, 13, 14, 15].map((crm) => moves(3, 3, 14, crm)),
    ],
  },
  {
    reason: 'our CPU has no floating point: ID_AA64PFR0_EL1.FP is 15',
    words: [moves(3, 3, 4, 4)],
  },
];

const isSystemWrite = (row: Row): boolean => row.id === 'MSR_systemmove';

/** Words that cannot be tried: they would end or upset the run, or wait. */
function untried(word: number): boolean {
  const row = decode(word);
  if (row === undefined) return false;
  if (row.id === 'ERET_branch_reg') return true;
  if (exclusionOf(row, word) !== undefined) return true;
  if (!isSystemWrite(row)) return false;
  const key = (word >>> 5) & 0x7fff;
  return !Object.values(WRITABLE).some((known) => (known & 0x7fff) === key);
}

/** Loads and stores of SIMD and floating-point registers. */
const simd = (word: number): boolean => ((word >>> 25) & 5) === 4 && ((word >>> 26) & 1) === 1;

/** System register reads and operations, every encoding. */
function systemWords(): number[] {
  const words: number[] = [];
  for (let key = 0; key < 1 << 15; key++) words.push((0xd530_0000 | (key << 5)) >>> 0);
  for (let key = 0; key < 1 << 14; key++) {
    words.push((0xd508_0000 | (key << 5)) >>> 0, (0xd528_0000 | (key << 5)) >>> 0);
  }
  return words;
}

function randomWords(count: number, seed: number): number[] {
  const random = new Random(seedOf('undefined', seed));
  const words: number[] = [];
  while (words.length < count) {
    const [mask, value] = random.pick(GROUPS);
    const word = ((random.next() & ~mask) | value) >>> 0;
    if (!simd(word) && !untried(word)) words.push(word);
  }
  return words;
}

function caseOf(word: number, mode: Mode, index: number, seed: number): Case {
  const random = new Random(seedOf('undefined case', seed) ^ Math.imul(index + 1, 0x9e37_79b1));
  return {
    words: [word],
    seed: random.next(),
    mode,
    pcOffset: codeOffset(random, 1),
    overrides: [],
    mayStore: true,
  };
}

/**
 * Runs random words, and every system encoding, on both: each has to be UNDEFINED on both or on neither.
 *
 * @returns one line per word on which they disagree.
 */
export function compareUndefined(
  oracle: OracleDriver,
  ours: OracleDriver,
  options: { readonly seed: number; readonly count: number },
): { readonly total: number; readonly disagreements: readonly string[] } {
  const random = randomWords(options.count, options.seed);
  const system = systemWords();
  const words = [...random, ...system, ...system];
  const modes = [...random.map((word) => (word & 4 ? MODE.el1h : MODE.el0t)), ...system.map(() => MODE.el1h)];
  const cases = words.map((word, index) => caseOf(word, modes[index] ?? MODE.el0t, index, options.seed));
  const records = writeCases(cases);
  const expected = oracle.run('usual', records);
  const actual = ours.run('usual', records);
  const disagreements: string[] = [];
  words.forEach((word, index) => {
    const theirs = exceptionClass(expected.subarray(index * RESULT.size, (index + 1) * RESULT.size));
    const mine = exceptionClass(actual.subarray(index * RESULT.size, (index + 1) * RESULT.size));
    if ((theirs === 0) === (mine === 0)) return;
    if (DIFFERENCES.some((difference) => difference.words.some((matches) => matches(word)))) return;
    const level = cases[index]!.mode === MODE.el0t ? 'EL0' : 'EL1';
    const say = (ec: number): string => (ec === 0 ? 'UNDEFINED' : `class 0x${ec.toString(16)}`);
    disagreements.push(
      `${word.toString(16).padStart(8, '0')} at ${level}: QEMU ${say(theirs)}, Armature ${say(mine)}; ${disassemble(word)}`,
    );
  });
  return { total: words.length, disagreements };
}
