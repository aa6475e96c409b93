import { rowById } from '@armature/isa';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FloatingPointUnit } from '../src/floating-point/unit.ts';
import { lanes, registerRunner } from './register-cases.ts';

const CASES = 64;
/** Vd is V0, Vn is V1, Vm is V2. */
const OPERANDS = (1 << 5) | (2 << 16);
const Q = 1 << 30;
const IXC = 1 << 4;

type Register = (number: number) => Uint8Array;

/** Registers of four lanes in single-precision, other ones for each number. */
const singles =
  (lane: (number: number) => number): Register =>
  (number) =>
    lanes(32, ...[0, 1, 2, 3].map((at) => lane(4 * number + at)));

const ordinary = singles((number) => ((number * 7919) % 2000) / 7 - 142.3);
const wholes = singles((number) => 1 + (number % 8));

/** Normal half-precision numbers between 1/8 and 8. */
const halves: Register = (number) =>
  Uint8Array.from({ length: 16 }, (_, at) =>
    at & 1 ? 0x30 + ((number * 5 + at) % 0x18) : (number * 37 + at * 11) & 0xff,
  );

const runCase = await registerRunner();

/** How often a row went to the software, over cases with that FPCR and FPSR. */
function softwareRuns(id: string, register: Register, fpsr: number, fpcr = 0): number {
  const row = rowById(id)!;
  const pair = row.fields.has('Rm') ? OPERANDS : 1 << 5;
  const word = (row.value | pair | (row.fields.has('Q') ? Q : 0)) >>> 0;
  const run = vi.spyOn(FloatingPointUnit.prototype, 'run');
  for (let index = 0; index < CASES; index++) {
    runCase({ word, fpsr, fpcr, v: [0, 1, 2].map((number) => register(3 * index + number)) });
  }
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
  ])('%s of ordinary numbers needs no software once IXC is set', (row) => {
    expect(softwareRuns(row, ordinary, IXC)).toBe(0);
  });

  test.each(['FADD', 'FSUB', 'FMUL', 'FMLA', 'FADDP'])(
    '%s with exact results needs none while IXC is clear',
    (name) => {
      expect(softwareRuns(`${name}_asimdsame`, wholes, 0)).toBe(0);
    },
  );

  test('inexact results set IXC by way of the software', () => {
    expect(softwareRuns('FDIV_asimdsame', ordinary, 0)).toBe(CASES);
  });

  test.each(['FADD', 'FMUL', 'FDIV', 'FMLA'])(
    '%s in another rounding mode needs none once IXC is set',
    (name) => {
      expect(softwareRuns(`${name}_asimdsame`, ordinary, IXC, 1 << 22)).toBe(0);
    },
  );

  test('half-precision needs none once IXC is set', () => {
    expect(softwareRuns('FADD_asimdsamefp16', halves, IXC)).toBe(0);
  });
});
