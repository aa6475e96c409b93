import { MiB } from '@armature/core';
import { boot, virt } from '@armature/machine';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../emulators.ts';
import { markdownTable, replaceSection } from '../readme.ts';
import { geometricMean } from '../statistics.ts';
import { floatBits } from './assembly.ts';
import { simdImage } from './image.ts';
import { SIMD_KINDS, type SimdKind } from './kinds.ts';
import { measureKinds, parseOutput, type SimdSpeed } from './measure.ts';
import { simdRows, simdSummary } from './report.ts';

/** Runs three turns of each kind; gives their digests. */
async function digests(): Promise<Record<string, string>> {
  let output = '';
  const machine = await virt({
    memory: MiB(8),
    cpu: 'max',
    onTransmit: (byte) => {
      output += String.fromCharCode(byte);
    },
  }).build();
  const kinds = SIMD_KINDS.map((kind) => ({ ...kind, turns: 3 }));
  const { bytes } = simdImage({ kinds, scale: 1, warmUp: { first: 0, each: 0 } });
  boot(machine, { image: bytes });
  expect(machine.runSync({ maxInstructions: 10_000_000 }).reason).toBe('power-off');
  return Object.fromEntries(
    parseOutput(output, kinds.length).map(({ digest }, index) => [kinds[index]!.name, digest]),
  );
}

describe('kinds of work', () => {
  test('have names of their own and at least fourteen instructions', () => {
    expect(new Set(SIMD_KINDS.map(({ name }) => name)).size).toBe(SIMD_KINDS.length);
    for (const { body } of SIMD_KINDS)
      expect(body.join('\n').match(/^\s*[a-z]/gm)?.length).toBeGreaterThan(13);
  });

  test('give on Armature what they give on QEMU 7.2', async () => {
    expect(await digests()).toEqual(QEMU_DIGESTS);
  });

  test('have their instructions counted', () => {
    const [kind] = SIMD_KINDS as [SimdKind, ...SimdKind[]];
    const { instructions } = simdImage({ kinds: [kind], scale: 0.5, warmUp: { first: 0, each: 0 } });
    expect(instructions).toEqual([(kind.turns / 2) * 18]);
  });
});

