import { type Row, rowById, fields as rowFields, table } from '@armature/isa';
import { createSystemRegisters } from '@armature/sysregs';
import { describe, expect, test } from 'vitest';
import type { Fields } from '../emitter/emitter.ts';
import { cpuModel } from '../models/index.ts';
import { cpuRegisters } from '../registers/index.ts';
import { inlineAccess } from '../registers/inline-access.ts';
import { allSemantics } from '../semantics/index.ts';
import { layOutArena } from './code-arena.ts';
import { combinationCount, FIRST_HANDLER, HANDLER, type HandlerNumbers } from './handlers.ts';
import { buildInterpreterModule } from './module.ts';
import { RowPlans } from './row-plans.ts';

const shape = {
  state: 4096,
  arena: layOutArena({ offset: 0x10_0000, size: 0x10_0000 }),
  memory: { initial: 1, maximum: 1, shared: false },
  regions: false,
};
const { handlers } = buildInterpreterModule(shape);
const rowPlans = new RowPlans(handlers.numbers, true);
const plans = rowPlans.rows.map((id) => rowPlans.get(id)!);
const FIRST = FIRST_HANDLER;

const registers = createSystemRegisters();
registers.add(cpuRegisters(cpuModel('max')), 'cpu');

/** Fields of words of a row that give every field its extremes, in all combinations with those of few others. */
function sampleFields(row: Row): Fields[] {
  const words = new Set<number>([row.value]);
  for (const { lo, width } of row.fields.values()) {
    const most = 2 ** width;
    const values = most <= 16 ? [...Array(most).keys()] : [0, 1, most / 2, most - 1];
    for (const word of [...words].slice(0, 64)) {
      for (const value of values) words.add((word & ~((most - 1) << lo)) | (value << lo));
    }
  }
  return [...words]
    .map((word) => ({ ...rowFields(row, word), word, ...inlineAccess(row.id, word, registers) }))
    .filter((fields: Fields) => !row.constraint?.reserved((name) => fields[name]));
}

describe('semantics', () => {
  test('are there for every row of the decode table that is done', () => {
    const missing = table.filter(({ id, status }) => status === 'done' && !allSemantics.has(id));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  test('are for rows that exist', () => {
    expect([...allSemantics.keys()].filter((id) => rowById(id) === undefined)).toEqual([]);
  });

  test('make one plan each', () => {
    expect(plans.map(({ row }) => row.id)).toEqual([...allSemantics.keys()]);
  });

  test('choose a variant for every word', () => {
    for (const plan of plans) {
      const { choices } = allSemantics.get(plan.row.id)!;
      const { far, functions, near } = handlers.numbers[plan.row.id];
      for (const numbers of [near, far ?? near, functions ?? near]) {
        expect(numbers, plan.row.id).toHaveLength(combinationCount(choices));
      }
      const outside = sampleFields(plan.row).filter((fields) =>
        Object.values(choices).some(({ of, values }) => {
          const choice = of(fields);
          return !Number.isInteger(choice) || choice < 0 || choice >= values;
        }),
      );
      expect(
        outside.map(({ word }) => `0x${(word >>> 0).toString(16)}`),
        plan.row.id,
      ).toEqual([]);
    }
  });
});

describe('handler numbers', () => {
  test('are dense: each has code, and each but the first few is some variant', () => {
    const used = new Set(plans.flatMap(({ variants }) => variants).map(({ handler }) => handler));
    const count = FIRST + handlers.codes.length - HANDLER.branchTarget;
    const expected = Array.from({ length: count }, (_, index) => HANDLER.branchTarget + index);
    expect([...used].sort((a, b) => a - b)).toEqual(expected);
  });

  test('begin after those that no instruction names, of which 0 is "decode"', () => {
    expect(HANDLER.decode).toBe(0);
    expect(Object.values(HANDLER).sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(FIRST).toBe(HANDLER.branchTarget + 3);
  });

  test('fit the record', () => expect(FIRST + handlers.codes.length).toBeLessThan(2 ** 16));

  test('are shared by rows that do the same', () => {
    const numbers = (id: string): readonly number[] => handlers.numbers[id].near;
    expect(numbers('NOP_hints')).toEqual(numbers('DMB_barriers'));
    expect(numbers('LDUR_ldst_unscaled')).toEqual(numbers('LDR_ldst_pos'));
  });

  test('of indirect branches are those of returns, unless pages may be guarded', () => {
    const open = buildInterpreterModule({ ...shape, features: new Set(['base']) }).handlers.numbers;
    const near = (numbers: HandlerNumbers, id: string): readonly number[] => numbers[id].near;
    expect(near(open, 'BR_branch_reg')).toEqual(near(open, 'RET_branch_reg'));
    expect(near(handlers.numbers, 'BR_branch_reg')).not.toEqual(near(handlers.numbers, 'RET_branch_reg'));
  });
});

describe('records', () => {
  test('have no two operands in the same bytes, and none over the handler number', () => {
    for (const plan of plans) {
      for (const { slots } of plan.variants) {
        const taken = new Set([0, 1]);
        for (const { key, offset, width } of slots) {
          expect(offset % Math.min(width, 4), `${plan.row.id} ${key}`).toBe(0);
          expect(offset + width, `${plan.row.id} ${key}`).toBeLessThanOrEqual(16);
          for (let byte = offset; byte < offset + width; byte++) {
            expect(taken.has(byte), `${plan.row.id}: ${key} at byte ${byte}`).toBe(false);
            taken.add(byte);
          }
        }
      }
    }
  });

  test('hold their operands: no small value is wider than its place', () => {
    for (const plan of plans) {
      for (const fields of sampleFields(plan.row)) {
        const { slots } = plan.variantOf(fields, 0);
        const wide = slots.filter(({ width, compute }) => {
          const { lo } = compute(fields);
          return width === 2 && (lo < 0 || lo >= 2 ** 16);
        });
        if (wide.length > 0) throw new Error(`${plan.row.id} 0x${fields.word.toString(16)}: ${wide[0].key}`);
      }
    }
  });
});
