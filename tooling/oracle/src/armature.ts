import { CPU_STATE, type CpuEngine, type CpuState, MiB, sharedRegisterOffset } from '@armature/core';
import { cpu, jitReport } from '@armature/cpu';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import type { Feature } from '@armature/isa';
import { createMachine, type Machine, ram, wiredInterrupts } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import type { OurDriver } from './driver.ts';
import { VECTORS } from './harness.ts';
import {
  BRK,
  CASE,
  CASE_WORDS,
  CONFIGURATIONS,
  CONTROL,
  type Configuration,
  type cpuOf,
  PHYSICAL,
  RESULT,
  WINDOW,
  WRITABLE_FROM,
  WRITABLE_TO,
} from './layout.ts';
import { ENGINE_OPTIONS, type OracleEngine } from './oracle-engine.ts';
import { msr, OPERATIONS, READABLE, sys } from './system.ts';
import { high, ROOT, translationTables, windowContent } from './tables.ts';

/** Instructions that one case may take: its entry, its words, the BRK, and a few turns of the handler. */
const BUDGET = 8;
/** Where ERET stands that enters a case, and the vector table: as in the harness. */
const ENTRY = PHYSICAL.harness + 2 * VECTORS;
export const VECTOR_TABLE = high(PHYSICAL.harness + VECTORS);

const ERET = 0xd69f_03e0;
const ISB = 0xd503_3fdf;
const DSB_SY = 0xd503_3f9f;
const BRANCH_TO_ITSELF = 0x1400_0000;
const BR = (register: number): number => 0xd61f_0000 | (register << 5);

/** Turns the MMU on and moves to the high half. Registers hold the values, in this order. */
const BOOT_VALUES = (configuration: Configuration): readonly bigint[] => [
  CONTROL.MAIR_EL1,
  CONTROL.TCR_EL1,
  BigInt(ROOT.boot),
  BigInt(ROOT.high),
  VECTOR_TABLE,
  BigInt(CONFIGURATIONS[configuration]),
  high(PHYSICAL.harness + 4 * 10),
  BigInt(ROOT.low),
];

const BOOT_WORDS: readonly number[] = [
  msr(READABLE['MAIR_EL1']!, 0),
  msr(READABLE['TCR_EL1']!, 1),
  msr(READABLE['TTBR0_EL1']!, 2),
  msr(READABLE['TTBR1_EL1']!, 3),
  msr(READABLE['VBAR_EL1']!, 4),
  sys(OPERATIONS['TLBI VMALLE1']!, 31),
  DSB_SY,
  msr(READABLE['SCTLR_EL1']!, 5),
  ISB,
  BR(6),
  msr(READABLE['TTBR0_EL1']!, 7),
  ISB,
  sys(OPERATIONS['TLBI VMALLE1']!, 31),
  DSB_SY,
  ISB,
  BRANCH_TO_ITSELF,
];

/** The CPUs that cases run on. */
export type CpuModelName = ReturnType<typeof cpuOf>;

export interface Bench {
  readonly machine: Machine;
  readonly engine: CpuEngine;
  readonly state: CpuState;
  /** How many instructions were compiled so far. */
  compiled(): number;
}

