import { cpuModel } from '@armature/cpu';
import { decode, type Row, table } from '@armature/isa';
import { exclusionOf } from '../exclusions.ts';
import type { Random } from '../random.ts';

/*
 * Random words whose registers are chosen by what the program's frame allows (see `skeleton.ts`).
 */

/** Rows that the CPU `max` has, by group. */
const features = cpuModel('max').features;
const rows = table.filter(({ status, feature }) => status === 'done' && features.has(feature));

/** Rows whose group and id match. @throws Error when there is none */
export function rowsOf(group: RegExp, id = /./): readonly Row[] {
  const list = rows.filter((row) => group.test(row.group) && id.test(row.id));
  if (list.length === 0) throw new Error(`no row of ${group} ${id}`);
  return list;
}

/** Weighted choices: a list per weight. */
export class Weighted<T> {
  private readonly items: readonly (readonly [number, T])[];
  private readonly total: number;

  constructor(items: readonly (readonly [weight: number, item: T])[]) {
    this.items = items;
    this.total = items.reduce((sum, [weight]) => sum + weight, 0);
  }

  pick(random: Random): T {
    let at = random.below(this.total);
    for (const [weight, item] of this.items) {
      at -= weight;
      if (at < 0) return item;
    }
    throw new Error('no item');
  }
}

/** Which registers a word may name. */
export interface Operands {
  /** A general register that may be written. */
  readonly destination: (random: Random) => number;
  /** One that is read. */
  readonly source: (random: Random) => number;
  /** One that holds an address. */
  readonly base?: (random: Random) => number;
  /** One that holds a small number to index with. */
  readonly index?: (random: Random) => number;
}

/** Rows that write SP when their destination is 31. */
const WRITES_SP = /^(ADD|SUB)_addsub_(imm|ext)|^(AND|ORR|EOR)_log_imm/;
/** Groups in which every register field names a V register. */
const VECTOR_ONLY =
  /^(advsimd-(?!copy|load)|floating-point-(data|immediate|compare|conditional)|cryptographic)/;
const ACCESS = /load|atomic|compare-and-swap/;
const VECTOR_ACCESS = /^(advsimd-load|load-store-simd|load-simd)/;
/** How often to try for a word that is not excluded. */
const ATTEMPTS = 1000;

function register(row: Row, name: string, random: Random, operands: Operands): number {
  const access = ACCESS.test(row.group);
  if (access && name === 'Rn') return (operands.base ?? operands.source)(random);
  if (access && name === 'Rm') return (operands.index ?? operands.source)(random);
  const vector = VECTOR_ONLY.test(row.group) || (VECTOR_ACCESS.test(row.group) && name !== 'Rs');
  if (vector) return random.oneIn(3) ? random.below(4) : random.below(32);
  const written = name === 'Rd' || name === 'Rt' || name === 'Rt2' || (name === 'Rs' && access);
  if (!written) return random.oneIn(16) ? 31 : operands.source(random);
  if (random.oneIn(24) && !WRITES_SP.test(row.id)) return 31;
  return operands.destination(random);
}

const REGISTERS = new Set(['Rd', 'Rn', 'Rm', 'Ra', 'Rt', 'Rt2', 'Rs']);

/** A word of a row that nothing excludes; `fixed` are fields with a given value. */
export function randomWordOf(
  row: Row,
  random: Random,
  operands: Operands,
  fixed: Readonly<Record<string, number>> = {},
): number {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let word: number = row.value;
    for (const { name, lo, width } of row.fields.values()) {
      const given = fixed[name] ?? row.defaults?.[name];
      let value: number;
      if (typeof given === 'number') value = given;
      else if (REGISTERS.has(name)) value = register(row, name, random, operands);
      else if (width >= 3 && random.oneIn(4)) value = random.pick([0, 1, 2 ** width - 1, 2 ** (width - 1)]);
      else value = random.below(2 ** width);
      word |= value << lo;
    }
    word >>>= 0;
    if (decode(word) === row && exclusionOf(row, word) === undefined) return word;
  }
  throw new Error(`${row.id}: no word found that is not excluded`);
}
