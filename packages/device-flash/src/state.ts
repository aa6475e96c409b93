import { type AccessSize, ArmatureError } from '@armature/core';
import type { FlashGeometry } from './cfi-table.ts';
import { BUFFER_SIZE, BUS_WIDTH, FLASH_STATUS, LOCK_BIT } from './commands.ts';

const MODES = ['array', 'status', 'id', 'cfi'] as const;
const PENDING = [
  'none',
  'program',
  'erase',
  'lock',
  'buffer-count',
  'buffer-data',
  'buffer-confirm',
] as const;

/** What reads give. */
export type FlashMode = (typeof MODES)[number];
/** What the next write means. */
export type PendingCommand = (typeof PENDING)[number];

/** A write that waits in the write buffer. */
export interface PendingWrite {
  readonly offset: number;
  readonly size: AccessSize;
  readonly value: number;
}

/** The state in a snapshot; its type is `cfi-flash`, its version 1. The contents are not in it. */
export interface FlashState {
  readonly mode: FlashMode;
  readonly pending: PendingCommand;
  readonly status: number;
  /** Writes that the buffer will hold. */
  readonly expected: number;
  readonly buffer: readonly PendingWrite[];
  /** Lock bits by sector. */
  readonly locks: readonly (readonly [sector: number, bits: number])[];
}

/** @throws SNAPSHOT_INVALID naming the fields that are not possible */
export function checkState(state: FlashState, { size, sectorSize }: FlashGeometry): void {
  const count = (value: unknown, limit: number): boolean =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= limit;
  const most = BUFFER_SIZE / BUS_WIDTH;
  const isWrite = (write: PendingWrite): boolean =>
    [1, 2, 4].includes(write?.size) &&
    count(write.offset, size - write.size) &&
    count(write.value, 0xffff_ffff);
  const buffer = Array.isArray(state?.buffer) ? state.buffer : [];
  const complete =
    state?.pending === 'buffer-confirm'
      ? buffer.length > 0 && buffer.length === state.expected
      : state?.pending === 'buffer-data'
        ? buffer.length < state.expected
        : buffer.length === 0;
  const isLock = (lock: readonly [number, number]): boolean =>
    Array.isArray(lock) &&
    count(lock[0], size / sectorSize - 1) &&
    count(lock[1], LOCK_BIT.LOCKED | LOCK_BIT.LOCKED_DOWN);
  const valid: Record<keyof FlashState, boolean> = {
    mode: MODES.includes(state?.mode),
    pending: PENDING.includes(state?.pending),
    status: count(state?.status, 0xff) && (state.status & FLASH_STATUS.READY) !== 0,
    expected: count(state?.expected, most),
    buffer: Array.isArray(state?.buffer) && complete && buffer.every(isWrite),
    locks: Array.isArray(state?.locks) && state.locks.every(isLock),
  };
  const fields = Object.entries(valid).flatMap(([name, good]) => (good ? [] : [name]));
  if (fields.length === 0) return;
  throw new ArmatureError(
    'SNAPSHOT_INVALID',
    `the snapshot of a flash bank has invalid values: ${fields.join(', ')}`,
    { context: { fields } },
  );
}
