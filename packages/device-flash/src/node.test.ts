import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isArmatureError } from '@armature/core';
import { afterAll, expect, test } from 'vitest';
import { fileBacking } from './node.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-flash-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is loaded, written in place, and grows', async () => {
  const path = join(folder, 'variables.bin');
  writeFileSync(path, Uint8Array.of(1, 2, 3, 4));
  const backing = fileBacking(path);
  expect([...(await backing.load())]).toEqual([1, 2, 3, 4]);
  backing.store(2, Uint8Array.of(9));
  expect([...readFileSync(path)]).toEqual([1, 2, 9, 4]);
  backing.store(6, Uint8Array.of(7));
  expect([...readFileSync(path)]).toEqual([1, 2, 9, 4, 0, 0, 7]);
  backing.close?.();
  backing.close?.();
  expect(() => backing.store(0, Uint8Array.of(0))).toThrowError(/not open for writing/);
  expect([...(await backing.load())]).toEqual([1, 2, 9, 4, 0, 0, 7]);
  backing.close?.();
});

test('a read-only backing never writes', async () => {
  const path = join(folder, 'firmware.bin');
  writeFileSync(path, Uint8Array.of(1));
  const backing = fileBacking(path, { readOnly: true });
  expect([...(await backing.load())]).toEqual([1]);
  expect(() => backing.store(0, Uint8Array.of(0))).toThrowError(/not open for writing/);
  backing.close?.();
  expect([...readFileSync(path)]).toEqual([1]);
});

test('a file that is not there is an error with its path', () => {
  try {
    fileBacking(join(folder, 'absent.bin')).load();
    expect.fail('loaded');
  } catch (error) {
    expect(isArmatureError(error) && error.code).toBe('FILE_UNREADABLE');
    expect(String(error)).toContain('absent.bin');
  }
});
