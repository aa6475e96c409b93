import { CPU_STATE, MiB, sharedRegisterOffset } from '@armature/core';
import { type CpuModelName, cpu } from '@armature/cpu';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import { assemble } from '@armature/isa';
import { createMachine, ram, wiredInterrupts } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import { ENGINE_OPTIONS, type OracleEngine } from '../oracle-engine.ts';
import { COMPLETED, type WordDriver } from './driver.ts';
import {
  BATCH,
  CODE,
  CONTROL,
  codeImage,
  ENTRY_PSTATE,
  registerValues,
  STRIDE,
  SWEEP,
  sweepTables,
  VECTORS,
} from './layout.ts';
import { bootSource } from './program.ts';

/** As QEMU's, without software step: the engine runs exactly one instruction when asked to. */
const OWN_CONTROL = { ...CONTROL, MDSCR_EL1: 0n };

const VALUES = registerValues(OWN_CONTROL).map((value) => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
]);
const NOWHERE_HALVES = VALUES[0]!;
const SP_EL0 = sharedRegisterOffset('SP_EL0');
const SP_EL1 = sharedRegisterOffset('SP_EL1');
const ESR = sharedRegisterOffset('ESR_EL1');
const ELR = sharedRegisterOffset('ELR_EL1');
const SPSR = sharedRegisterOffset('SPSR_EL1');
const VECTOR_BYTES = 2048;

/** Runs words on a machine made of our parts, state set and read from the host. */
export async function armatureWords(model: CpuModelName, kind: OracleEngine): Promise<WordDriver> {
  const machine = await createMachine()
    .use(ram({ base: SWEEP.ram, size: MiB((SWEEP.end - SWEEP.ram) / 2 ** 20) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci())
    .use(wiredInterrupts())
    .use(genericTimer())
    .use(cpu({ model, ...ENGINE_OPTIONS[kind] }))
    .build();
  const { memory } = machine;
  const cluster = machine.use('cpu');
  const engine = cluster.engines[0]!;
  const state = cluster.states[0]!;
  memory.write(SWEEP.tables, sweepTables());
  const boot = assemble(bootSource(OWN_CONTROL), { origin: SWEEP.program });
  memory.write(SWEEP.program, boot.bytes);
  state.pc = BigInt(SWEEP.program);
  engine.run(boot.words.length + 1);
  if (state.pc !== boot.symbols.get('parked')) {
    throw new Error(`the CPU stands at 0x${state.pc.toString(16)} after its start`);
  }

  function one(pc: number, tag: number): number {
    const [lo, hi] = VALUES[tag >> 1]! as [number, number];
    for (let register = 0; register < 31; register++) state.set(CPU_STATE.x + 8 * register, lo, hi);
    for (const sp of [CPU_STATE.sp, SP_EL0, SP_EL1]) state.set(sp, NOWHERE_HALVES[0]!, NOWHERE_HALVES[1]!);
    const pstate = tag & 1 ? ENTRY_PSTATE.el0 : ENTRY_PSTATE.el1;
    state.pstate = pstate;
    state.set(ELR, pc | 0, 0);
    state.set(SPSR, pstate, 0);
    state.set(CPU_STATE.pc, pc | 0, 0);
    engine.run(1);
    const offset = (state.lo(CPU_STATE.pc) >>> 0) - VECTORS;
    const isVector = state.hi(CPU_STATE.pc) === 0 && offset >= 0 && offset < VECTOR_BYTES;
    return isVector ? state.lo(ESR) >>> 26 : COMPLETED;
  }

  return {
    name: `armature ${model}, ${kind}`,
    async run(words, tags) {
      const results = new Uint8Array(words.length);
      for (let from = 0; from < words.length; from += BATCH) {
        const some = words.subarray(from, from + BATCH);
        const image = codeImage(some);
        memory.write(SWEEP.words, new Uint8Array(image.buffer));
        for (let index = 0; index < some.length; index++) {
          results[from + index] = one(CODE + STRIDE * index, tags[from + index]!);
        }
      }
      return results;
    },
  };
}
