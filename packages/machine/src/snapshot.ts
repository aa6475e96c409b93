import {
  ArmatureError,
  CPU_STATE,
  type CpuState,
  checkSnapshot,
  PAGE_SIZE,
  type PhysicalMemory,
  SHARED_SYSTEM_REGISTERS,
  type Snapshot,
  type SystemRegisters,
} from '@armature/core';
import type { RunProgress } from './runner.ts';

const TYPE = 'machine';
const VERSION = 1;

/** A run of memory that is not all zero. */
interface MemoryChunk {
  /** Bytes from the region's base. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface MemorySnapshot {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  readonly chunks: readonly MemoryChunk[];
}

interface CpuSnapshot {
  /** X0 to X30, and the current stack pointer. */
  readonly x: readonly bigint[];
  readonly pc: bigint;
  /** PSTATE with NZCV. */
  readonly pstate: number;
  /** V0 to V31 as [low, high]. */
  readonly v: readonly (readonly [bigint, bigint])[];
  readonly interruptLines: number;
  readonly exclusive: {
    readonly address: bigint;
    readonly values: readonly [bigint, bigint];
    readonly size: number;
  };
  readonly registers: Readonly<Record<string, bigint>>;
  /** State that parts share by name; not all of it is a register that some part contributes. */
  readonly shared: Readonly<Record<string, bigint>>;
}

export interface MachineState {
  /** Machine time, nanoseconds. */
  readonly time: number;
  readonly progress: RunProgress;
  readonly memory: readonly MemorySnapshot[];
  readonly cpus: readonly CpuSnapshot[];
  /** Snapshots of the parts that make them, by part name. */
  readonly parts: Readonly<Record<string, Snapshot>>;
}

export function machineSnapshot(state: MachineState): Snapshot<MachineState> {
  return { type: TYPE, version: VERSION, state };
}

/**
 * Checks that a snapshot is of this configuration: the same memory, CPUs and parts.
 *
 * @throws SNAPSHOT_INVALID
 */
export function checkMachineSnapshot(
  snapshot: Snapshot,
  expected: { memory: PhysicalMemory; cpus: number; parts: readonly string[] },
): MachineState {
  checkSnapshot(snapshot, TYPE, VERSION);
  const state = snapshot.state as MachineState;
  const mismatch = (what: string): never => {
    throw new ArmatureError('SNAPSHOT_INVALID', `the snapshot is of another configuration: ${what}`, {
      hint: 'Restore it in a machine built from the configuration it was taken with.',
    });
  };
  const { regions } = expected.memory;
  if (state.memory.length !== regions.length) mismatch(`${state.memory.length} memory regions`);
  for (const [index, region] of regions.entries()) {
    const saved = state.memory[index];
    if (saved.base !== region.base || saved.size !== region.size) mismatch(`memory ${saved.name}`);
    for (const { offset, bytes } of saved.chunks) {
      if (offset < 0 || offset + bytes.length > region.size) mismatch(`contents of memory ${saved.name}`);
    }
  }
  if (state.cpus.length !== expected.cpus) mismatch(`${state.cpus.length} CPUs`);
  const names = Object.keys(state.parts).sort();
  const wanted = [...expected.parts].sort();
  if (names.join() !== wanted.join()) mismatch(`parts ${names.join(', ')}`);
  return state;
}

export function saveMemory(memory: PhysicalMemory): MemorySnapshot[] {
  return memory.regions.map(({ name, base, size }) => ({
    name,
    base,
    size,
    chunks: nonZeroRuns(memory, base, size),
  }));
}

export function loadMemory(memory: PhysicalMemory, saved: readonly MemorySnapshot[]): void {
  for (const { base, size, chunks } of saved) {
    memory.release(base, size);
    memory.fill(base, size, 0);
    for (const { offset, bytes } of chunks) memory.write(base + offset, bytes);
  }
}

/** Runs of pages that hold anything but zeros. */
function nonZeroRuns(memory: PhysicalMemory, base: number, size: number): MemoryChunk[] {
  const words = new Int32Array(memory.bytes.buffer);
  const chunks: MemoryChunk[] = [];
  let start = -1;
  let end = -1;
  const finish = (): void => {
    if (start >= 0) chunks.push({ offset: start, bytes: memory.read(base + start, end - start) });
  };
  memory.visitPresent(base, size, (hostOffset, length, at) => {
    for (let page = 0; page < length; page += PAGE_SIZE) {
      if (isZero(words, hostOffset + page)) continue;
      if (at + page !== end) {
        finish();
        start = at + page;
      }
      end = at + page + PAGE_SIZE;
    }
  });
  finish();
  return chunks;
}

function isZero(words: Int32Array, hostOffset: number): boolean {
  const end = (hostOffset + PAGE_SIZE) / 4;
  for (let at = hostOffset / 4; at < end; at++) if (words[at] !== 0) return false;
  return true;
}

export function saveCpu(cpu: CpuState, registers: SystemRegisters): CpuSnapshot {
  return {
    x: Array.from({ length: 32 }, (_, index) => cpu.x(index)),
    pc: cpu.pc,
    pstate: (cpu.pstate | cpu.nzcv) >>> 0,
    v: Array.from({ length: 32 }, (_, index) => cpu.v(index)),
    interruptLines: cpu.lo(CPU_STATE.interruptLines),
    exclusive: {
      address: cpu.get64(CPU_STATE.exclusiveAddress),
      values: [cpu.get64(CPU_STATE.exclusiveValue), cpu.get64(CPU_STATE.exclusiveValue + 8)],
      size: cpu.lo(CPU_STATE.exclusiveSize),
    },
    registers: registers.snapshot(cpu),
    shared: Object.fromEntries(SHARED_SYSTEM_REGISTERS.map((name) => [name, cpu.system(name)])),
  };
}

export function loadCpu(cpu: CpuState, registers: SystemRegisters, saved: CpuSnapshot): void {
  registers.restore(cpu, saved.registers);
  for (const name of SHARED_SYSTEM_REGISTERS) cpu.setSystem(name, saved.shared[name] ?? 0n);
  for (const [index, value] of saved.x.entries()) cpu.setX(index, value);
  for (const [index, [low, high]] of saved.v.entries()) cpu.setV(index, low, high);
  cpu.pc = saved.pc;
  cpu.pstate = saved.pstate & 0x0fff_ffff;
  cpu.nzcv = saved.pstate & 0xf000_0000;
  cpu.setLo(CPU_STATE.interruptLines, saved.interruptLines);
  cpu.set64(CPU_STATE.exclusiveAddress, saved.exclusive.address);
  cpu.set64(CPU_STATE.exclusiveValue, saved.exclusive.values[0]);
  cpu.set64(CPU_STATE.exclusiveValue + 8, saved.exclusive.values[1]);
  cpu.setLo(CPU_STATE.exclusiveSize, saved.exclusive.size);
}
