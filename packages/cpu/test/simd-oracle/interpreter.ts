import {
  BUS_FAULT,
  CPU_STATE,
  CpuState,
  PhysicalMemory,
  PSTATE,
  planMachineMemory,
  sharedRegisterOffset,
} from '@armature/core';
import { createExceptionModel } from '@armature/exceptions';
import { FEATURES, type Feature } from '@armature/isa';
import { createTranslation } from '@armature/mmu';
import { createSystemRegisters } from '@armature/sysregs';
import { updateHostArithmetic } from '../../src/floating-point/unit.ts';
import { Interpreter } from '../../src/interpreter/engine.ts';
import { SharedCode } from '../../src/interpreter/shared-code.ts';
import { cpuModel } from '../../src/models/index.ts';
import { cpuRegisters, DC_ZVA_KEY } from '../../src/registers/index.ts';
import { CASE, type Cases } from './case.ts';

const RAM = { name: 'ram', kind: 'ram', base: 0x4000_0000, size: 0x10_0000 } as const;
const CODE = RAM.base + 0x8000;
const EL1H = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;
const FPEN = 3n << 20n;

/** A CPU that runs cases, with the MMU off. */
export interface CaseRunner {
  run(cases: Cases): Cases;
}

/** @param features what the CPU decodes. Default: everything in the table. */
export async function interpreterRunner(features: readonly Feature[] = FEATURES): Promise<CaseRunner> {
  const model = cpuModel('max');
  const plan = planMachineMemory({ cpus: 1, codeArenaBytes: 16 * (16 * 1024 + 16) });
  const pages = Math.ceil((plan.guestMemory + RAM.size) / 65536);
  const buffer = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const memory = new PhysicalMemory(buffer, [{ ...RAM, hostOffset: plan.guestMemory }]);
  const cpu = new CpuState(buffer, plan.cpuBlocks[0]);
  const translator = createTranslation().createTranslator(cpu, memory, model.translation);
  const exceptions = createExceptionModel();
  const registers = createSystemRegisters();
  registers.add(cpuRegisters(model), 'cpu');
  registers.add(translator.registers, 'address-translation');
  registers.add(exceptions.registers, 'exceptions');
  const engine = new Interpreter({
    cpu,
    memory,
    bus: { read: () => BUS_FAULT, write: () => BUS_FAULT },
    code: new SharedCode({
      memory,
      codeArena: plan.codeArena,
      activeState: plan.activeState,
      features: new Set(features),
    }),
    translator,
    exceptions,
    registers,
    firmware: () => undefined,
    features: new Set(features),
    dcZvaKey: DC_ZVA_KEY,
    onReset: () => {
      registers.reset(cpu);
      exceptions.reset(cpu);
      translator.reset();
      cpu.setSystem('VBAR_EL1', BigInt(RAM.base));
      cpu.setSystem('CPACR_EL1', FPEN);
    },
  });
  await engine.prepare();
  engine.reset();

  const machine = new Uint8Array(buffer.buffer);
  const x = cpu.base + CPU_STATE.x;
  const v = cpu.base + CPU_STATE.v;

  function runOne(cases: Cases, index: number): void {
    const record = cases.record(index);
    machine.set(record.subarray(CASE.x, CASE.x + 8 * 31), x);
    machine.set(record.subarray(CASE.v, CASE.v + 16 * 32), v);
    cpu.nzcv = cases.get(index, 'nzcv');
    cpu.set(sharedRegisterOffset('FPCR'), cases.get(index, 'fpcr'), 0);
    cpu.set(sharedRegisterOffset('FPSR'), cases.get(index, 'fpsr'), 0);
    updateHostArithmetic(cpu);
    if (memory.readU32(CODE) !== cases.get(index, 'word')) memory.writeU32(CODE, cases.get(index, 'word'));
    cpu.pc = BigInt(CODE);
    cpu.pstate = EL1H;
    engine.run(1);
    if (cpu.lo(CPU_STATE.pc) !== CODE + 4) {
      cases.setUndefined(index);
      engine.reset();
      return;
    }
    record.set(machine.subarray(x, x + 8 * 31), CASE.x);
    record.set(machine.subarray(v, v + 16 * 32), CASE.v);
    cases.set(index, 'nzcv', cpu.nzcv);
    cases.set(index, 'fpsr', cpu.lo(sharedRegisterOffset('FPSR')));
  }

  return {
    run(cases) {
      const results = cases.copy();
      for (let index = 0; index < results.count; index++) runOne(results, index);
      return results;
    },
  };
}

let shared: Promise<CaseRunner> | undefined;

/** Runs every case on our interpreter with all features, each from the state it gives. */
export async function runOnInterpreter(cases: Cases): Promise<Cases> {
  shared ??= interpreterRunner();
  return (await shared).run(cases);
}
