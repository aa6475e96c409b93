import { CPU_STATE } from '@armature/core';
import { FEATURES } from '@armature/isa';
import { BareMachine, RAM, READ_ONLY, USER, USER_CODE, VECTORS } from '../bare-machine.ts';
import { CASE, type Cases, FAULT, PAGE, SLOT, WINDOW, WINDOW_PAGES, windowContent } from './case.ts';

/** Where the window is in RAM, and the page of the instruction. */
const PHYSICAL = RAM.base + 0x10_0000;
const CODE = PHYSICAL + 0x1_0000;

const DATA_ABORT_LOWER = 0x24;
const ALIGNMENT_FAULT = 0x21;

const ATTRIBUTES = { w: USER, r: { ...READ_ONLY, user: true } } as const;

function prepare(machine: BareMachine): void {
  machine.reset();
  Array.from(WINDOW_PAGES).forEach((kind, page) => {
    if (kind === '-') return;
    machine.map(WINDOW + page * PAGE, PHYSICAL + page * PAGE, 1, ATTRIBUTES[kind as 'w' | 'r']);
  });
  machine.map(SLOT - (SLOT % PAGE), CODE, 1, USER_CODE);
  machine.cpu.setSystem('CPACR_EL1', 3n << 20n);
  machine.memory.write(PHYSICAL, windowContent());
}

/** Runs every case at EL0 of a CPU with all features, each from the state it gives. */
export async function runOnInterpreter(cases: Cases): Promise<Cases> {
  const machine = await sharedMachine();
  const { cpu, memory } = machine;
  const bytes = new Uint8Array(memory.memory.buffer);
  const x = cpu.base + CPU_STATE.x;
  const v = cpu.base + CPU_STATE.v;
  const code = CODE + (SLOT % PAGE);
  const pristine = windowContent();
  const window = bytes.subarray(memory.hostOffset(PHYSICAL, pristine.length)).subarray(0, pristine.length);

  function collectChanges(results: Cases, index: number): void {
    if (Buffer.compare(window, pristine) === 0) return;
    let count = 0;
    for (let at = 0; at < pristine.length; at += 16) {
      const now = window.subarray(at, at + 16);
      const then = pristine.subarray(at, at + 16);
      if (Buffer.compare(now, then) === 0) continue;
      const place = index * CASE.size + CASE.changes + count++ * CASE.changeSize;
      results.view.setUint32(place, at, true);
      results.bytes.set(now, place + 8);
      now.set(then);
    }
    results.set(index, 'changeCount', count);
  }

  function noteFault(results: Cases, index: number): void {
    const { exceptionClass, iss, far } = machine.taken();
    const isAbort = exceptionClass === DATA_ABORT_LOWER;
    const alignment = isAbort && (iss & 0x3f) === ALIGNMENT_FAULT;
    results.set(index, 'fault', alignment ? FAULT.alignment : isAbort ? FAULT.access : FAULT.undefined);
    results.view.setBigUint64(index * CASE.size + CASE.faultAddress, isAbort ? far : BigInt(SLOT), true);
  }

  function runOne(results: Cases, index: number): void {
    const record = results.record(index);
    const word = results.get(index, 'word');
    if (memory.readU32(code) !== word) memory.writeU32(code, word);
    bytes.set(record.subarray(CASE.x, CASE.x + 8 * 32), x);
    bytes.set(record.subarray(CASE.v, CASE.v + 16 * 32), v);
    cpu.nzcv = results.get(index, 'nzcv');
    cpu.pstate = 0;
    cpu.pc = BigInt(SLOT);
    machine.engine.run(1);
    if (cpu.pc === BigInt(VECTORS + 0x400)) {
      noteFault(results, index);
      cpu.sp = cpu.system('SP_EL0');
    } else if (cpu.pc !== BigInt(SLOT + 4)) {
      throw new Error(`a case went to 0x${cpu.pc.toString(16)}`);
    }
    record.set(bytes.subarray(x, x + 8 * 32), CASE.x);
    record.set(bytes.subarray(v, v + 16 * 32), CASE.v);
    results.set(index, 'nzcv', cpu.nzcv);
    collectChanges(results, index);
  }

  const results = cases.copy();
  for (let index = 0; index < results.count; index++) runOne(results, index);
  return results;
}

let machine: Promise<BareMachine> | undefined;

function sharedMachine(): Promise<BareMachine> {
  machine ??= (async () => {
    const made = new BareMachine({ model: 'max', features: FEATURES });
    await made.engine.prepare();
    prepare(made);
    return made;
  })();
  return machine;
}
