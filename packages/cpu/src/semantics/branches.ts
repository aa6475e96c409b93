import { BRANCH_TYPE, type Fields } from '../emitter/emitter.ts';
import { add, and, constant, eqz, i32, i64, ne, shl, shrU, wrap } from '../emitter/expressions.ts';
import { type Choice, type Semantics, SF, semantics } from './definition.ts';

const imm26 = ({ imm26: value }: Fields): number => ((value << 6) >> 6) * 4;
const imm19 = ({ imm19: value }: Fields): number => ((value << 13) >> 13) * 4;
const imm14 = ({ imm14: value }: Fields): number => ((value << 18) >> 18) * 4;

/** Distance of a direct branch in bytes; undefined for other rows. */
export function directBranchDistance(row: string, fields: Fields): number | undefined {
  if (row.endsWith('_branch_imm')) return imm26(fields);
  if (row.endsWith('_condbranch') || row.endsWith('_compbranch')) return imm19(fields);
  return row.endsWith('_testbranch') ? imm14(fields) : undefined;
}

/** X16 and X17 are what linkers branch by. @spec DDI 0487, BTypeNext */
export function jumpType({ Rn }: Fields): number {
  return Rn === 16 || Rn === 17 ? BRANCH_TYPE.trustedJump : BRANCH_TYPE.jump;
}

export const callType = (): number => BRANCH_TYPE.call;

const CONDITION: Readonly<Record<'cond', Choice>> = { cond: { values: 16, of: ({ cond }) => cond } };

export const branchSemantics: readonly Semantics[] = [
  semantics('B_branch_imm', {}, (e) => e.branch(imm26)),
  semantics('BL_branch_imm', {}, (e) => {
    e.setLinkRegister(add(e.programCounter(), i64(4)));
    e.branch(imm26);
  }),
  semantics('B_condbranch', CONDITION, (e) => e.branchIf(e.condition('cond'), imm19)),
  semantics('CBZ_compbranch', SF, (e) => e.branchIf(eqz(e.register(e.width(), 'Rt')), imm19)),
  semantics('CBNZ_compbranch', SF, (e) => {
    const width = e.width();
    const value = e.register(width, 'Rt');
    e.branchIf(ne(value, constant(width, 0)), imm19);
  }),
  ...(['TBZ', 'TBNZ'] as const).map((name) =>
    semantics(`${name}_testbranch`, { b5: { values: 2, of: ({ b5 }) => b5 } }, (e) => {
      const value = e.register('i64', 'Rt');
      const half = e.choice('b5') === 1 ? wrap(shrU(value, i64(32))) : wrap(value);
      const selected = and(
        half,
        shl(
          i32(1),
          e.immediateSmall('b40', ({ b40 }) => b40),
        ),
      );
      e.branchIf(name === 'TBZ' ? eqz(selected) : selected, imm14);
    }),
  ),
  semantics('BR_branch_reg', {}, (e) => e.jump(e.register('i64', 'Rn'), jumpType)),
  semantics('RET_branch_reg', {}, (e) => e.jump(e.register('i64', 'Rn'))),
  semantics('BLR_branch_reg', {}, (e) => {
    const target = e.let(e.register('i64', 'Rn'));
    e.setLinkRegister(add(e.programCounter(), i64(4)));
    e.jump(target, callType);
  }),
];
