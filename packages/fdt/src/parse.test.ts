import { describe, expect, test } from 'vitest';
import { codeOf } from '../test/sample.ts';
import {
  decodeCells,
  FdtError,
  node,
  type ParseOptions,
  parseFdt,
  parseFdtHeader,
  u32,
  writeFdt,
} from './index.ts';

/** The words that hold a name with its NUL and padding. */
function NAME(text: string): number[] {
  const padded = new Uint8Array(Math.ceil((text.length + 1) / 4) * 4);
  new TextEncoder().encodeInto(text, padded);
  return decodeCells(padded);
}
const BEGIN = (name = ''): number[] => [1, ...NAME(name)];
const [END_NODE, PROP, NOP, END] = [2, 3, 4, 9];

interface Parts {
  structure?: number[];
  strings?: string;
  reservations?: number[];
  header?: Record<number, number>;
}

/** Puts a blob together by hand; `header` overrides header words by byte offset. */
function blobOf({
  structure = [...BEGIN(), END_NODE, END],
  strings = 'ab\0cd\0',
  reservations = [0, 0, 0, 0],
  header = {},
}: Parts): Uint8Array {
  const structureOffset = 40 + reservations.length * 4;
  const stringsOffset = structureOffset + structure.length * 4;
  const blob = new Uint8Array(stringsOffset + strings.length);
  const view = new DataView(blob.buffer);
  const words = [0xd00dfeed, blob.length, structureOffset, stringsOffset, 40, 17, 16, 0];
  [...words, strings.length, structure.length * 4, ...reservations, ...structure].forEach((word, index) => {
    view.setUint32(index * 4, word);
  });
  blob.set(new TextEncoder().encode(strings), stringsOffset);
  for (const [offset, word] of Object.entries(header)) view.setUint32(Number(offset), word);
  return blob;
}

function errorOf(blob: Uint8Array, options?: ParseOptions): { code: string; offset: number | undefined } {
  try {
    parseFdt(blob, options);
  } catch (error) {
    if (error instanceof FdtError) return { code: error.code, offset: error.offset };
    throw error;
  }
  throw new Error('the blob was accepted');
}

const STRUCTURE = 56;

describe('accepts', () => {
  test('the smallest tree', () => {
    expect(parseFdt(blobOf({}))).toEqual({
      root: { name: '', properties: new Map(), children: [] },
      memoryReservations: [],
      bootCpuId: 0,
    });
  });

  test('NOP tokens anywhere between tokens', () => {
    const structure = [
      NOP,
      ...BEGIN(),
      NOP,
      PROP,
      4,
      0,
      5,
      NOP,
      ...BEGIN('x'),
      NOP,
      END_NODE,
      NOP,
      END_NODE,
      NOP,
      END,
    ];
    const { root } = parseFdt(blobOf({ structure }));
    expect(root.properties).toEqual(new Map([['ab', u32(5)]]));
    expect(root.children.map(({ name }) => name)).toEqual(['x']);
  });

  test('names that share the tail of a string', () => {
    const { root } = parseFdt(blobOf({ structure: [...BEGIN(), PROP, 0, 0, PROP, 0, 1, END_NODE, END] }));
    expect([...root.properties.keys()]).toEqual(['ab', 'b']);
  });

  test('version 16, whose header has no structure size', () => {
    expect(parseFdt(blobOf({ header: { 20: 16, 36: 0xffff_ffff } })).root.children).toEqual([]);
  });

  test('a later version that a version 17 reader may read', () => {
    expect(parseFdt(blobOf({ header: { 20: 18 } })).root.children).toEqual([]);
  });

  test('bytes after the blob, and a view into a larger buffer', () => {
    const blob = blobOf({ structure: [...BEGIN(), PROP, 4, 0, 5, END_NODE, END], header: { 28: 2 } });
    const larger = new Uint8Array(blob.length + 100).fill(0xee);
    larger.set(blob, 13);
    const tree = parseFdt(larger.subarray(13));
    expect(tree).toEqual(parseFdt(blob));
    larger.fill(0);
    expect(tree).toEqual(parseFdt(blob));
  });

  test('values of a Node Buffer are copied', () => {
    const blob = Buffer.from(blobOf({ structure: [...BEGIN(), PROP, 4, 0, 5, END_NODE, END] }));
    const tree = parseFdt(blob);
    blob.fill(0);
    expect(tree.root.properties.get('ab')).toEqual(u32(5));
  });

  test('memory reservations up to the empty one', () => {
    const { memoryReservations } = parseFdt(blobOf({ reservations: [1, 2, 3, 4, 0, 0, 0, 1, 0, 0, 0, 0] }));
    expect(memoryReservations).toEqual([
      { address: 0x1_0000_0002n, size: 0x3_0000_0004n },
      { address: 0n, size: 1n },
    ]);
  });

  test('a property called __proto__', () => {
    const { root } = parseFdt(
      blobOf({ strings: '__proto__\0', structure: [...BEGIN(), PROP, 4, 0, 5, END_NODE, END] }),
    );
    expect([...root.properties.keys()]).toEqual(['__proto__']);
  });
});

