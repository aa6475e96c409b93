import type { FieldGetter } from '../types.ts';

/** The condition codes in the order of their numbers. */
export const CONDITIONS = [
  'eq',
  'ne',
  'cs',
  'cc',
  'mi',
  'pl',
  'vs',
  'vc',
  'hi',
  'ls',
  'ge',
  'lt',
  'gt',
  'le',
  'al',
  'nv',
] as const;

/** Other names of conditions. */
export const CONDITION_SYNONYMS: Readonly<Record<string, number>> = { hs: 2, lo: 3 };

/** One way to write a mnemonic whose letters depend on fields. */
export interface MnemonicSpelling {
  readonly name: string;
  /** The field values the letters stand for. */
  readonly fix: Readonly<Record<string, number>>;
  /** True when the disassembler writes another name for the same fields. */
  readonly synonym: boolean;
}

type Variant = readonly [letters: string, fix: Readonly<Record<string, number>>, synonym?: boolean];

/** What may stand between angle brackets in a mnemonic. */
const VARIANTS: Readonly<Record<string, readonly Variant[]>> = {
  cond: [
    ...CONDITIONS.map((name, cond): Variant => [name, { cond }]),
    ...Object.entries(CONDITION_SYNONYMS).map(([name, cond]): Variant => [name, { cond }, true]),
  ],
  // The second half of a 128-bit vector: SADDL and SADDL2.
  2: [
    ['', { Q: 0 }],
    ['2', { Q: 1 }],
  ],
  // Acquire and release of the atomics.
  order: [
    ['', { A: 0, R: 0 }],
    ['a', { A: 1, R: 0 }],
    ['l', { A: 0, R: 1 }],
    ['al', { A: 1, R: 1 }],
  ],
  release: [
    ['', { A: 0, R: 0 }],
    ['l', { A: 0, R: 1 }],
  ],
};

/** Every spelling of a mnemonic such as `b.<cond>`; one without brackets has itself alone. */
export function mnemonicSpellings(template: string): readonly MnemonicSpelling[] {
  const parts = /^(.*)<(\w+)>(.*)$/.exec(template);
  if (parts === null) return [{ name: template, fix: {}, synonym: false }];
  const [, before = '', variant = '', after = ''] = parts;
  const variants = VARIANTS[variant];
  if (variants === undefined) throw new Error(`unknown variant <${variant}> in the mnemonic '${template}'`);
  return variants.map(([letters, fix, synonym = false]) => ({
    name: `${before}${letters}${after}`,
    fix,
    synonym,
  }));
}

/** The spelling the disassembler writes for these fields, when the mnemonic covers them. */
export function spellingFor(spellings: readonly MnemonicSpelling[], field: FieldGetter): string | undefined {
  return spellings.find(({ fix, synonym }) => !synonym && matches(fix, field))?.name;
}

/** Whether all fields have the values. */
export function matches(fix: Readonly<Record<string, number>>, field: FieldGetter): boolean {
  for (const name in fix) if (field(name) !== fix[name]) return false;
  return true;
}
