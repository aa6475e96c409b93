import { afterEach, describe, expect, test, vi } from 'vitest';
import { FloatingPointUnit } from '../src/floating-point/unit.ts';
import { generateCases, type VectorSource } from './simd-oracle/generate.ts';
import { runOnInterpreter } from './simd-oracle/interpreter.ts';

/** Registers of lanes that are `lane()` in single-precision. Rows are tested on words with `sz` clear. */
const singles =
  (lane: (below: (limit: number) => number) => number): VectorSource =>
  (random) =>
  (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < 16; at += 4)
      view.setFloat32(
        at,
        lane((limit) => random.below(limit)),
        true,
      );
  };

const ordinary = singles((below) => (below(2000) - 1000) / 7 + 0.01);
const wholes = singles((below) => 1 + below(8));

/** Normal half-precision numbers between 1/8 and 8. */
const halves: VectorSource = (random) => (bytes) => {
  for (let at = 0; at < 16; at += 2) bytes.set([random.below(256), 0x30 + random.below(0x18)], at);
};

const SZ = 1 << 22;
const IXC = 1 << 4;

/** How often a row went to the software, over cases with that FPCR and FPSR. */
async function softwareRuns(row: string, vectors: VectorSource, fpsr: number, fpcr = 0): Promise<number> {
  const cases = generateCases(row, 64, 1, { vectors, fpsr: () => fpsr, fpcr: () => fpcr });
  for (let index = 0; index < cases.count; index++) {
    cases.set(index, 'word', (cases.get(index, 'word') & ~SZ) >>> 0);
  }
  const run = vi.spyOn(FloatingPointUnit.prototype, 'run');
  await runOnInterpreter(cases);
  return run.mock.calls.length;
}

afterEach(() => {
  vi.restoreAllMocks();
});

const ARITHMETIC = [
  'FADD',
  'FSUB',
  'FMUL',
  'FDIV',
  'FMLA',
  'FMLS',
  'FADDP',
  'FABD',
  'FMAX',
  'FMINNM',
  'FCMGT',
];

describe('vectors of floating-point numbers', () => {
  test.each([
    ...ARITHMETIC.map((name) => `${name}_asimdsame`),
    'FRECPS_asimdsame',
    'FRSQRTS_asimdsame',
    'FMLA_asimdelem',
    'FMAXV_asimdall',
    'FRINTX_asimdmisc',
    'FCVTZS_asimdmisc',
    'SCVTF_asimdmisc',
  ])('%s of ordinary numbers needs no software once IXC is set', async (row) => {
    expect(await softwareRuns(row, ordinary, IXC)).toBe(0);
  });

  test.each(['FADD', 'FSUB', 'FMUL', 'FMLA', 'FADDP'])(
    '%s with exact results needs none while IXC is clear',
    async (name) => {
      expect(await softwareRuns(`${name}_asimdsame`, wholes, 0)).toBe(0);
    },
  );

  test('inexact results set IXC by way of the software', async () => {
    expect(await softwareRuns('FDIV_asimdsame', ordinary, 0)).toBe(64);
  });

  test.each(['FADD', 'FMUL', 'FDIV', 'FMLA'])(
    '%s in another rounding mode needs none once IXC is set',
    async (name) => {
      expect(await softwareRuns(`${name}_asimdsame`, ordinary, IXC, 1 << 22)).toBe(0);
    },
  );

  test('half-precision needs none once IXC is set', async () => {
    expect(await softwareRuns('FADD_asimdsamefp16', halves, IXC)).toBe(0);
  });
});