/** After three turns. */
const QEMU_DIGESTS: Readonly<Record<string, string>> = {
  'FADD d': 'e4dc3fd492d91e03',
  'FADD s': 'dcebd802a4034d6d',
  'FMUL d': 'b731389e8ed1eb84',
  'FMUL s': 'd0a4a7279c04c6b7',
  'FMADD d': '97d0c2b6cc2f53ee',
  'FMADD s': '7f8d438e199ce4b2',
  'FDIV d': '3db9955d3f71087c',
  'FDIV s': '05aa6065490a32fd',
  'FSQRT d': 'dae6ab05381eeec7',
  'FSQRT s': 'f7f2530214afcf9a',
  'FMAX, FMINNM d': 'c67ffc79a3f26dea',
  'FABS, FNEG, FMOV d': 'caa19f0ab6d595f5',
  'FCMP d, branch': '236b724416da5aed',
  'FCMP s, FCSEL': '87b3cd5e7233de25',
  'FCVT s from d, d from s': '00173058037a3f9d',
  'SCVTF, UCVTF d and s from x and w': 'bc63ed8b8a8dbd41',
  'FCVTZS, FCVTZU x and w from d and s': '29a839d62a976229',
  'FCVTNS, FCVTMS, FCVTAS x from d': 'f87457a50e1b7333',
  'FRINTN, FRINTZ, FRINTA d': 'c5bada260543aab2',
  'FADD h': 'ab236f36bc153103',
  'FMUL h': '186ba5e116505cea',
  'FMADD h': '98c696eeb2c6327a',
  'FCVT h from s, s from h': '0404c161ed98efa1',
  'FADD 2d': '04c5f599f61f0c31',
  'FMUL 2d': 'a9e3df87a77ab905',
  'FMLA 2d': 'ff818de341aa12f6',
  'FADD 4s': '90cffbf890cffbe8',
  'FMUL 4s': '882bbcea882bbcfa',
  'FMLA 4s': 'e600969be600968b',
  'FADD 8h': 'ccd7ccd7ccd7ccc7',
  'FMUL 8h': 'ac9aac9aac9aac8a',
  'FMLA 8h': '361b361b361b360b',
  'FDIV 4s': '1d257a301d257a20',
  'FSQRT 2d': '1b0eb5eed18ec373',
  'FCMGT, FCMEQ, FACGE 4s': 'fd254b8dfd254b8d',
  'FMAX, FMINNM 4s': '15630af115630af1',
  'FCVTZS, SCVTF 4s': '6ffa61e66ffa61f6',
  'FRINTN, FRINTA 4s': '92334ccc92334ccc',
  'FADDP, FMAXV 4s': '87846e137ca7c8a8',
  'FRECPE, FRECPS, FRSQRTE, FRSQRTS 4s': '1c27d8f11c27d8e1',
  'FCVTN, FCVTL 4h and 4s': '481e7b53481e7b43',
  'FMLAL 4s from 4h': '113a9e5e113a9e5e',
  'BFDOT 4s': '766ae18a766ae18a',
  'FADD d, exact': '75d134e98924a06e',
  'FMUL d, exact': '2f8bcc4338900002',
  'FADD 4s, exact': '2e84bf402e84bf40',
  'FADD d, RMode = RP': 'e35c7baf12996607',
  'FMUL d, RMode = RP': 'b4714fadcea1db80',
  'FMLA 4s, RMode = RP': '24944d6224944d72',
  'FADD d, FZ': 'e4dc3fd492d91e03',
  'FMLA 4s, FZ and DN': 'e600969be600968b',
  'FMUL s, subnormal results': '6f10ae7b2e4bef77',
  'FADD d, NaN operands': '482bc12f0687ecea',
  'ADD, SUB 16b, 8h, 4s, 2d': '45e34c939e3d8c9d',
  'MUL, MLA 4s, 8h': 'bda5cdd232273a58',
  'AND, ORR, EOR, BIC, BSL': 'c9ec384696ade035',
  'SHL, USHR, SSHR, USRA': '2c29fa91edf6ef09',
  'USHL, SSHL by registers': 'aab0ad25f8f6a644',
  'XTN, SHRN, SQXTN': '15b71222ebc9818f',
  'UXTL, SADDL, UMULL, SMLAL': '52d28bba134e3fbc',
  'SQADD, UQSUB, UQADD, SQSUB': 'b9723cb9b1452c8b',
  'SQRDMULH, SQDMULL, SQRSHRN': 'f795419abc4729cd',
  'CMEQ, CMHI, CMGT, CMTST': 'b42762dd7390e895',
  'SMAX, UMIN, SABD, UHADD': '5ed8cecb8788f675',
  'ABS, CLZ, CNT, REV64, RBIT': '94f1cfb388813a48',
  'ADDV, UMAXV, UADDLV': '9cf042745ec42dcb',
  'SDOT, UDOT 4s': 'ea38ef0fa70bb2bd',
  'ZIP, UZP, TRN': '38294eeb72fb96e8',
  'TBL, TBX 1 and 2 registers': '8bdb863cc73f04dd',
  EXT: '713a1575b5930a6b',
  'DUP, INS, UMOV, SMOV, MOVI': 'eecec188f6b7b6ae',
  'LDR, STR q': '5a85e4c7e608e904',
  'LDR, STR d and s': '709a80808c35915b',
  'LDP, STP q': '6d1d9b4380c6abfb',
  'LD1, ST1 1 register, post-index': '8bec90658e18be6d',
  'LD1, ST1 4 registers': '2dd9bdb111e3ace1',
  'LD4, ST4': '219bbdf82acfc989',
  'LD2, ST3': '894607853c96f140',
  'LD1R, LD1 and ST1 of one lane': '7d4b0133e7864147',
  'AESE, AESMC': '77f56422ff04a1cb',
  'AESD, AESIMC': 'fece961330323d32',
  'SHA1C, SHA1P, SHA1M, SHA1SU0': '742ddc634c588770',
  'SHA256H, SHA256SU0': 'd7ddaa8454626feb',
  'SHA512H, SHA512SU0': '61252617f34a1a8e',
  'EOR3, RAX1, XAR, BCAX': '359c54956b14f0f3',
  'SM4E, SM3': '58bd915efb7fd0a4',
  'PMULL 1q, 8h': '0bd49a939c3881fb',
  'CRC32, CRC32C': 'fcad948247161b96',
};

