import { describe, expect, test } from 'vitest';
import { type Case, controls, operandsFor } from './cases.ts';
import { differences } from './check.ts';
import { OPERATIONS } from './operations.ts';
import { encodeCases, missingOracle, runOracle } from './oracle.ts';
import { Random } from './random.ts';

const reason = missingOracle();
/** Cases for each operation. SOFTFLOAT_CASES makes a longer run, SOFTFLOAT_SEED another one. */
const CASES = Number(process.env['SOFTFLOAT_CASES'] ?? 1000);
const SEED = Number(process.env['SOFTFLOAT_SEED'] ?? 1);

describe.skipIf(reason !== undefined)(`against QEMU${reason ? ` (${reason})` : ''}`, () => {
  test(`${CASES} cases of each of ${OPERATIONS.length} instructions, seed ${SEED}`, () => {
    const random = new Random(SEED);
    const cases: Case[] = [];
    OPERATIONS.forEach((operation, index) => {
      for (let n = 0; n < CASES; n += 1) {
        cases.push({ operation: index, fpcr: controls(random), operands: operandsFor(random, operation) });
      }
    });
    const encoded = encodeCases(cases);
    expect(differences(encoded, runOracle(encoded))).toEqual([]);
  });
});
