import { describe, expect, test } from 'vitest';
import { codeOf, sampleSource } from '../test/sample.ts';
import {
  bytes,
  cells,
  decodeCells,
  getNode,
  getProperty,
  type NodeSource,
  node,
  parseFdt,
  parseFdtHeader,
  phandle,
  u32,
  u64,
  writeFdt,
} from './index.ts';

describe('layout', () => {
  test('the bytes of a tree with one property and one child', () => {
    const blob = writeFdt({
      root: node('', { ab: bytes([0xff]) }, [node('c')]),
      memoryReservations: [{ address: 1n, size: 2n }],
      bootCpuId: 7,
    });
    const view = new DataView(blob.buffer);
    const words = Array.from({ length: blob.length / 4 }, (_, index) => view.getUint32(index * 4));
    expect(words).toEqual(
      // biome-ignore format: one row per block
      [
        0xd00dfeed, 0x80, 0x48, 0x78, 0x28, 17, 16, 7, 3, 0x2c,
        0, 1, 0, 2, 0, 0, 0, 0,
        1, 0, 3, 1, 0, 0xff000000, 1, 0x63000000, 2, 2, 9, 0,
        0x61620000, 0,
      ],
    );
  });

  test('blocks are aligned to 8 bytes and the size is a multiple of 8', () => {
    for (let length = 0; length < 20; length++) {
      const blob = writeFdt({ root: node('', { x: new Uint8Array(length) }) }, { padding: length });
      const header = parseFdtHeader(blob);
      expect(header.totalSize).toBe(blob.length);
      expect([
        header.structureOffset,
        header.stringsOffset,
        header.reservationsOffset,
        blob.length,
      ]).toSatisfy((offsets: number[]) => offsets.every((offset) => offset % 8 === 0));
    }
  });

  test('padding is free space inside the blob', () => {
    const root = node('', { x: u32(1) });
    expect(writeFdt({ root }, { padding: 4096 }).length - writeFdt({ root }).length).toBe(4096);
  });

  test('a property name is stored once', () => {
    const blob = writeFdt({ root: node('', { reg: u32(1) }, [node('a', { reg: u32(1) })]) });
    expect(parseFdtHeader(blob).stringsSize).toBe(4);
  });

  test('the same tree gives the same bytes', () => {
    expect(writeFdt(sampleSource())).toEqual(writeFdt(sampleSource()));
  });

  test('an undefined property is left out', () => {
    expect([...node('', { a: undefined, b: u32(1) }).properties.keys()]).toEqual(['b']);
  });
});

describe('phandles', () => {
  const cellsOf = (root: NodeSource, path: string, name: string): number[] =>
    decodeCells(getProperty(getNode(parseFdt(writeFdt({ root })), path).node, name));

  test('the lowest unused numbers are given in order, and references may come first', () => {
    const [first, second, fixed] = [phandle('first'), phandle('second'), phandle('fixed', 2)];
    const root = node('', { refs: cells(first, second, fixed, 99) }, [
      node('a', { phandle: second }),
      node('b', { phandle: u32(1) }),
      node('c', { phandle: cells(first) }),
      node('d', { phandle: fixed }),
    ]);
    expect(cellsOf(root, '/', 'refs')).toEqual([4, 3, 2, 99]);
    expect(cellsOf(root, '/c', 'phandle')).toEqual([4]);
  });

  const gic = phandle('gic');
  test.each<[string, NodeSource]>([
    ['no node defines it', node('', { 'interrupt-parent': gic })],
    ['two nodes define it', node('', {}, [node('a', { phandle: gic }), node('b', { phandle: gic })])],
    [
      'two nodes have the number',
      node('', {}, [node('a', { phandle: u32(1) }), node('b', { phandle: u32(1) })]),
    ],
    ['the number is reserved', node('', { phandle: u32(0) })],
    ['the number is reserved', node('', { phandle: u32(0xffff_ffff) })],
    ['it is two cells', node('', { phandle: u64(1) })],
    ['it is two phandles', node('', { phandle: cells(gic, gic) })],
  ])('refused: %s', (_, root) => {
    expect(codeOf(() => writeFdt({ root }))).toBe('FDT_BAD_PHANDLE');
  });

  test('a fixed number must be in range', () => {
    for (const number of [0, 0xffff_ffff, -1, 1.5]) {
      expect(codeOf(() => phandle('x', number))).toBe('FDT_BAD_PHANDLE');
    }
  });
});

describe('refusals', () => {
  test.each(['', 'a/b', 'a b', 'é', 'x'.repeat(256)])('the name %j', (name) => {
    expect(codeOf(() => writeFdt({ root: node('', { [name]: u32(1) }) }))).toBe('FDT_BAD_NAME');
    expect(codeOf(() => writeFdt({ root: node('', {}, [node(name)]) }))).toBe('FDT_BAD_NAME');
  });

  test('a root with a name', () => {
    expect(codeOf(() => writeFdt({ root: node('root') }))).toBe('FDT_BAD_NAME');
  });

  test('the same name twice', () => {
    expect(codeOf(() => writeFdt({ root: node('', {}, [node('a'), node('a')]) }))).toBe('FDT_DUPLICATE');
    const twice: [string, Uint8Array][] = [
      ['a', u32(1)],
      ['a', u32(2)],
    ];
    expect(codeOf(() => node('', twice))).toBe('FDT_DUPLICATE');
  });

  test('too deep, also when the tree contains itself', () => {
    const children: NodeSource[] = [];
    const loop = node('loop', {}, children);
    children.push(loop);
    expect(codeOf(() => writeFdt({ root: node('', {}, [loop]) }))).toBe('FDT_TOO_DEEP');
    const two = node('', {}, [node('a')]);
    expect(codeOf(() => writeFdt({ root: two }, { maxDepth: 1 }))).toBe('FDT_TOO_DEEP');
    expect(codeOf(() => writeFdt({ root: two }, { maxDepth: 2 }))).toBeUndefined();
  });

  test('too large', () => {
    const root = node('', { x: new Uint8Array(1000) });
    expect(codeOf(() => writeFdt({ root }, { maxSize: 1000 }))).toBe('FDT_TOO_LARGE');
    expect(codeOf(() => writeFdt({ root }, { padding: 0x20_0000 }))).toBe('FDT_TOO_LARGE');
  });

  test('numbers that do not fit', () => {
    const root = node('');
    for (const bootCpuId of [-1, 2 ** 32, 0.5]) {
      expect(codeOf(() => writeFdt({ root, bootCpuId }))).toBe('FDT_BAD_VALUE');
    }
    for (const [address, size] of [
      [-1n, 1n],
      [1n, 1n << 64n],
      [0n, 0n],
    ] as const) {
      expect(codeOf(() => writeFdt({ root, memoryReservations: [{ address, size }] }))).toBe('FDT_BAD_VALUE');
    }
    expect(codeOf(() => writeFdt({ root }, { padding: -1 }))).toBe('FDT_BAD_VALUE');
  });
});