test('bits of floating-point numbers', () => {
  expect(floatBits(64, 1)).toBe(0x3ff0_0000_0000_0000n);
  expect(floatBits(32, -0.5)).toBe(0xbf00_0000n);
  expect(floatBits(16, -1.5)).toBe(0xbe00n);
});

describe('measuring', () => {
  const emulator = (name: string, ticks: string, digest = 'a'): Emulator => ({
    name,
    run: () => ({ seconds: 1, output: `${(1000).toString(16)}\n${digest} ${ticks}` }),
  });
  const one = [{ ...SIMD_KINDS[0]!, turns: 1_000_000 }];
  const options = { rounds: 3, scale: 1 };

  test('takes the time from what the program prints', () => {
    const [speed] = measureKinds(
      one,
      [emulator('QEMU', '3e8'), emulator('Armature', '7d0')],
      options,
      () => {},
    );
    expect(speed?.speeds.map(({ rate }) => rate)).toEqual([18, 9]);
  });

  test('refuses to compare different results', () => {
    const differing = [emulator('QEMU', '3e8'), emulator('Armature', '3e8', 'b')];
    expect(() => measureKinds(one, differing, options, () => {})).toThrow('results differ: a b');
  });

  test('refuses a program that did not end', () => {
    expect(() => parseOutput('3e8\na 1', 2)).toThrow('after 1 of 2 kinds');
  });
});

describe('the report', () => {
  const speedOf = (emulator: string, rate: number) => ({
    emulator,
    rate,
    scatter: 0.02,
    samples: [],
  });
  const kind = SIMD_KINDS[0]!;
  const result = (qemu: number, ours: number, more: Partial<SimdKind> = {}): SimdSpeed => ({
    kind: { ...kind, ...more },
    instructions: 1,
    speeds: [speedOf('QEMU', qemu), speedOf('Armature', ours)],
  });

  test('gives ratios', () => {
    expect(simdRows([result(200, 100), result(1000, 5.25, { note: 'exact' })])).toEqual([
      ['work', 'group', 'QEMU', 'Armature', 'ratio', 'scatter'],
      ['FADD d', 'scalar', '200', '100', '0.50', '2 % / 2 %'],
      ['FADD d (exact)', 'scalar', '1000', '5.3', '0.01', '2 % / 2 %'],
    ]);
  });

  test('sums up, and names what is slow', () => {
    expect(simdSummary([result(200, 100), result(100, 200)])).toEqual([
      'Geometric means of the ratios: scalar 1.00; all 1.00.',
      'No ratio is below 0.1.',
    ]);
    expect(simdSummary([result(200, 10, { reason: 'it is rare' })])[1]).toBe(
      'FADD d is at 0.05: it is rare.',
    );
  });

  test('geometric mean', () => expect(geometricMean([1, 4])).toBeCloseTo(2));

  test('becomes a section of the README', () => {
    const table = markdownTable([
      ['work', 'ratio'],
      ['FADD', '0.5'],
    ]);
    expect(table).toBe('| work | ratio |\n|---|--:|\n| FADD | 0.5 |');
    const text = 'before\n<!-- a -->\nold\n<!-- /a -->\nafter';
    expect(replaceSection(text, 'a', 'new')).toBe('before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter');
    expect(() => replaceSection(text, 'b', 'new')).toThrow('no <!-- b -->');
  });
});
