import { CPU_STATE, SYSTEM_SLOT_COUNT } from '@armature/core';
import type { EngineBench, Outcome } from './bench.ts';
import { PAGE, RAM } from './layout.ts';

/** Something that differs: its name, and the values on both sides. */
export interface Difference {
  readonly what: string;
  readonly values: readonly [string, string];
}

const hex = (value: bigint | number, digits = 16): string => value.toString(16).padStart(digits, '0');

/** Runs of bytes of the state block that are compared as they are: offset and length. */
const SPANS = [
  [CPU_STATE.x, 256],
  [CPU_STATE.pc, 8],
  [CPU_STATE.pstate, 4],
  [CPU_STATE.exclusiveAddress, 8],
  [CPU_STATE.interruptLines, 4],
  [CPU_STATE.v, 512],
  [CPU_STATE.system, 8 * SYSTEM_SLOT_COUNT],
] as const;

/** Whether registers of both agree: the usual case, quickly. */
function sameRegisters(a: EngineBench, b: EngineBench): boolean {
  const [one, other] = [a.block, b.block];
  for (const [from, size] of SPANS) {
    if (one.compare(other, from, from + size, from, from + size) !== 0) return false;
  }
  return a.state.nzcv === b.state.nzcv && sameMonitor(a, b);
}

const MONITOR = [
  CPU_STATE.exclusiveValue,
  CPU_STATE.exclusiveValue + 4,
  CPU_STATE.exclusiveValue + 8,
  CPU_STATE.exclusiveValue + 12,
  CPU_STATE.exclusiveSize,
] as const;

/** What the monitor holds counts while it is set. */
function sameMonitor(a: EngineBench, b: EngineBench): boolean {
  const { state } = a;
  if (state.get64(CPU_STATE.exclusiveAddress) === 2n ** 64n - 1n) return true;
  const pair = state.lo(CPU_STATE.exclusiveSize) === 16;
  return MONITOR.every(
    (offset) =>
      (!pair && offset >= CPU_STATE.exclusiveValue + 8 && offset < CPU_STATE.exclusiveSize) ||
      state.lo(offset) === b.state.lo(offset),
  );
}

/** Differences of registers, counts and the device, and of memory where that is asked for. */
export function differences(
  a: EngineBench,
  b: EngineBench,
  outcomes: readonly [Outcome, Outcome],
  withMemory: boolean,
): Difference[] {
  const list: Difference[] = [];
  const compare = (what: string, one: string | number, other: string | number): void => {
    if (one !== other) list.push({ what, values: [String(one), String(other)] });
  };
  compare('instructions', outcomes[0].instructions, outcomes[1].instructions);
  compare('stop reason', outcomes[0].reason, outcomes[1].reason);
  compare('exceptions taken', a.exceptions, b.exceptions);
  compare('exception hash', a.exceptionHash, b.exceptionHash);
  compare('device accesses', a.device.accesses, b.device.accesses);
  compare('device access hash', a.device.hash, b.device.hash);
  if (!sameRegisters(a, b)) list.push(...registerDifferences(a, b));
  if (withMemory) list.push(...memoryDifferences(a, b));
  return list;
}

function registerDifferences(a: EngineBench, b: EngineBench): Difference[] {
  const list: Difference[] = [];
  const compare = (what: string, read: (bench: EngineBench) => string): void => {
    const values = [read(a), read(b)] as const;
    if (values[0] !== values[1]) list.push({ what, values });
  };
  for (let register = 0; register < 31; register++)
    compare(`x${register}`, ({ state }) => hex(state.x(register)));
  compare('sp', ({ state }) => hex(state.sp));
  compare('pc', ({ state }) => hex(state.pc));
  compare('nzcv', ({ state }) => hex(state.nzcv >>> 28, 1));
  compare('pstate', ({ state }) => hex(state.pstate, 8));
  for (let register = 0; register < 32; register++) {
    compare(`v${register}`, ({ state }) => {
      const [low, high] = state.v(register);
      return `${hex(high)}_${hex(low)}`;
    });
  }
  compare('exclusive address', ({ state }) => hex(state.get64(CPU_STATE.exclusiveAddress)));
  if (!sameMonitor(a, b)) {
    compare('exclusive value', ({ state }) =>
      MONITOR.map((offset) => hex(state.lo(offset) >>> 0, 8)).join(' '),
    );
  }
  compare('interrupt lines', ({ state }) => hex(state.lo(CPU_STATE.interruptLines), 1));
  const names = slotNames(a);
  for (let slot = 0; slot < SYSTEM_SLOT_COUNT; slot++) {
    const offset = CPU_STATE.system + 8 * slot;
    compare(names.get(offset) ?? `system slot ${slot}`, ({ state }) => hex(state.get64(offset)));
  }
  return list;
}

/** System registers by the offset of their slot. */
function slotNames(bench: EngineBench): Map<number, string> {
  return new Map(
    bench.machine.systemRegisters.list().map(({ offset, name }) => [offset, name.toLowerCase()]),
  );
}

/** Registers that are not in the state block, but a device's. */
const DEVICE_REGISTERS = ['CNTV_CTL_EL0', 'CNTV_CVAL_EL0', 'CNTP_CTL_EL0', 'CNTP_CVAL_EL0', 'CNTVCT_EL0'];

/** Differences of the timer's registers and of its time. */
export function deviceRegisterDifferences(a: EngineBench, b: EngineBench): Difference[] {
  return DEVICE_REGISTERS.flatMap((name) => {
    const [one, other] = [a, b].map(({ machine, state }) => {
      machine.systemRegisters.byName(name)!.read!(state);
      return hex(state.get64(CPU_STATE.transfer));
    });
    return one === other ? [] : [{ what: name.toLowerCase(), values: [one!, other!] as const }];
  });
}

/** Memory that differs is told as the first words of each page. */
const SHOWN_WORDS = 4;

function memoryDifferences(a: EngineBench, b: EngineBench): Difference[] {
  if (Buffer.compare(a.ram, b.ram) === 0) return [];
  const list: Difference[] = [];
  for (let page = 0; page < RAM.pages; page++) {
    const at = page * PAGE;
    const words = [a, b].map(({ ram }) => new Uint32Array(ram.buffer, ram.byteOffset + at, PAGE / 4));
    let shown = 0;
    for (let word = 0; word < PAGE / 4 && shown < SHOWN_WORDS; word++) {
      const [one, other] = [words[0]![word]!, words[1]![word]!];
      if (one === other) continue;
      shown++;
      list.push({ what: `memory ${hex(RAM.base + at + 4 * word, 8)}`, values: [hex(one, 8), hex(other, 8)] });
    }
  }
  return list;
}

/** Differences as text, one a line. */
export function describeDifferences(list: readonly Difference[], names: readonly [string, string]): string[] {
  const width = Math.max(...names.map((name) => name.length));
  return list.flatMap(({ what, values }) =>
    values.map((value, side) => `    ${names[side]!.padEnd(width)} ${what} ${value}`),
  );
}
