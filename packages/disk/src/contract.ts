/**
 * The contract suite for disks: cases as data, which any test runner can loop over.
 *
 * @example
 * import { test } from 'vitest';
 * for (const { name, run } of diskContract(() => myDisk(65536))) test(name, run);
 */
import { ArmatureError, isArmatureError } from '@armature/core';
import type { Disk } from './disk.ts';

/** One case of the suite. */
export interface DiskContractCase {
  readonly name: string;
  /** @throws ArmatureError `DEVICE_MISBEHAVED` with what was expected and what was found */
  run(): void;
}

const OPERATIONS = 300;

/**
 * The cases, for disks that can be written.
 *
 * @param make makes a fresh disk of at least 64 KiB whose bytes are all zero; each is closed after its case
 */
export function diskContract(make: () => Disk): DiskContractCase[] {
  const cases: Record<string, (disk: Disk) => void> = {
    'a fresh disk has whole sectors of zeros': (disk) => {
      expect('bytes beyond whole sectors', disk.size % 512, 0);
      expect('whether it is read-only', disk.readOnly, false);
      expectContents(disk, new Uint8Array(disk.size));
    },
    'it holds what was written': (disk) => {
      const model = new Uint8Array(disk.size);
      const random = generator(1);
      for (let count = 0; count < OPERATIONS; count++) {
        const { offset, length } = range(random, disk.size);
        const bytes = Uint8Array.from({ length }, () => random());
        disk.write(offset, bytes);
        model.set(bytes, offset);
      }
      expectContents(disk, model);
      const part = new Uint8Array(1000);
      disk.read(777, part);
      expect('a part', String(part), String(model.subarray(777, 1777)));
    },
    'zeros and discards change no other byte': (disk) => {
      const model = new Uint8Array(disk.size).fill(0xa5);
      disk.write(0, model);
      const random = generator(2);
      const discarded = new Uint8Array(disk.size);
      for (let count = 0; count < OPERATIONS; count++) {
        const { offset, length } = range(random, disk.size);
        if (random() & 1) {
          disk.writeZeroes(offset, length);
          model.fill(0, offset, offset + length);
          discarded.fill(0, offset, offset + length);
        } else {
          disk.discard(offset, length);
          discarded.fill(1, offset, offset + length);
        }
      }
      const found = new Uint8Array(disk.size);
      disk.read(0, found);
      for (let at = 0; at < found.length; at++) {
        if (!discarded[at]) expect(`byte ${at}`, found[at], model[at]);
      }
    },
    'it does not keep the bytes it was given': (disk) => {
      const bytes = new Uint8Array(8192).fill(1);
      disk.write(0, bytes);
      bytes.fill(2);
      const found = new Uint8Array(1);
      disk.read(4096, found);
      expect('a byte', found[0], 1);
    },
    'ranges of no bytes are allowed up to the end': (disk) => {
      const nothing = new Uint8Array(0);
      disk.read(disk.size, nothing);
      disk.write(disk.size, nothing);
      disk.discard(disk.size, 0);
      disk.writeZeroes(disk.size, 0);
    },
    'ranges outside are refused, and change nothing': (disk) => {
      const sector = new Uint8Array(512).fill(1);
      for (const offset of [disk.size - 511, disk.size, 2 ** 53, -1, 0.5, Number.NaN]) {
        expectCode('DISK_RANGE', () => disk.read(offset, sector));
        expectCode('DISK_RANGE', () => disk.write(offset, sector));
        expectCode('DISK_RANGE', () => disk.discard(offset, 512));
        expectCode('DISK_RANGE', () => disk.writeZeroes(offset, 512));
      }
      expectCode('DISK_RANGE', () => disk.writeZeroes(0, -1));
      expectContents(disk, new Uint8Array(disk.size));
    },
    'a snapshot, if there are any, is plain data and puts the contents back': (disk) => {
      if (disk.snapshot === undefined) return;
      disk.write(1000, new Uint8Array(10_000).fill(1));
      const contents = new Uint8Array(disk.size);
      disk.read(0, contents);
      const snapshot = structuredClone(disk.snapshot());
      disk.write(0, new Uint8Array(disk.size).fill(2));
      disk.restore?.(snapshot);
      expectContents(disk, contents);
      for (const wrong of [
        { ...snapshot, type: `${snapshot.type}-other` },
        { ...snapshot, version: snapshot.version + 1 },
      ]) {
        expectCode('SNAPSHOT_INVALID', () => disk.restore?.(wrong));
      }
    },
    'it can be flushed and closed, twice': (disk) => {
      disk.write(0, Uint8Array.of(1));
      disk.flush();
      disk.flush();
      disk.close();
    },
  };
  return Object.entries(cases).map(([name, run]) => ({
    name,
    run() {
      const disk = make();
      try {
        run(disk);
      } finally {
        disk.close();
      }
    },
  }));
}

function range(random: () => number, size: number): { offset: number; length: number } {
  const length = random() % 3 === 0 ? random() % 16384 : 512 * (1 + (random() % 8));
  return { offset: random() % (size - length + 1), length };
}

function expectContents(disk: Disk, contents: Uint8Array): void {
  const found = new Uint8Array(disk.size).fill(0xee);
  disk.read(0, found);
  const at = found.findIndex((byte, index) => byte !== contents[index]);
  if (at >= 0) expect(`byte ${at}`, found[at], contents[at]);
}

function expectCode(code: string, action: () => void): void {
  let found = 'no error';
  try {
    action();
  } catch (error) {
    found = isArmatureError(error) ? error.code : String(error);
  }
  expect('error', found, code);
}

function expect(what: string, found: unknown, expected: unknown): void {
  if (found === expected) return;
  throw new ArmatureError('DEVICE_MISBEHAVED', `${what}: expected ${expected}, found ${found}`, {
    context: { found, expected },
  });
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
