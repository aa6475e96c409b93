import { CPU_STATE, sharedRegisterOffset } from '@armature/core';
import { expect, test } from 'vitest';
import { bareMachine, CODE, VECTORS } from './bare-machine.ts';

const FPEN = 3n << 20n;
const SQADD_V0_8H = '.word 0x4e620c20'; // sqadd v0.8h, v1.8h, v2.8h
const ADD_V0_16B = '.word 0x4e228420'; // add v0.16b, v1.16b, v2.16b
const PMULL_V0_1Q = '.word 0x0ee2e020'; // pmull v0.1q, v1.1d, v2.1d
const QC = 1n << 27n;

const machine = await bareMachine({ features: ['base', 'FEAT_FP', 'FEAT_AdvSIMD'] });
const { cpu } = machine;
const fpsr = (): bigint => cpu.get64(sharedRegisterOffset('FPSR'));

function prepare(): void {
  machine.reset();
  cpu.setSystem('CPACR_EL1', FPEN);
  cpu.set64(sharedRegisterOffset('FPSR'), 0n);
  cpu.setV(0, 0x1111n, 0x2222n);
  cpu.setV(1, 0x7fff_0001_8000_7fffn, 1n);
  cpu.setV(2, 0x0001_0001_ffff_7fffn, 2n);
}

test('an instruction outside the dispatch loop goes on with the next', () => {
  prepare();
  machine.load(`1: add x0, x0, 1; ${SQADD_V0_8H}; ${ADD_V0_16B}; add x1, x1, 1; b 1b`);
  machine.setX({ 0: 0, 1: 0 });
  expect(machine.engine.run(500)).toEqual({ instructions: 500, reason: 'budget' });
  expect([machine.x(0), machine.x(1), cpu.pc]).toEqual([100n, 100n, BigInt(CODE)]);
});

test('saturation sets FPSR.QC, and nothing clears it', () => {
  prepare();
  machine.execute(SQADD_V0_8H);
  expect(cpu.v(0)).toEqual([0x7fff_0002_8000_7fffn, 3n]);
  expect(fpsr()).toBe(QC);
  cpu.setV(1, 0n, 0n);
  machine.execute(SQADD_V0_8H);
  expect(cpu.v(0)).toEqual([0x0001_0001_ffff_7fffn, 2n]);
  expect(fpsr()).toBe(QC);
});

test.each([
  ['in the dispatch loop', ADD_V0_16B],
  ['outside it', SQADD_V0_8H],
])('an instruction %s traps where CPACR_EL1.FPEN says so', (_, instruction) => {
  prepare();
  cpu.setSystem('CPACR_EL1', 0n);
  machine.load(`nop; ${instruction}`);
  machine.engine.run(2);
  expect(Number(cpu.pc)).toBe(VECTORS + 0x200);
  expect(machine.taken()).toMatchObject({ exceptionClass: 0x07, elr: BigInt(CODE + 4) });
  expect(cpu.v(0)).toEqual([0x1111n, 0x2222n]);
  expect(cpu.lo(CPU_STATE.faultHasAddress)).toBe(0);
});

test('rows of features that are not there are UNDEFINED', () => {
  prepare();
  machine.load(PMULL_V0_1Q);
  expect(machine.untilException()).toMatchObject({ exceptionClass: 0, elr: BigInt(CODE) });
});
