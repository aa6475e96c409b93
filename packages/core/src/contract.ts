/**
 * The contract suite for memory-mapped devices: cases as data, which any test runner can loop over.
 *
 * @example
 * import { test } from 'vitest';
 * for (const { name, run } of mmioDeviceContract(makeMyDevice)) test(name, run);
 */
import { type AccessSize, BUS_FAULT, type MmioDevice } from './bus.ts';
import { ArmatureError, isArmatureError } from './errors.ts';
import type { Component } from './part.ts';
import type { Snapshot } from './snapshot.ts';

/** A fresh device: its registers, and the component it belongs to. */
export interface DeviceUnderTest {
  readonly device: MmioDevice;
  /** Bytes of the device's region. */
  readonly size: number;
  readonly component: Pick<Component, 'reset' | 'snapshot' | 'restore'>;
}

/** One case of the suite. */
export interface DeviceContractCase {
  readonly name: string;
  /** @throws ArmatureError `DEVICE_MISBEHAVED` with what was expected and what was found */
  run(): void;
}

const SIZES: readonly AccessSize[] = [1, 2, 4];
const RANDOM_ACCESSES = 20_000;
/** Registers of large devices are sampled. */
const EXHAUSTIVE_BYTES = 4096;

/**
 * The cases. A device without `snapshot` and `restore` is not asked for them.
 *
 * @param make makes a fresh device, the same one each time: fixed clock, no host input
 */
export function mmioDeviceContract(make: () => DeviceUnderTest): DeviceContractCase[] {
  const cases: Record<string, () => void> = {
    'a read gives an unsigned value of its size, or an abort': () => readEverywhere(make()),
    'a write of anything anywhere gives nothing, or an abort': () => {
      exercise(make(), 1);
    },
    'the same accesses give the same values': () => {
      expectEqual('values read', exercise(make(), 2), exercise(make(), 2));
    },
    'after a reset it is like a fresh one': () => {
      const used = make();
      exercise(used, 3);
      required(used.component.reset, 'reset').call(used.component);
      expectEqual('values read after reset', exercise(used, 4), exercise(make(), 4));
    },
    'a snapshot is plain, versioned data': () => {
      const { component } = make();
      if (component.snapshot === undefined) return;
      const { type, version, state } = structuredClone(component.snapshot());
      expectEqual('types of the header', [typeof type, typeof version], ['string', 'number']);
      expectEqual('presence of a state', state !== undefined, true);
    },
    'a restored device goes on where the snapshot was taken': () => {
      const original = make();
      const restored = make();
      if (original.component.snapshot === undefined) return;
      exercise(original, 5);
      const snapshot = structuredClone(original.component.snapshot());
      required(restored.component.restore, 'restore').call(restored.component, snapshot);
      expectEqual('snapshot of the restored device', restored.component.snapshot?.(), snapshot);
      expectEqual('values read after restore', exercise(restored, 6), exercise(original, 6));
    },
    "another device's snapshot is refused": () => {
      const { component } = make();
      if (component.snapshot === undefined) return;
      const snapshot = component.snapshot();
      for (const wrong of [
        { ...snapshot, type: `${snapshot.type}-other` },
        { ...snapshot, version: snapshot.version + 1 },
      ]) {
        expectRefused(component, wrong);
      }
    },
  };
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}

function readEverywhere({ device, size }: DeviceUnderTest): void {
  const step = Math.max(1, Math.ceil(size / EXHAUSTIVE_BYTES));
  for (const bytes of SIZES) {
    for (let offset = 0; offset + bytes <= size; offset += step) {
      checkValue(device.read(offset, bytes), offset, bytes);
    }
  }
}

/** Seeded random reads and writes; registers near the start, where most are, more often. */
function exercise({ device, size }: DeviceUnderTest, seed: number): number[] {
  const random = generator(seed);
  const values: number[] = [];
  for (let count = 0; count < RANDOM_ACCESSES; count++) {
    const bytes = SIZES[random() % 3];
    const range = random() % 4 === 0 ? size : Math.min(size, 0x100);
    const anywhere = random() % (range - bytes + 1);
    const offset = random() % 8 === 0 ? anywhere : anywhere - (anywhere % bytes);
    if (random() % 2 === 0) {
      const value = device.read(offset, bytes);
      checkValue(value, offset, bytes);
      values.push(value);
      continue;
    }
    const value = (random() & random() & mask(bytes)) >>> 0;
    const answer = device.write(offset, bytes, value);
    if (answer !== undefined && answer !== BUS_FAULT) {
      throw misbehaved(`a write at offset ${offset} returned ${String(answer)}`, { offset, bytes, value });
    }
  }
  return values;
}

const mask = (bytes: AccessSize): number => (bytes === 4 ? 0xffff_ffff : (1 << (8 * bytes)) - 1);

function checkValue(value: number, offset: number, bytes: AccessSize): void {
  if (value === BUS_FAULT) return;
  if (Number.isInteger(value) && value >= 0 && value <= mask(bytes) >>> 0) return;
  throw misbehaved(`a ${bytes}-byte read at offset ${offset} gave ${value}`, { offset, bytes, value });
}

function expectRefused(component: DeviceUnderTest['component'], snapshot: Snapshot): void {
  try {
    required(component.restore, 'restore').call(component, snapshot);
  } catch (error) {
    if (isArmatureError(error) && error.code === 'SNAPSHOT_INVALID') return;
    throw misbehaved(`restore threw ${String(error)} instead of SNAPSHOT_INVALID`, { snapshot });
  }
  throw misbehaved(`restore accepted a snapshot of ${snapshot.type} version ${snapshot.version}`, {
    snapshot,
  });
}

function required<Method>(method: Method | undefined, name: string): Method {
  if (method === undefined) throw misbehaved(`the component has no ${name}`, {});
  return method;
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value, plain));
  if (a !== b) throw misbehaved(`${what} differ`, { found, expected });
}

/** Typed arrays and bigints, which JSON lacks, as text. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  return value;
}

function misbehaved(message: string, context: Record<string, unknown>): ArmatureError {
  return new ArmatureError('DEVICE_MISBEHAVED', message, { context });
}

/** xorshift32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
