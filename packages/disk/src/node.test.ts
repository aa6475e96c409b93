import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ArmatureError, MiB } from '@armature/core';
import { afterAll, describe, expect, test } from 'vitest';
import { diskContract } from './contract.ts';
import { createDiskFile, fileDisk } from './node.ts';

const folder = mkdtempSync(join(tmpdir(), 'disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => join(folder, `disk-${count++}.img`);

function errorOf(action: () => void): ArmatureError {
  try {
    action();
  } catch (error) {
    return error as ArmatureError;
  }
  throw new Error('there was no error');
}

describe('file', () => {
  const make = () => {
    const path = fresh();
    createDiskFile(path, 65536 + 512);
    return fileDisk(path);
  };
  test.each(diskContract(make).map(({ name, run }) => [name, run] as const))('%s', (_case, run) => run());
});

test('what was written is in the file', () => {
  const path = fresh();
  createDiskFile(path, 1024);
  const disk = fileDisk(path);
  disk.write(512, Uint8Array.of(1, 2, 3));
  disk.flush();
  disk.close();
  expect([...readFileSync(path).subarray(510, 516)]).toEqual([0, 0, 1, 2, 3, 0]);
});

test('a file that does not end with a sector is rounded up', () => {
  const path = fresh();
  writeFileSync(path, new Uint8Array(700).fill(9));
  const disk = fileDisk(path);
  expect(disk.size).toBe(1024);
  const found = new Uint8Array(1024).fill(1);
  disk.read(0, found);
  expect(found[699]).toBe(9);
  expect(found.subarray(700).every((byte) => byte === 0)).toBe(true);
  disk.write(1020, Uint8Array.of(7));
  disk.read(0, found);
  expect(found[1020]).toBe(7);
  disk.close();
  expect(statSync(path).size).toBe(1021);
});

test('zeros take no room where there was none', () => {
  const path = fresh();
  createDiskFile(path, MiB(64));
  const disk = fileDisk(path);
  disk.writeZeroes(0, MiB(64));
  disk.write(MiB(32), new Uint8Array(4096).fill(1));
  disk.writeZeroes(MiB(16), MiB(32));
  disk.flush();
  const found = new Uint8Array(4096);
  disk.read(MiB(32), found);
  expect(found.every((byte) => byte === 0)).toBe(true);
  disk.close();
  expect(statSync(path).blocks * 512).toBeLessThan(MiB(1));
});

test('reads into shared memory, as machines may have', () => {
  const path = fresh();
  writeFileSync(path, new Uint8Array(512).fill(8));
  const disk = fileDisk(path);
  const shared = new Uint8Array(new SharedArrayBuffer(1024)).subarray(100, 612);
  disk.read(0, shared);
  expect(shared[511]).toBe(8);
  disk.write(0, shared.fill(6));
  disk.close();
  expect(readFileSync(path)[0]).toBe(6);
});

test('a file opened for reading is a read-only disk', () => {
  const path = fresh();
  writeFileSync(path, new Uint8Array(512));
  const disk = fileDisk(path, { readOnly: true });
  expect(disk.readOnly).toBe(true);
  expect(errorOf(() => disk.write(0, Uint8Array.of(1))).code).toBe('DISK_READ_ONLY');
  disk.flush();
  disk.close();
});

test('a file that became shorter is an error of the disk', () => {
  const path = fresh();
  createDiskFile(path, 4096);
  const disk = fileDisk(path);
  truncateSync(path, 1024);
  disk.read(0, new Uint8Array(1024));
  const error = errorOf(() => disk.read(512, new Uint8Array(1024)));
  expect(error.code).toBe('DISK_FAILED');
  expect(error.message).toContain('became shorter');
  disk.close();
});

test('a host without room is an error of its own', () => {
  const full = '/dev/full';
  try {
    closeSync(openSync(full, 'r+'));
  } catch {
    return;
  }
  // /dev/full is no regular file, so the disk is made from a file whose descriptor is then replaced.
  const path = fresh();
  createDiskFile(path, 512);
  const disk = fileDisk(path);
  const inner = disk as unknown as { file: number };
  closeSync(inner.file);
  inner.file = openSync(full, 'r+');
  const error = errorOf(() => disk.write(0, Uint8Array.of(1)));
  expect(error.code).toBe('DISK_FULL');
  expect(error.context).toMatchObject({ operation: 'write', system: 'ENOSPC', path });
  disk.close();
});

test('a closed disk fails, and what cannot be opened is named', () => {
  const path = fresh();
  createDiskFile(path, 512);
  const disk = fileDisk(path);
  disk.close();
  disk.close();
  expect(errorOf(() => disk.read(0, new Uint8Array(1))).code).toBe('DISK_FAILED');
  expect(errorOf(() => disk.flush()).code).toBe('DISK_FAILED');
  expect(errorOf(() => fileDisk(join(folder, 'nowhere')))).toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(errorOf(() => fileDisk(folder, { readOnly: true })).message).toContain('not a regular file');
  expect(errorOf(() => createDiskFile(path, 512)).code).toBe('FILE_UNREADABLE');
  expect(errorOf(() => createDiskFile(fresh(), 100)).code).toBe('CONFIG_INVALID');
});
