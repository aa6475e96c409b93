import { describe, expect, test } from 'vitest';
import { writeArchive } from './archive.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const file = (contents: string): { file: Uint8Array } => ({ file: new TextEncoder().encode(contents) });

/** The entries of an archive, by the letter of the format's description. */
function entries(archive: Uint8Array) {
  const found = [];
  for (let at = 0; ; ) {
    const field = (index: number): number =>
      Number.parseInt(text(archive.subarray(at + 6 + 8 * index, at + 14 + 8 * index)), 16);
    expect(text(archive.subarray(at, at + 6))).toBe('070701');
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const path = text(archive.subarray(at + 110, at + 110 + nameSize - 1));
    const start = (at + 110 + nameSize + 3) & ~3;
    if (path === 'TRAILER!!!') return { found, end: start };
    found.push({ path, mode, data: text(archive.subarray(start, start + size)) });
    at = (start + size + 3) & ~3;
  }
}

describe('an archive', () => {
  test('has entries with their types and permissions', () => {
    const archive = writeArchive([
      { path: 'bin', contents: { directory: true } },
      { path: 'bin/tool', contents: file('#!') },
      { path: 'bin/text', contents: file('12345'), mode: 0o644 },
      { path: 'init', contents: { link: '/bin/tool' } },
    ]);
    const { found, end } = entries(archive);
    expect(found).toEqual([
      { path: 'bin', mode: 0o040755, data: '' },
      { path: 'bin/tool', mode: 0o100755, data: '#!' },
      { path: 'bin/text', mode: 0o100644, data: '12345' },
      { path: 'init', mode: 0o120777, data: '/bin/tool' },
    ]);
    expect(archive.length).toBe(end);
  });

  test('of nothing has its end', () => {
    expect(entries(writeArchive([])).found).toEqual([]);
  });

  test('aligns what follows, whatever the lengths', () => {
    for (let length = 0; length < 9; length++) {
      const path = 'a'.repeat(length + 1);
      const data = 'x'.repeat(length);
      const both = [path, 'b'].map((name) => ({ path: name, contents: file(data) }));
      expect(entries(writeArchive(both)).found.map((entry) => entry.data)).toEqual([data, data]);
    }
  });
});
