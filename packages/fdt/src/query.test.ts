import { describe, expect, test } from 'vitest';
import { codeOf, sampleSource } from '../test/sample.ts';
import {
  cellCounts,
  cpuRegOf,
  decodeU32,
  empty,
  findByPhandle,
  findCompatible,
  findNode,
  getNode,
  getProperty,
  node,
  parseFdt,
  reg,
  regOf,
  string,
  u32,
  u64,
  walk,
  writeFdt,
} from './index.ts';

const tree = parseFdt(writeFdt(sampleSource()));

describe('paths', () => {
  test.each([
    ['/', '/'],
    ['/soc', '/soc'],
    ['/soc/pl011@1000', '/soc/pl011@1000'],
    ['/soc/pl011', '/soc/pl011@1000'],
    ['/memory', '/memory@40000000'],
    ['/soc/', '/soc'],
    ['serial0', '/soc/pl011@1000'],
  ])('%s is %s', (path, full) => {
    expect(findNode(tree, path)?.path).toBe(full);
  });

  test.each(['/nothing', '/soc/pl011@2000', '/soc/pl', 'serial1', 'serial0/x', ''])(
    '%j is nothing',
    (path) => {
      expect(findNode(tree, path)).toBeUndefined();
      expect(codeOf(() => getNode(tree, path))).toBe('FDT_NOT_FOUND');
    },
  );

  test('a name that fits two nodes is an error', () => {
    expect(codeOf(() => findNode(tree, '/soc/gpio'))).toBe('FDT_AMBIGUOUS');
  });

  test('an alias that is not a path names nothing', () => {
    const odd = parseFdt(writeFdt({ root: node('', {}, [node('aliases', { a: string('a') })]) }));
    expect(findNode(odd, 'a')).toBeUndefined();
  });

  test('walk visits parents first', () => {
    expect(Array.from(walk(tree), ({ path }) => path)).toEqual([
      '/',
      '/aliases',
      '/chosen',
      '/memory@40000000',
      '/intc@8000000',
      '/apb-pclk',
      '/soc',
      '/soc/pl011@1000',
      '/soc/gpio@2000',
      '/soc/gpio@3000',
    ]);
  });
});

test('findCompatible reads whole strings and skips what is not a list of strings', () => {
  expect(findCompatible(tree, 'arm,primecell').map(({ path }) => path)).toEqual(['/soc/pl011@1000']);
  expect(findCompatible(tree, 'arm')).toEqual([]);
  const odd = parseFdt(writeFdt({ root: node('', { compatible: u32(0xffff_ffff) }) }));
  expect(findCompatible(odd, 'arm')).toEqual([]);
});

test('findByPhandle follows a reference', () => {
  const parent = decodeU32(getProperty(tree.root, 'interrupt-parent'));
  expect(findByPhandle(tree, parent)?.path).toBe('/intc@8000000');
  expect(findByPhandle(tree, 0x8000)?.path).toBe('/apb-pclk');
  expect(findByPhandle(tree, 77)).toBeUndefined();
});

test('getProperty names what is missing', () => {
  expect(codeOf(() => getProperty(tree.root, 'reg'))).toBe('FDT_NOT_FOUND');
});

describe('reg', () => {
  test('uses the cell counts of the parent', () => {
    expect(regOf(tree, '/intc')).toEqual([
      { address: 0x800_0000n, size: 0x1_0000n },
      { address: 0x80a_0000n, size: 0xf6_0000n },
    ]);
    expect(regOf(tree, '/soc/pl011')).toEqual([{ address: 0x1000n, size: 0x1000n }]);
    expect(regOf(tree, '/soc')).toEqual([]);
    expect(regOf(tree, '/')).toEqual([]);
  });

  test('the default counts are 2 and 1', () => {
    const plain = parseFdt(writeFdt({ root: node('', {}, [node('a', { reg: reg([[1, 2]], 2, 1) })]) }));
    expect(cellCounts(plain.root)).toEqual({ addressCells: 2, sizeCells: 1 });
    expect(regOf(plain, '/a')).toEqual([{ address: 1n, size: 2n }]);
  });

  test.each([
    { '#address-cells': u32(0xffff_ffff) },
    { '#address-cells': u64(1) },
    { '#address-cells': u32(0), '#size-cells': u32(0) },
    { '#address-cells': u32(2), '#size-cells': u32(2) },
  ])('cell counts that do not fit the value are an error', (properties) => {
    const odd = parseFdt(writeFdt({ root: node('', properties, [node('a', { reg: u64(0) })]) }));
    expect(codeOf(() => regOf(odd, '/a'))).toBe('FDT_BAD_VALUE');
  });

  test('cpuRegOf goes through ranges', () => {
    expect(cpuRegOf(tree, '/soc/pl011')).toEqual([{ address: 0x900_1000n, size: 0x1000n }]);
    expect(cpuRegOf(tree, '/memory')).toEqual(regOf(tree, '/memory'));
    const bus = (ranges: Uint8Array | undefined) =>
      parseFdt(
        writeFdt({
          root: node('', {}, [node('bus', { ranges }, [node('a', { reg: reg([[8, 8]], 2, 1) })])]),
        }),
      );
    expect(cpuRegOf(bus(empty()), '/bus/a')).toEqual([{ address: 8n, size: 8n }]);
    expect(codeOf(() => cpuRegOf(bus(undefined), '/bus/a'))).toBe('FDT_NOT_FOUND');
    expect(codeOf(() => cpuRegOf(bus(u32(1)), '/bus/a'))).toBe('FDT_BAD_VALUE');
    // 8 to 16 is only half inside 0 to 12.
    expect(codeOf(() => cpuRegOf(bus(new Uint8Array([...u64(0), ...u64(0), ...u32(12)])), '/bus/a'))).toBe(
      'FDT_NOT_FOUND',
    );
  });
});
