import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BareMachine, bareMachine, CODE, DATA, STACK } from './bare-machine.ts';

const KEY_NAMES = ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].flatMap((name) => [
  `${name}KeyLo_EL1`,
  `${name}KeyHi_EL1`,
]);

/** ID_AA64ISAR1_EL1.APA and GPA, API and GPI. */
const ALGORITHMS = { qarma5: (1n << 4n) | (1n << 24n), fast: (1n << 8n) | (1n << 28n) } as const;

/** A machine with the architecture's algorithm, or the IMPLEMENTATION DEFINED one. */
async function pointerMachine(algorithm: keyof typeof ALGORITHMS): Promise<BareMachine> {
  const machine = await bareMachine({ model: 'max', features: ['base', 'FEAT_PAuth'] });
  machine.cpu.set64(machine.registers.byName('ID_AA64ISAR1_EL1')!.offset, ALGORITHMS[algorithm]);
  return machine;
}

/** Sets the ten halves of the keys. */
function setKeys(machine: BareMachine, keys: readonly bigint[]): void {
  KEY_NAMES.forEach((name, index) => {
    machine.cpu.set64(machine.registers.byName(name)!.offset, keys[index] ?? 0n);
  });
}

const PACIA_X0_X1 = 0xdac1_0020;
/** PACDZA X0. */
const PACDZA_X0 = 0xdac1_2be0;
const AUTIB_X0_X1 = 0xdac1_1420;
const PACIASP = 0xd503_233f;
const PACIA_X0_SP = 0xdac1_03e0;
const RETAA = 0xd65f_0bff;
const BRAA_X0_X1 = 0xd71f_0801;
const BLRAAZ_X0 = 0xd63f_081f;
const PACIZA_X0 = 0xdac1_23e0;
const ERETAA = 0xd69f_0bff;
const LDRAA_X2_X0_MINUS_8 = 0xf87f_f402;
const LDRAA_X2_SP_PLUS_16_WRITEBACK = 0xf820_2fe2;

const KEYS = Array.from({ length: 10 }, (_, index) => BigInt(index + 1) * 0x0123_4567_89ab_cdefn);
const ENABLED = (1n << 31n) | (1n << 30n) | (1n << 27n) | (1n << 13n);
const SCTLR_M = 1n;

