/** Records `vectors.bin.gz` from QEMU: `node test/record-vectors.ts`. */
import { writeFileSync } from 'node:fs';
import { type Case, controls, operandsFor } from './cases.ts';
import { OPERATIONS } from './operations.ts';
import { encodeCases, missingOracle, runOracle } from './oracle.ts';
import { Random } from './random.ts';
import { packVectors, VECTORS } from './vectors.ts';

const CASES = 150;

const reason = missingOracle();
if (reason !== undefined) throw new Error(`Vectors need the oracle, and ${reason}`);
const random = new Random(2024);
const cases: Case[] = [];
OPERATIONS.forEach((operation, index) => {
  for (let n = 0; n < CASES; n += 1)
    cases.push({ operation: index, fpcr: controls(random), operands: operandsFor(random, operation) });
});
const encoded = encodeCases(cases);
writeFileSync(VECTORS, packVectors(encoded, runOracle(encoded)));
