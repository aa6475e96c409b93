import { CPU_STATE } from '@armature/core';
import type { Emitter } from '../emitter/emitter.ts';
import { and, type Expr, type I32, i32, i64, shrU, wrap, xor } from '../emitter/expressions.ts';
import { type Semantics, semantics } from './definition.ts';

/** The polynomials of CRC32 and CRC32C, bits reversed as the bytes are. @spec DDI 0487, CRC32, CRC32C */
export const CRC_POLYNOMIALS = [0xedb8_8320, 0x82f6_3b78] as const;

/** Remainders of the 256 byte values. */
export function crcTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
    return remainder;
  });
}

function checksum(e: Emitter, table: number, bytes: 1 | 2 | 4 | 8): I32 {
  const value: Expr<'i64'> = e.let(e.register('i64', 'Rm'));
  const remainder = e.temporary('i32');
  const held = e.localI32(remainder);
  e.assign(remainder, e.register('i32', 'Rn'));
  for (let index = 0; index < bytes; index++) {
    const byte = wrap(shrU(value, i64(8 * index)));
    const entry = e.stateTable32(table, and(xor(held, byte), i32(0xff)));
    e.assign(remainder, xor(entry, shrU(held, i32(8))));
  }
  return held;
}

const SIZES = [
  ['B', 1],
  ['H', 2],
  ['W', 4],
  ['X', 8],
] as const;

export const crc32Semantics: readonly Semantics[] = ['CRC32', 'CRC32C'].flatMap((name, polynomial) =>
  SIZES.map(([suffix, bytes]) =>
    semantics(`${name}${suffix}_dp_2src`, {}, (e) => {
      e.setRegister('i32', 'Rd', checksum(e, CPU_STATE.crcTables + 1024 * polynomial, bytes));
    }),
  ),
);