describe.each(['qarma5', 'fast'] as const)('with the algorithm %s', (algorithm) => {
  let machine: BareMachine;

  beforeAll(async () => {
    machine = await pointerMachine(algorithm);
  });

  beforeEach(() => {
    const isar1 = machine.registers.byName('ID_AA64ISAR1_EL1')!;
    const identification = machine.cpu.get64(isar1.offset);
    machine.reset();
    machine.cpu.set64(isar1.offset, identification);
    machine.sctlr(SCTLR_M | ENABLED);
    setKeys(machine, KEYS);
  });

  function run(word: number, registers: Readonly<Record<number, bigint | number>> = {}): void {
    machine.setX(registers);
    machine.memory.writeU32(CODE, word);
    machine.cpu.pc = BigInt(CODE);
    machine.engine.run(1);
  }

  /** X0 signed by an instruction. */
  function signed(word: number, registers: Readonly<Record<number, bigint | number>>): bigint {
    run(word, registers);
    return machine.x(0);
  }

  test('a signed pointer is another one, and another one for another modifier and key', () => {
    const pointers = [
      BigInt(DATA),
      signed(PACIA_X0_X1, { 0: DATA, 1: 1 }),
      signed(PACIA_X0_X1, { 0: DATA, 1: 2 }),
      signed(PACIZA_X0, { 0: DATA }),
      signed(PACDZA_X0, { 0: DATA }),
    ];
    expect(new Set(pointers).size).toBe(pointers.length);
    for (const pointer of pointers) expect(pointer & 0xffff_ffff_ffffn).toBe(BigInt(DATA));
  });

  test('a wrong key leaves an error code', () => {
    const pointer = signed(PACIA_X0_X1, { 0: DATA, 1: 1 });
    run(AUTIB_X0_X1, { 0: pointer, 1: 1 });
    expect(machine.x(0)).toBe((0b10n << 61n) | BigInt(DATA));
  });

  test('without the enable nothing happens', () => {
    machine.sctlr(SCTLR_M);
    expect(signed(PACIA_X0_X1, { 0: DATA, 1: 1 })).toBe(BigInt(DATA));
  });

  test('PACIASP and RETAA bring a function back', () => {
    const target = CODE + 0x40;
    run(PACIASP, { 30: target });
    expect(machine.x(30)).not.toBe(BigInt(target));
    run(RETAA);
    expect(machine.cpu.pc).toBe(BigInt(target));
  });

  test('RETAA of a wrong address faults there', () => {
    run(PACIASP, { 30: CODE + 0x40 });
    machine.setX({ 30: machine.x(30) ^ (1n << 50n) });
    machine.memory.writeU32(CODE, RETAA);
    machine.cpu.pc = BigInt(CODE);
    const wrong = (0b01n << 61n) | BigInt(CODE + 0x40);
    expect(machine.untilException(2)).toMatchObject({ exceptionClass: 0x21, elr: wrong, far: wrong });
  });

  test('BRAA and BLRAAZ branch, the latter with a link', () => {
    const pointer = signed(PACIA_X0_X1, { 0: CODE + 0x80, 1: 7 });
    run(BRAA_X0_X1, { 0: pointer, 1: 7 });
    expect(machine.cpu.pc).toBe(BigInt(CODE + 0x80));
    const other = signed(PACIZA_X0, { 0: CODE + 0xc0 });
    run(BLRAAZ_X0, { 0: other, 30: 0 });
    expect([machine.cpu.pc, machine.x(30)]).toEqual([BigInt(CODE + 0xc0), BigInt(CODE + 4)]);
  });

  test('ERETAA returns to an authenticated address, and ELR_EL1 keeps the signed one', () => {
    const target = BigInt(CODE + 0x100);
    const pointer = signed(PACIA_X0_SP, { 0: target });
    machine.cpu.setSystem('ELR_EL1', pointer);
    machine.cpu.setSystem('SPSR_EL1', BigInt(machine.cpu.pstate));
    run(ERETAA);
    expect(machine.cpu.pc).toBe(target);
    expect(machine.cpu.system('ELR_EL1')).toBe(pointer);
  });

  test('LDRAA loads from an authenticated address', () => {
    machine.memory.writeU32(DATA - 8, 0x1234);
    const pointer = signed(PACDZA_X0, { 0: DATA });
    run(LDRAA_X2_X0_MINUS_8, { 0: pointer });
    expect([machine.x(2), machine.x(0)]).toEqual([0x1234n, pointer]);
    run(LDRAA_X2_X0_MINUS_8, { 0: pointer ^ (1n << 52n), 2: 5 });
    expect(machine.taken()).toMatchObject({
      exceptionClass: 0x25,
      far: ((0b01n << 61n) | BigInt(DATA)) - 8n,
    });
    expect(machine.x(2)).toBe(5n);
  });

  test('LDRAA writes SP back', () => {
    machine.memory.writeU32(STACK + 16, 0x77);
    machine.cpu.sp = signed(PACDZA_X0, { 0: STACK });
    run(LDRAA_X2_SP_PLUS_16_WRITEBACK);
    expect([machine.x(2), machine.cpu.sp]).toEqual([0x77n, BigInt(STACK + 16)]);
  });
});

describe('registers', () => {
  test('keys are read and written at EL1, and are UNDEFINED without the feature', async () => {
    const machine = await pointerMachine('fast');
    machine.execute(
      'msr s3_0_c2_c1_0, x0\nmrs x1, s3_0_c2_c1_0\nmsr s3_0_c2_c3_1, x0\nmrs x2, s3_0_c2_c3_1',
      { 0: 99n },
    );
    expect([machine.x(1), machine.x(2)]).toEqual([99n, 99n]);
    machine.level(0);
    machine.map(CODE, CODE, 1, { write: false, execute: true, user: true });
    machine.load('mrs x1, s3_0_c2_c1_0');
    expect(machine.untilException(1).exceptionClass).toBe(0);
  });
});
