import { CPU_STATE, sharedRegisterOffset } from '@armature/core';
import { type Bench, buildBench } from '../armature.ts';
import { BRK } from '../layout.ts';
import type { OracleEngine } from '../oracle-engine.ts';
import { msr, READABLE } from '../system.ts';
import { EL1H, KEY_NAMES, LANDING, type PointerDriver, RECORD, SLOT, VECTORS } from './record.ts';

const NOP = 0xd503_201f;
const ISB = 0xd503_3fdf;
/** Offset of the vector of exceptions from EL1 with its own stack pointer. */
const VECTOR = 0x200;
/** Before the slot: sets SCTLR_EL1 and TCR_EL1 from X1 and X2. */
const PROLOGUE = [msr(READABLE['SCTLR_EL1']!, 1), msr(READABLE['TCR_EL1']!, 2), ISB];
/** Instructions after the prologue: the case's own, and the exception after it. */
const BUDGET = 2;

const REGISTERS = ['ELR_EL1', 'ESR_EL1', 'FAR_EL1', 'SPSR_EL1'].map((name) =>
  sharedRegisterOffset(name as 'ELR_EL1'),
);
const [ELR = 0, , FAR = 0, SPSR = 0] = REGISTERS;

/** Runs cases on a machine of our parts with the CPU `max` and QARMA5, at EL1 with the MMU off. */
export async function pointerArmatureDriver(
  kind: OracleEngine,
): Promise<PointerDriver & Pick<Bench, 'compiled'>> {
  const { machine, engine, state, compiled } = await buildBench('max', kind, ['FEAT_PACQARMA5']);
  const { memory } = machine;
  memory.write(LANDING.address, new Uint8Array(new Uint32Array(LANDING.size / 4).fill(BRK).buffer));
  memory.write(VECTORS, new Uint8Array(new Uint32Array(512).fill(NOP).buffer));
  PROLOGUE.forEach((word, index) => {
    memory.writeU32(SLOT + 4 * (index - PROLOGUE.length), word);
  });
  memory.writeU32(SLOT + 4, BRK);
  state.setSystem('VBAR_EL1', BigInt(VECTORS));
  const keys = KEY_NAMES.map((name) => {
    const register = machine.systemRegisters.byName(name);
    if (register === undefined) throw new Error(`no ${name}`);
    return register.offset;
  });

  function runOne(record: BigUint64Array): void {
    const value = (field: number): bigint => record[field]!;
    state.setX(1, value(RECORD.sctlr));
    state.setX(2, value(RECORD.tcr));
    memory.writeU32(SLOT, Number(value(RECORD.word)));
    state.pstate = EL1H;
    state.pc = BigInt(SLOT - 4 * PROLOGUE.length);
    engine.run(PROLOGUE.length);
    keys.forEach((offset, index) => {
      state.set64(offset, value(RECORD.keys + index));
    });
    for (const register of [0, 17, 30]) state.setX(register, value(RECORD.pointer));
    for (const register of [1, 16]) state.setX(register, value(RECORD.modifier));
    state.nzcv = 0;
    state.setX(2, BigInt(EL1H));
    state.sp = value(RECORD.sp);
    state.set64(ELR, value(RECORD.pointer));
    state.set64(FAR, 0n);
    state.set64(SPSR, BigInt(EL1H));
    engine.run(BUDGET);
    if (state.lo(CPU_STATE.pc) === VECTORS + VECTOR + 4) state.pc = BigInt(VECTORS + VECTOR);
    if (state.pc !== BigInt(VECTORS + VECTOR)) throw new Error(`pc 0x${state.pc.toString(16)}`);
    const results = [state.x(0), state.x(2), state.x(17), state.x(30), state.sp];
    record.set([...results, ...REGISTERS.map((offset) => state.get64(offset))], RECORD.results);
  }

  return {
    compiled,
    run(records) {
      for (let from = 0; from < records.length; from += RECORD.size) {
        runOne(records.subarray(from, from + RECORD.size));
      }
    },
  };
}
