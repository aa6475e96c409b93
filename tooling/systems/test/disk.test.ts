import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type DiskResults, diskFailures } from '../src/disk-crash.ts';
import { checkDisk, makeDisk, missingDiskTool, readFolder } from '../src/disk-image.ts';
import { diskReport } from '../src/disk-results.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-disk-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missingDiskTool() !== undefined)('a disk image', () => {
  const disk = join(folder, 'disk.img');
  const copy = join(folder, 'copy.img');

  test('that was made is sound and has no files', () => {
    makeDisk(disk, 16);
    expect(checkDisk(disk, copy)).toEqual({ journalReplayed: false, failures: [] });
    mkdirSync(join(folder, 'out'));
    expect(readFolder(disk, '/lost+found', join(folder, 'out')).size).toBe(0);
    expect(() => readFolder(disk, '/nothing', folder)).toThrow('File not found');
  });

  test('that is damaged is told', () => {
    makeDisk(disk, 16);
    const file = openSync(disk, 'r+');
    // The root directory's block and the bitmaps lie in the first group.
    writeSync(file, Buffer.alloc(64 * 1024, 0x55), 0, 64 * 1024, 4096);
    closeSync(file);
    expect(checkDisk(disk, copy).failures.join('\n')).toMatch(/e2fsck -fy/);
  });
});

describe('results', () => {
  const round = {
    round: 1,
    files: 8,
    bytes: 5000,
    killMs: 4,
    seconds: 3,
    journalReplayed: true,
    failures: [],
  };

  test('without failures say so', () => {
    const results: DiskResults = { rounds: [round], remount: [] };
    expect(diskFailures(results)).toEqual([]);
    const text = diskReport({ date: '2026-01-31', node: '26.0.0', ...results });
    expect(text).toContain('1 kills, no failure');
    expect(text).toContain('| 1 | 8 | 5,000 | 4 | yes | whole |');
  });

  test('name every failure', () => {
    const results = { rounds: [{ ...round, failures: ['1-1 is not there'] }], remount: ['wrong'] };
    expect(diskFailures(results)).toEqual(['round 1: 1-1 is not there', 'mounted again: wrong']);
    const text = diskReport({ date: '2026-01-31', node: '26.0.0', ...results });
    expect(text).toContain('- **failed**: round 1: 1-1 is not there');
  });
});
