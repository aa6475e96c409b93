import { expect, test } from 'vitest';
import {
  CPU_BLOCK,
  CPU_STATE,
  CPU_STATE_SIZE,
  FETCH_TLB,
  planMachineMemory,
  REGISTER_SLOT,
  SHARED_SYSTEM_REGISTERS,
  SOFT_TLB,
  SYSTEM_SLOT_COUNT,
  sharedRegisterOffset,
  TLB_CONTEXT_COUNT,
} from './index.ts';

test('fields of the state block are aligned, ordered and apart', () => {
  const offsets = Object.values(CPU_STATE);
  expect([...offsets].sort((a, b) => a - b)).toEqual(offsets);
  expect(new Set(offsets).size).toBe(offsets.length);
  expect(CPU_STATE.v % 16).toBe(0);
  expect(CPU_STATE.system % 8).toBe(0);
  expect(CPU_STATE.system + 8 * SYSTEM_SLOT_COUNT).toBeLessThanOrEqual(CPU_STATE_SIZE);
});

test('register slots follow X0 to X30', () => {
  expect(CPU_STATE.sp).toBe(CPU_STATE.x + 8 * REGISTER_SLOT.sp);
  expect(CPU_STATE.zero).toBe(CPU_STATE.x + 8 * REGISTER_SLOT.zero);
  expect(CPU_STATE.sink).toBe(CPU_STATE.x + 8 * REGISTER_SLOT.sink);
});

test('shared system registers are distinct slots', () => {
  const offsets = SHARED_SYSTEM_REGISTERS.map(sharedRegisterOffset);
  expect(new Set(offsets).size).toBe(offsets.length);
  expect(Math.max(...offsets)).toBeLessThan(CPU_STATE.system + 8 * SYSTEM_SLOT_COUNT);
});

test('soft TLBs lie apart in the CPU block', () => {
  const areas: [start: number, size: number][] = [[CPU_BLOCK.state, CPU_STATE_SIZE]];
  for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
    areas.push([CPU_BLOCK.softTlb(context), SOFT_TLB.entryCount * SOFT_TLB.entrySize]);
  }
  for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
    areas.push([CPU_BLOCK.fetchTlb(context), FETCH_TLB.entryCount * FETCH_TLB.entrySize]);
  }
  let end = 0;
  for (const [start, size] of areas) {
    expect(start).toBeGreaterThanOrEqual(end);
    end = start + size;
  }
  expect(CPU_BLOCK.size).toBe(end);
});

test('a plan places CPU blocks, code and guest memory without overlap', () => {
  const plan = planMachineMemory({ cpus: 4, codeArenaBytes: 1_000_000 });
  expect(plan.cpuBlocks).toHaveLength(4);
  let end = 1;
  for (const block of plan.cpuBlocks) {
    expect(block).toBeGreaterThanOrEqual(end);
    expect(block % 4096).toBe(0);
    end = block + CPU_BLOCK.size;
  }
  expect(plan.codeArena.offset).toBeGreaterThanOrEqual(end);
  expect(plan.codeArena.size).toBeGreaterThanOrEqual(1_000_000);
  expect(plan.guestMemory).toBeGreaterThanOrEqual(plan.codeArena.offset + plan.codeArena.size);
  expect(plan.guestMemory % 65536).toBe(0);
});