/** A machine of our parts to run cases on. */
export async function buildBench(
  model: CpuModelName,
  engine: OracleEngine,
  add: readonly Feature[] = [],
): Promise<Bench> {
  const machine = await createMachine()
    .use(ram({ base: PHYSICAL.ram, size: MiB(8) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci())
    .use(wiredInterrupts())
    .use(genericTimer())
    .use(cpu({ model, features: { add }, ...ENGINE_OPTIONS[engine] }))
    .build();
  const cluster = machine.use('cpu');
  return {
    machine,
    engine: cluster.engines[0]!,
    state: cluster.states[0]!,
    compiled: () => jitReport(cluster)?.statistics.instructions ?? 0,
  };
}

const words = (list: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer);

/** Brings the machine to where cases can be entered: translation tables, vectors, MMU on. */
export function boot({ machine, engine, state }: Bench, configuration: Configuration): void {
  machine.reset();
  const { memory } = machine;
  memory.write(PHYSICAL.tables, translationTables());
  memory.write(PHYSICAL.window, windowContent());
  memory.write(PHYSICAL.harness + VECTORS, words(new Array(512).fill(BRANCH_TO_ITSELF)));
  memory.write(ENTRY, words([ERET]));
  memory.write(PHYSICAL.harness, words(BOOT_WORDS));
  BOOT_VALUES(configuration).forEach((value, register) => {
    state.setX(register, value);
  });
  state.pc = BigInt(PHYSICAL.harness);
  engine.run(BOOT_WORDS.length + BUDGET);
  const parked = high(PHYSICAL.harness + 4 * (BOOT_WORDS.length - 1));
  if (state.pc !== parked) throw new Error(`the CPU stands at 0x${state.pc.toString(16)} after its start`);
}

const TPIDR_EL0 = sharedRegisterOffset('TPIDR_EL0');
const SP_EL0 = sharedRegisterOffset('SP_EL0');
const ELR = sharedRegisterOffset('ELR_EL1');
const SPSR = sharedRegisterOffset('SPSR_EL1');
const ESR = sharedRegisterOffset('ESR_EL1');
const FAR = sharedRegisterOffset('FAR_EL1');

/** Runs cases on a machine made of our parts, state set and read from the host. */
export async function armatureDriver(
  model: CpuModelName,
  kind: OracleEngine,
): Promise<OurDriver & { readonly state: CpuState }> {
  const bench = await buildBench(model, kind);
  const { machine, engine, state } = bench;
  const { memory } = machine;
  const pristine = new Int32Array(windowContent().buffer);
  const window = new Int32Array(
    memory.memory.buffer,
    memory.hostOffset(PHYSICAL.window, pristine.byteLength),
    pristine.length,
  );
  let booted: Configuration | undefined;
  const code = new Uint8Array(4 * CASE_WORDS);
  const codeWords = new Int32Array(code.buffer);
  const fill = words(new Array(CASE_WORDS).fill(BRK));

  function enter(record: Int32Array): void {
    const put = (offset: number, word: number): void => state.set(offset, record[word]!, record[word + 1]!);
    for (let register = 0; register < 31; register++) put(CPU_STATE.x + 8 * register, CASE.x + 2 * register);
    put(CPU_STATE.sp, CASE.spEl1);
    put(SP_EL0, CASE.spEl0);
    put(TPIDR_EL0, CASE.tpidrEl0);
    put(ELR, CASE.pc);
    put(SPSR, CASE.pstate);
    state.set(FAR, 0, 0);
    state.clearExclusive();
    state.pc = high(ENTRY);
  }

  function leave(result: Int32Array): void {
    const get = (offset: number, word: number): void => {
      result[word] = state.lo(offset);
      result[word + 1] = state.hi(offset);
    };
    result[RESULT.vector] = Number(state.pc - VECTOR_TABLE) >> 7;
    for (let register = 0; register < 31; register++)
      get(CPU_STATE.x + 8 * register, RESULT.x + 2 * register);
    get(CPU_STATE.sp, RESULT.spEl1);
    get(SP_EL0, RESULT.spEl0);
    get(TPIDR_EL0, RESULT.tpidrEl0);
    get(ELR, RESULT.elr);
    get(SPSR, RESULT.spsr);
    get(ESR, RESULT.esr);
    get(FAR, RESULT.far);
  }

  function collectChanges(result: Int32Array): void {
    let count = 0;
    for (let word = WRITABLE_FROM / 4; word < WRITABLE_TO / 4; word++) {
      if (window[word] === pristine[word]) continue;
      const granule = word & ~3;
      if (count < RESULT.maxChanges) {
        const at = RESULT.changes + count++ * RESULT.changeSize;
        result[at] = 4 * granule;
        result.set(window.subarray(granule, granule + 4), at + 2);
      }
      window.set(pristine.subarray(granule, granule + 4), granule);
      word = granule + 3;
    }
    result[RESULT.changeCount] = count;
  }

  function runOne(record: Int32Array, result: Int32Array): void {
    const low = record[CASE.pc]! >>> 0;
    const physical = PHYSICAL.window + (record[CASE.pc + 1]! * 2 ** 32 + low - WINDOW);
    codeWords.set(record.subarray(CASE.words, CASE.words + CASE_WORDS));
    memory.write(physical, code);
    enter(record);
    engine.run(BUDGET);
    if (state.pc < VECTOR_TABLE || state.pc >= VECTOR_TABLE + BigInt(VECTORS)) {
      throw new Error(`a case did not end: pc 0x${state.pc.toString(16)}`);
    }
    leave(result);
    memory.write(physical, fill);
    if (record[CASE.mayStore]) collectChanges(result);
  }

  return {
    name: `armature, ${kind}`,
    state,
    compiled: bench.compiled,
    run(configuration, cases) {
      if (booted !== configuration) boot(bench, configuration);
      booted = configuration;
      const count = cases.length / CASE.size;
      const results = new Int32Array(count * RESULT.size);
      for (let index = 0; index < count; index++) {
        runOne(
          cases.subarray(index * CASE.size, (index + 1) * CASE.size),
          results.subarray(index * RESULT.size, (index + 1) * RESULT.size),
        );
      }
      return results;
    },
  };
}
