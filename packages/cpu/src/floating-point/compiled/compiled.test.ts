import { CPU_BLOCK, CpuState } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Code } from '../../wasm/code.ts';
import { ModuleWriter } from '../../wasm/module.ts';
import { OP } from '../../wasm/opcodes.ts';
import { SOFT_RESULT, softOperand } from '../operands.ts';
import { type FormatBits, type SoftOperationName, softOperation } from '../operation-word.ts';
import { FloatingPointUnit } from '../unit.ts';
import { addExactPath } from './index.ts';

const STATE = 4096;
const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const cpu = new CpuState(memory, STATE);
const unit = new FloatingPointUnit(cpu);

let leftToSoftware = false;

/** The functions of the module, with a software that only takes note. */
function compile(): (word: number) => void {
  const writer = new ModuleWriter({ initial: pages, maximum: pages, shared: false });
  const software = writer.importFunction('software', ['i32'], []);
  const exactPath = addExactPath(writer, STATE, software);
  const code = new Code();
  code.localGet(0);
  code.call(exactPath);
  code.op(OP.end);
  writer.addFunction(['i32'], [], [], code, 'run');
  const module = new WebAssembly.Module(writer.finish());
  const take = (): void => {
    leftToSoftware = true;
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, software: take } });
  return exports['run'] as (word: number) => void;
}

const run = compile();

/** A small seeded generator of 32-bit numbers. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x85eb_ca6b);
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
}

/** A number near 1 or anywhere, often with few significant bits; seldom a NaN. */
function lane(next: () => number, format: FormatBits): bigint {
  const [exponentBits, fractionBits] = { 16: [5, 10], 32: [8, 23], 64: [11, 52] }[format] as [number, number];
  const bias = 2 ** (exponentBits - 1) - 1;
  const exponent = next() % 3 === 0 ? next() % 2 ** exponentBits : bias + (next() % 9) - 4;
  const fraction = BigInt.asUintN(fractionBits, (BigInt(next()) << 32n) | BigInt(next()));
  const kept = next() % 2 === 0 ? BigInt(next() % fractionBits) : 0n;
  const sign = BigInt(next() & 1) << BigInt(format - 1);
  return sign | (BigInt(exponent) << BigInt(fractionBits)) | ((fraction >> kept) << kept);
}

const vector = (next: () => number, format: FormatBits): bigint =>
  Array.from({ length: 128 / format }).reduce<bigint>(
    (lanes) => (lanes << BigInt(format)) | lane(next, format),
    0n,
  );

/** The sign bits of all lanes. */
const signs = (format: FormatBits): bigint =>
  Array.from({ length: 128 / format }).reduce<bigint>(
    (lanes) => (lanes << BigInt(format)) | (1n << BigInt(format - 1)),
    0n,
  );

const result = (): bigint => (cpu.get64(SOFT_RESULT + 8) << 64n) | cpu.get64(SOFT_RESULT);

function prepare(operands: readonly bigint[], fpcr: number, fpsr: number): void {
  cpu.setSystem('FPCR', BigInt(fpcr));
  cpu.setSystem('FPSR', BigInt(fpsr));
  cpu.set64(SOFT_RESULT, 0n);
  cpu.set64(SOFT_RESULT + 8, 0n);
  operands.forEach((operand, index) => {
    cpu.set64(softOperand(index), operand);
    cpu.set64(softOperand(index) + 8, operand >> 64n);
  });
}

/** All cumulative flags. */
const ALL_FLAGS = 0x9f;
const CASES = 400;

const ARITHMETIC: readonly SoftOperationName[] = [
  'add',
  'sub',
  'absoluteDifference',
  'mul',
  'mulx',
  'negatedMul',
  'div',
  'sqrt',
  'mulAdd',
];
const EXTREMES: readonly SoftOperationName[] = ['max', 'min', 'maxNumber', 'minNumber'];
const COMPARISONS: readonly SoftOperationName[] = [
  'equal',
  'greaterEqual',
  'greater',
  'absoluteGreaterEqual',
  'absoluteGreater',
];

/** Name, format and lanes, and the formats of operands where they are others. */
type Operation = readonly [SoftOperationName, FormatBits, number, (readonly FormatBits[])?];

const OPERATIONS: readonly Operation[] = [
  ...([16, 32, 64] as const).flatMap((format) =>
    ARITHMETIC.map((name): Operation => [name, format, 128 / format]),
  ),
  ...([16, 32] as const).flatMap((format) => EXTREMES.map((name): Operation => [name, format, 128 / format])),
  ...COMPARISONS.map((name): Operation => [name, 16, 8]),
  ['compareQuiet', 16, 1],
  ['compareSignalling', 16, 1],
  ['toSingle', 16, 4],
  ['toDouble', 16, 1],
  ['toHalf', 32, 4],
  ['toHalf', 64, 1],
  ['toSingle', 64, 2],
  ['mulAddHalfToSingle', 32, 4, [32, 16, 16]],
];

describe.each(OPERATIONS.map(([name, format, lanes, formats]) => ({ name, format, lanes, formats })))(
  '$name of $format bits in $lanes lanes',
  ({ name, format, lanes, formats }) => {
    const next = generator(format * 1000 + name.length);
    const operandFormats = formats ?? [format, format, format];

    test('is what the software makes of it, or is left to that', () => {
      let done = 0;
      for (let index = 0; index < CASES; index++) {
        const operands = operandFormats.map(
          (one) => vector(next, one) & ~(name === 'sqrt' ? signs(one) : 0n),
        );
        // RMode in turn; DN, FZ, FZ16 and AHP now and then.
        const fpcr =
          ((index & 3) << 22) |
          (index % 5 === 0 ? (next() & 0x1d) << 22 : 0) |
          (next() % 8 === 0 ? 1 << 19 : 0);
        const fpsr = index % 3 === 0 ? 0 : ALL_FLAGS;
        const word = softOperation(name, format, { lanes });
        prepare(operands, fpcr, fpsr);
        leftToSoftware = false;
        run(word);
        const [left, got] = [leftToSoftware, result()];
        expect(cpu.system('FPSR')).toBe(BigInt(fpsr));
        prepare(operands, fpcr, fpsr);
        unit.run(word);
        if (left) continue;
        done++;
        expect({ got, fpsr: cpu.system('FPSR'), operands, fpcr }).toEqual({
          got: result(),
          fpsr: BigInt(fpsr),
          operands,
          fpcr,
        });
      }
      expect(done).toBeGreaterThan(CASES / 10);
    });
  },
);

test('operations that are not compiled are left to the software', () => {
  leftToSoftware = false;
  run(softOperation('recipEstimate', 32));
  expect(leftToSoftware).toBe(true);
});
