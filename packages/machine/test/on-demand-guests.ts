/** Guests that use memory page by page, for the tests of RAM on demand. */
import { createHash } from 'node:crypto';
import { bitmapAllocator } from '@armature/allocator-bitmap';
import { ArmatureError, MiB, PAGE_SIZE } from '@armature/core';
import { assemble } from '@armature/isa';
import { boot, type Machine, onDemand, type VirtOptions, virt } from '../src/index.ts';

export const RAM = 0x4000_0000;
export const CODE = 0x4008_0000;
export const DATA = 0x4100_0000;
export const POWER_OFF = 'movz w0, #8\nmovk w0, #0x8400, lsl #16\nhvc #0\nb .\n';

const program = (source: string): Uint8Array => assemble(source, { origin: CODE }).bytes;

/** A small machine: what it needs beside RAM is little. */
export async function guest(options: VirtOptions, source?: string): Promise<Machine> {
  const machine = await virt({ memory: MiB(256), codeArenaBytes: MiB(1), ...options }).build();
  if (source !== undefined) boot(machine, { image: program(source) });
  return machine;
}

export const own = () => onDemand({ allocator: bitmapAllocator() });

export async function failure(action: () => unknown): Promise<ArmatureError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof ArmatureError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A machine's snapshot in a few characters. */
export function digest(machine: Machine, snapshot = machine.snapshot()): string {
  const text = JSON.stringify(snapshot, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  });
  return createHash('sha256').update(text).digest('hex');
}

export const frames = (machine: Machine): number => machine.statistics.memory.residentBytes / PAGE_SIZE;

/** Stores a number of its own into each of some pages, then checks them; X0 is 0 at the end when all are right. */
export const fillPages = (pages: number, value: number, rounds = 1): string => `
  mov x10, #${rounds}
again:
  movz x1, #0x4100, lsl #16
  mov x2, #${pages}
  mov x3, #${value}
1:str x3, [x1, #8]
  add x1, x1, #4096
  add x3, x3, #1
  subs x2, x2, #1
  b.ne 1b
  movz x1, #0x4100, lsl #16
  mov x2, #${pages}
  mov x3, #${value}
  mov x9, #0
2:ldr x4, [x1, #8]
  ldr x5, [x1]
  eor x4, x4, x3
  orr x9, x9, x4
  orr x9, x9, x5
  add x1, x1, #4096
  add x3, x3, #1
  subs x2, x2, #1
  b.ne 2b
  subs x10, x10, #1
  b.ne again
  ${POWER_OFF}
`;