describe('refuses, naming the byte', () => {
  test.each<[string, Uint8Array, string, number]>([
    ['no bytes', new Uint8Array(0), 'FDT_TRUNCATED', 0],
    ['half a header', blobOf({}).subarray(0, 30), 'FDT_TRUNCATED', 0x20],
    ['a blob without its last byte', blobOf({}).subarray(0, -1), 'FDT_TRUNCATED', 77],
    ['another magic', blobOf({ header: { 0: 0xedfe0dd0 } }), 'FDT_BAD_MAGIC', 0],
    ['version 15', blobOf({ header: { 20: 15 } }), 'FDT_BAD_VERSION', 0x14],
    ['a version that needs a later reader', blobOf({ header: { 20: 18, 24: 18 } }), 'FDT_BAD_VERSION', 0x18],
    [
      'a version older than its compatible one',
      blobOf({ header: { 20: 16, 24: 17 } }),
      'FDT_BAD_VERSION',
      0x18,
    ],
    ['a misaligned structure block', blobOf({ header: { 8: 58 } }), 'FDT_BAD_LAYOUT', 0x08],
    ['a structure block in the header', blobOf({ header: { 8: 36 } }), 'FDT_BAD_LAYOUT', 0x08],
    ['a structure block past the end', blobOf({ header: { 36: 0xffff_fffc } }), 'FDT_BAD_LAYOUT', 0x08],
    ['a strings block past the end', blobOf({ header: { 32: 7 } }), 'FDT_BAD_LAYOUT', 0x0c],
    ['strings over the structure', blobOf({ header: { 12: 57 } }), 'FDT_BAD_LAYOUT', 0x0c],
    ['misaligned reservations', blobOf({ header: { 16: 44 } }), 'FDT_BAD_LAYOUT', 0x10],
    ['reservations past the end', blobOf({ header: { 16: 0xffff_fff8 } }), 'FDT_BAD_LAYOUT', 0x10],
    ['reservations without an end', blobOf({ reservations: [0, 1, 0, 1] }), 'FDT_BAD_LAYOUT', 72],
    [
      'an unknown token',
      blobOf({ structure: [...BEGIN(), 5, END_NODE, END] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 8,
    ],
    ['an empty structure block', blobOf({ structure: [END] }), 'FDT_BAD_STRUCTURE', STRUCTURE],
    ['no FDT_END', blobOf({ structure: [...BEGIN(), END_NODE] }), 'FDT_BAD_STRUCTURE', STRUCTURE + 12],
    ['FDT_END inside a node', blobOf({ structure: [...BEGIN(), END] }), 'FDT_BAD_STRUCTURE', STRUCTURE + 8],
    [
      'one FDT_END_NODE too many',
      blobOf({ structure: [...BEGIN(), END_NODE, END_NODE] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 12,
    ],
    [
      'two roots',
      blobOf({ structure: [...BEGIN(), END_NODE, ...BEGIN(), END_NODE, END] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 12,
    ],
    ['a property outside a node', blobOf({ structure: [PROP, 0, 0] }), 'FDT_BAD_STRUCTURE', STRUCTURE],
    [
      'a property after a child',
      blobOf({ structure: [...BEGIN(), ...BEGIN('a'), END_NODE, PROP, 0, 0, END_NODE, END] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 20,
    ],
    [
      'a value past the end',
      blobOf({ structure: [...BEGIN(), PROP, 9, 0, END_NODE, END] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 12,
    ],
    [
      'a huge value',
      blobOf({ structure: [...BEGIN(), PROP, 0xffff_ffff, 0, END_NODE, END] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 12,
    ],
    [
      'a property header past the end',
      blobOf({ structure: [...BEGIN(), PROP, 0] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 16,
    ],
    [
      'a node name past the end',
      blobOf({ structure: [...BEGIN(), 1, 0x61616161] }),
      'FDT_BAD_STRUCTURE',
      STRUCTURE + 12,
    ],
    [
      'a name outside the strings',
      blobOf({ structure: [...BEGIN(), PROP, 0, 6, END_NODE, END] }),
      'FDT_BAD_STRING',
      STRUCTURE + 16,
    ],
    [
      'a name that does not end',
      blobOf({ strings: 'ab', structure: [...BEGIN(), PROP, 0, 0, END_NODE, END] }),
      'FDT_BAD_STRING',
      STRUCTURE + 28,
    ],
    [
      'a property without a name',
      blobOf({ structure: [...BEGIN(), PROP, 0, 2, END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 30,
    ],
    [
      'a control character in a name',
      blobOf({ structure: [...BEGIN(), ...BEGIN('\n'), END_NODE, END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 12,
    ],
    [
      'a slash in a name',
      blobOf({ structure: [...BEGIN(), ...BEGIN('a/'), END_NODE, END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 13,
    ],
    [
      'a name of 256 characters',
      blobOf({ structure: [...BEGIN(), ...BEGIN('a'.repeat(256)), END_NODE, END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 12,
    ],
    [
      'a root with a name',
      blobOf({ structure: [...BEGIN('a'), END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 4,
    ],
    [
      'a child without a name',
      blobOf({ structure: [...BEGIN(), ...BEGIN(), END_NODE, END_NODE, END] }),
      'FDT_BAD_NAME',
      STRUCTURE + 12,
    ],
    [
      'a property twice',
      blobOf({ structure: [...BEGIN(), PROP, 0, 0, PROP, 0, 0, END_NODE, END] }),
      'FDT_DUPLICATE',
      STRUCTURE + 20,
    ],
    [
      'a child twice',
      blobOf({ structure: [...BEGIN(), ...BEGIN('a'), END_NODE, ...BEGIN('a'), END_NODE, END_NODE, END] }),
      'FDT_DUPLICATE',
      STRUCTURE + 20,
    ],
  ])('%s', (_, blob, code, offset) => {
    expect(errorOf(blob)).toEqual({ code, offset });
  });

  test('more than the limits', () => {
    const blob = writeFdt({ root: node('', {}, [node('a', {}, [node('b')])]) });
    expect(errorOf(blob, { maxSize: blob.length - 1 })).toEqual({ code: 'FDT_TOO_LARGE', offset: 4 });
    expect(errorOf(blob, { maxDepth: 2 }).code).toBe('FDT_TOO_DEEP');
    expect(codeOf(() => parseFdt(blob, { maxSize: blob.length, maxDepth: 3 }))).toBeUndefined();
    const deep = Array.from({ length: 64 }, () => BEGIN('a')).flat();
    expect(errorOf(blobOf({ structure: [...BEGIN(), ...deep] })).code).toBe('FDT_TOO_DEEP');
  });
});

test('parseFdtHeader gives the fields', () => {
  expect(parseFdtHeader(blobOf({ header: { 28: 4 } }))).toEqual({
    totalSize: 78,
    structureOffset: 56,
    structureSize: 16,
    stringsOffset: 72,
    stringsSize: 6,
    reservationsOffset: 40,
    version: 17,
    lastCompatibleVersion: 16,
    bootCpuId: 4,
  });
});
