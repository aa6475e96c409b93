import { CPU_STATE, sharedRegisterOffset } from '@armature/core';
import { type Bench, boot, buildBench, VECTOR_TABLE } from '../armature.ts';
import { PHYSICAL, WRITABLE_FROM, WRITABLE_TO } from '../layout.ts';
import type { OracleEngine } from '../oracle-engine.ts';
import { windowContent } from '../tables.ts';
import type { UserDriver } from './qemu.ts';
import { FAULT, RECORD, type Records, SLOT_SIZE, SLOTS, wordAddress } from './record.ts';

const DATA_ABORT_LOWER = 0x24;
const UNDEFINED = 0;
/** ISS.DFSC of an alignment fault. */
const ALIGNMENT_FAULT = 0x21;
/** CPACR_EL1.FPEN: no trap. */
const FPEN = 3n << 20n;

const FPCR = sharedRegisterOffset('FPCR');
const FPSR = sharedRegisterOffset('FPSR');
const ESR = sharedRegisterOffset('ESR_EL1');
const FAR = sharedRegisterOffset('FAR_EL1');
const SP_EL0 = sharedRegisterOffset('SP_EL0');

/** Vector of an exception from EL0. */
const LOWER_VECTOR = VECTOR_TABLE + 0x400n;
const X_WORDS = 64;
const V_WORDS = 128;

/** Runs cases at EL0 of a machine of our parts with the CPU `max`. */
export async function userArmatureDriver(
  engine: OracleEngine,
): Promise<UserDriver & Pick<Bench, 'compiled'>> {
  const bench = await buildBench('max', engine);
  boot(bench, 'usual');
  bench.state.setSystem('CPACR_EL1', FPEN);
  return { run: (cases) => runAll(bench, cases), compiled: bench.compiled };
}

function runAll({ machine, engine, state }: Bench, cases: Records): Records {
  const { memory } = machine;
  const content = windowContent();
  const pristine = new Int32Array(content.buffer);
  const offset = memory.hostOffset(PHYSICAL.window, content.length);
  const window = new Int32Array(memory.memory.buffer, offset, pristine.length);
  const block = new Int32Array(memory.memory.buffer, state.base);
  const x = CPU_STATE.x >> 2;
  const v = CPU_STATE.v >> 2;
  const slots = new Int32Array((SLOTS * SLOT_SIZE) / 4);
  const slotBytes = new Uint8Array(slots.buffer);
  const results = cases.copy();
  const { words } = results;

  function fillSlots(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      slots[results.get(index, 'slot') * (SLOT_SIZE / 4) + 1] = results.get(index, 'word');
    }
    memory.write(PHYSICAL.window, slotBytes);
  }

  function collectChanges(index: number): void {
    let count = 0;
    for (let word = WRITABLE_FROM / 4; word < WRITABLE_TO / 4; word++) {
      if (window[word] === pristine[word]) continue;
      const granule = word & ~3;
      if (count < RECORD.maxChanges) {
        const at = results.at(index, RECORD.changes + count++ * RECORD.changeSize);
        words[at] = 4 * granule;
        for (let part = 0; part < 4; part++) words[at + 2 + part] = window[granule + part]!;
      }
      for (let part = 0; part < 4; part++) window[granule + part] = pristine[granule + part]!;
      word = granule + 3;
    }
    results.set(index, 'changeCount', count);
  }

  function noteFault(index: number): void {
    const syndrome = state.lo(ESR);
    const kind = syndrome >>> 26;
    if (state.pc !== LOWER_VECTOR || (kind !== UNDEFINED && kind !== DATA_ABORT_LOWER)) {
      const word = results.get(index, 'word').toString(16);
      throw new Error(`${word}: pc 0x${state.pc.toString(16)}, syndrome 0x${syndrome.toString(16)}`);
    }
    const aligned = (syndrome & 0x3f) !== ALIGNMENT_FAULT;
    const abort = aligned ? FAULT.access : FAULT.alignment;
    results.set(index, 'fault', kind === UNDEFINED ? FAULT.undefined : abort);
    const at = results.at(index, RECORD.faultAddress);
    if (kind === UNDEFINED) {
      const address = wordAddress(results.get(index, 'slot'));
      words[at] = (address % 2 ** 32) | 0;
      words[at + 1] = Math.floor(address / 2 ** 32);
    } else {
      words[at] = state.lo(FAR);
      words[at + 1] = state.hi(FAR);
    }
    state.set(CPU_STATE.sp, state.lo(SP_EL0), state.hi(SP_EL0));
  }

  function runOne(index: number): void {
    const xAt = results.at(index, RECORD.x);
    const vAt = results.at(index, RECORD.v);
    for (let word = 0; word < X_WORDS; word++) block[x + word] = words[xAt + word]!;
    for (let word = 0; word < V_WORDS; word++) block[v + word] = words[vAt + word]!;
    const address = wordAddress(results.get(index, 'slot'));
    state.nzcv = results.get(index, 'nzcv');
    state.setLo(FPCR, results.get(index, 'fpcr'));
    state.setLo(FPSR, results.get(index, 'fpsr'));
    state.set(CPU_STATE.pc, (address % 2 ** 32) | 0, Math.floor(address / 2 ** 32));
    state.pstate = 0;
    engine.run(1);
    if (state.lo(CPU_STATE.pc) !== (((address + 4) % 2 ** 32) | 0)) noteFault(index);
    for (let word = 0; word < X_WORDS; word++) words[xAt + word] = block[x + word]!;
    for (let word = 0; word < V_WORDS; word++) words[vAt + word] = block[v + word]!;
    results.set(index, 'nzcv', state.nzcv);
    results.set(index, 'fpcr', state.lo(FPCR));
    results.set(index, 'fpsr', state.lo(FPSR));
    if (results.get(index, 'mayStore')) collectChanges(index);
  }

  for (let from = 0; from < results.count; ) {
    const to = results.roundEnd(from);
    fillSlots(from, to);
    for (let index = from; index < to; index++) runOne(index);
    from = to;
  }
  return results;
}
