import { rowById } from '@armature/isa';
import { expect, test } from 'vitest';
import { writeCase, writeCases } from '../src/case.ts';
import { generateCases } from '../src/generate.ts';
import { RESULT } from '../src/layout.ts';
import { decodeRecording, encodeRecording } from '../src/recording.ts';

test('a recording gives back its cases and results', () => {
  const row = rowById('STP_ldstpair_pre')!;
  const cases = generateCases(row, 'usual', 50, 7);
  const records = writeCases(cases);
  const results = new Int32Array(cases.length * RESULT.size);
  for (let index = 0; index < cases.length; index++) {
    const result = results.subarray(index * RESULT.size, (index + 1) * RESULT.size);
    result[RESULT.vector] = index % 16;
    result[RESULT.x + 2 * (index % 31) + (index % 2)] = -index;
    result[RESULT.far + 1] = 0x7fff_0000 + index;
    if (index % 3 !== 0) continue;
    result[RESULT.changeCount] = 1;
    result.set([0x11000 + 16 * index, 0, 1, -2, 3, -4], RESULT.changes);
  }
  const packed = encodeRecording(
    { configuration: 'usual', oracle: 'none', rows: [{ id: row.id, count: cases.length }], cases, results },
    records,
  );
  const unpacked = decodeRecording(packed, writeCase);
  expect(unpacked.configuration).toBe('usual');
  expect(unpacked.cases).toEqual(cases);
  expect(unpacked.records).toEqual(records);
  expect(unpacked.results).toEqual(results);
});

test('generated cases depend on nothing but their arguments', () => {
  const row = rowById('ADD_addsub_imm')!;
  expect(generateCases(row, 'usual', 20, 3)).toEqual(generateCases(row, 'usual', 20, 3));
  expect(generateCases(row, 'usual', 20, 3)).not.toEqual(generateCases(row, 'usual', 20, 4));
});
