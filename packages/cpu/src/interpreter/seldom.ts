import { type Row, rowById } from '@armature/isa';
import type { Semantics } from '../semantics/definition.ts';

/** Beginnings of encoding groups: floating point, SIMD, and what few programs have. */
const GROUPS = [
  'advsimd-',
  'conversion-floating-point-',
  'floating-point-',
  'load-simd-',
  'load-store-limited-ordering',
  'load-store-simd-',
  'load-store-unprivileged',
];

/** Those of them whose records have no room for the number of a function. */
const WITHOUT_ROOM = [
  'advsimd-load-store-',
  'load-store-simd-unscaled',
  'load-store-simd-unsigned-immediate',
];

/** Further instructions, by mnemonic or by id. */
const OTHERS = new Set([
  'CCMN',
  ...['CRC32B', 'CRC32H', 'CRC32W', 'CRC32X', 'CRC32CB', 'CRC32CH', 'CRC32CW', 'CRC32CX'],
  ...['LDXP', 'LDAXP', 'LDXRB', 'LDXRH', 'LDAXRB', 'LDAXRH'],
  ...['STXP', 'STLXP', 'STXRB', 'STXRH', 'STLXRB', 'STLXRH'],
  ...['LDRSB', 'LDRSH'].map((mnemonic) => `${mnemonic}_ldst_regoff`),
  ...['LDRSB', 'LDRSH', 'LDRSW', 'LDRH', 'STRH'].flatMap((mnemonic) =>
    ['pre', 'post'].map((index) => `${mnemonic}_ldst_imm${index}`),
  ),
]);

const beginsWith = (group: string, beginnings: readonly string[]): boolean =>
  beginnings.some((beginning) => group.startsWith(beginning));

/** Whether programs have an instruction seldom, or in loops that are soon compiled. */
function isSeldom({ id, group }: Row): boolean {
  if (OTHERS.has(id) || OTHERS.has(id.slice(0, id.indexOf('_')))) return true;
  return beginsWith(group, GROUPS) && !beginsWith(group, WITHOUT_ROOM);
}

/**
 * Whether the interpreter beside a compiler has an instruction in a function of its own. The smaller its loop, the sooner
 * is it optimised by the host, and until then it runs at a quarter of its speed: Linux boots in 0.95 of the time with half
 * of the code. With less in the loop than this it boots no faster.
 */
export function isOutlinedBesideCompiler({ row, outlined }: Semantics): boolean {
  const described = rowById(row);
  return outlined === true || (described !== undefined && isSeldom(described));
}
