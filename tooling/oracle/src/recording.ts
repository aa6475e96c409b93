import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Case, Override } from './case.ts';
import { CASE, CASE_WORDS, type Configuration, RESULT, WINDOW } from './layout.ts';
import { get64 } from './results.ts';

/**
 * Recorded cases and what QEMU made of them, in few bytes: a case is its words, mode, place and chosen registers
 * (the rest follows from its seed); a result is its difference from "nothing changed but the pc".
 */
export interface Recording {
  readonly configuration: Configuration;
  /** Version line of the QEMU that gave the results. */
  readonly oracle: string;
  /** Table rows in the order of the cases, with the number of cases of each. */
  readonly rows: readonly { readonly id: string; readonly count: number }[];
  readonly cases: readonly Case[];
  /** One record of `RESULT.size` words per case. */
  readonly results: Int32Array;
}

const VERSION = 1;

type Title = Pick<Recording, 'configuration' | 'oracle' | 'rows'> & { readonly version: number };

/** Values of one kind next to each other compress better, so each kind has a stream of its own. */
const STREAMS = ['head', 'words', 'seeds', 'places', 'registers', 'values', 'outcome', 'memory'] as const;
type Stream = (typeof STREAMS)[number];

class Writer {
  readonly bytes: number[] = [];

  u8(value: number): void {
    this.bytes.push(value & 0xff);
  }

  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.bytes.push((value >>> shift) & 0xff);
  }

  /** A number as a variable number of bytes, seven bits each. */
  varint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.bytes.push(Number(rest));
  }

  /** A 64-bit value as its distance from another one. */
  near(value: bigint, origin: bigint): void {
    const distance = BigInt.asIntN(64, value - origin);
    this.varint(BigInt.asUintN(64, (distance << 1n) ^ (distance >> 63n)));
  }
}

class Reader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u8(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('recording ends early');
    return value;
  }

  u32(): number {
    return (this.u8() | (this.u8() << 8) | (this.u8() << 16) | (this.u8() << 24)) >>> 0;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  near(origin: bigint): bigint {
    const folded = this.varint();
    return BigInt.asUintN(64, origin + ((folded >> 1n) ^ -(folded & 1n)));
  }
}

const ORIGIN = BigInt(WINDOW);

/** Result fields in the order of their bits in the outcome's mask; the general registers follow them. */
const FIELDS = ['vector', 'esr', 'elr', 'spsr', 'far', 'spEl0', 'spEl1', 'tpidrEl0'] as const;
const X_FROM = FIELDS.length;
const CHANGES_BIT = X_FROM + 31;

/** What a result would be if the words changed nothing: the exception of the first BRK after them. */
function expectedResult(record: Int32Array, item: Case): Int32Array {
  const result = new Int32Array(RESULT.size);
  const m = record[CASE.pstate]! & 15;
  result[RESULT.vector] = m === 0 ? 8 : m === 4 ? 0 : 4;
  result[RESULT.esr] = 0xf200_0000;
  const copy = (from: number, to: number): void => {
    result[to] = record[from]!;
    result[to + 1] = record[from + 1]!;
  };
  copy(CASE.pc, RESULT.elr);
  result[RESULT.elr]! += 4 * item.words.length;
  copy(CASE.pstate, RESULT.spsr);
  copy(CASE.spEl0, RESULT.spEl0);
  copy(CASE.spEl1, RESULT.spEl1);
  copy(CASE.tpidrEl0, RESULT.tpidrEl0);
  for (let register = 0; register < 31; register++) copy(CASE.x + 2 * register, RESULT.x + 2 * register);
  return result;
}

const wordOf = (bit: number): number => (bit < X_FROM ? RESULT[FIELDS[bit]!] : RESULT.x + 2 * (bit - X_FROM));

/** Packs cases and results. */
export function encodeRecording(recording: Recording, records: Int32Array): Uint8Array {
  const streams = Object.fromEntries(STREAMS.map((name) => [name, new Writer()])) as Record<Stream, Writer>;
  const { configuration, oracle, rows } = recording;
  const title = new TextEncoder().encode(JSON.stringify({ version: VERSION, configuration, oracle, rows }));
  streams.head.bytes.push(...title);
  recording.cases.forEach((item, index) => {
    const record = records.subarray(index * CASE.size, (index + 1) * CASE.size);
    const result = recording.results.subarray(index * RESULT.size, (index + 1) * RESULT.size);
    writeInput(streams, item);
    writeOutcome(streams, result, expectedResult(record, item));
  });
  const parts = STREAMS.map((name) => Uint8Array.from(streams[name].bytes));
  const directory = new Writer();
  for (const part of parts) directory.u32(part.length);
  const plain = Buffer.concat([Uint8Array.from(directory.bytes), ...parts]);
  return brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
}

function writeInput(streams: Record<Stream, Writer>, item: Case): void {
  streams.places.u8(item.mode | (item.mayStore ? 4 : 0) | (item.words.length << 3));
  streams.places.varint(BigInt(item.pcOffset >>> 2));
  for (const word of item.words) streams.words.u32(word);
  streams.seeds.u32(item.seed);
  streams.registers.u8(item.overrides.length);
  for (const { register, value } of item.overrides) {
    streams.registers.u8(register);
    streams.values.near(value, ORIGIN);
  }
}

function writeOutcome(streams: Record<Stream, Writer>, result: Int32Array, expected: Int32Array): void {
  const changed = [];
  for (let bit = 0; bit < CHANGES_BIT; bit++) {
    const at = wordOf(bit);
    if (bit === 0 ? result[at] !== expected[at] : get64(result, at) !== get64(expected, at))
      changed.push(bit);
  }
  const changes = result[RESULT.changeCount]!;
  if (changes > 0) changed.push(CHANGES_BIT);
  streams.outcome.u8(changed.length);
  for (const bit of changed) {
    streams.outcome.u8(bit);
    if (bit < CHANGES_BIT) {
      const at = wordOf(bit);
      streams.values.near(bit === 0 ? BigInt(result[at]!) : get64(result, at), ORIGIN);
    }
  }
  if (changes === 0) return;
  streams.memory.u8(changes);
  for (let change = 0; change < Math.min(changes, RESULT.maxChanges); change++) {
    const at = RESULT.changes + change * RESULT.changeSize;
    streams.memory.varint(get64(result, at) >> 4n);
    for (let word = 2; word < 6; word++) streams.memory.u32(result[at + word]!);
  }
}

/**
 * Unpacks cases and results.
 *
 * @param writeRecord writes a case's record: results are kept as differences from it.
 */
export function decodeRecording(
  packed: Uint8Array,
  writeRecord: (record: Int32Array, item: Case) => void,
): Recording & { readonly records: Int32Array } {
  const plain = new Uint8Array(brotliDecompressSync(packed));
  const directory = new Reader(plain);
  let at = 4 * STREAMS.length;
  const parts = {} as Record<Stream, Uint8Array>;
  const streams = {} as Record<Stream, Reader>;
  for (const name of STREAMS) {
    const length = directory.u32();
    parts[name] = plain.subarray(at, at + length);
    streams[name] = new Reader(parts[name]);
    at += length;
  }
  const title = JSON.parse(new TextDecoder().decode(parts.head)) as Title;
  if (title.version !== VERSION) throw new Error(`recording of version ${title.version}, not ${VERSION}`);
  const count = title.rows.reduce((sum, row) => sum + row.count, 0);
  const cases: Case[] = [];
  const records = new Int32Array(count * CASE.size);
  const results = new Int32Array(count * RESULT.size);
  for (let index = 0; index < count; index++) {
    const item = readInput(streams);
    const record = records.subarray(index * CASE.size, (index + 1) * CASE.size);
    writeRecord(record, item);
    results.set(readOutcome(streams, expectedResult(record, item)), index * RESULT.size);
    cases.push(item);
  }
  return { ...title, cases, results, records };
}

function readInput(streams: Record<Stream, Reader>): Case {
  const place = streams.places.u8();
  const pcOffset = Number(streams.places.varint()) * 4;
  const words = Array.from({ length: place >> 3 }, () => streams.words.u32());
  if (words.length === 0 || words.length >= CASE_WORDS) throw new Error('recording holds an impossible case');
  const seed = streams.seeds.u32();
  const overrides: Override[] = Array.from({ length: streams.registers.u8() }, () => ({
    register: streams.registers.u8(),
    value: streams.values.near(ORIGIN),
  }));
  return { words, seed, mode: (place & 3) as Case['mode'], pcOffset, overrides, mayStore: (place & 4) !== 0 };
}

function readOutcome(streams: Record<Stream, Reader>, result: Int32Array): Int32Array {
  for (let rest = streams.outcome.u8(); rest > 0; rest--) {
    const bit = streams.outcome.u8();
    if (bit === CHANGES_BIT) {
      readChanges(streams.memory, result);
      continue;
    }
    const value = streams.values.near(ORIGIN);
    const at = wordOf(bit);
    result[at] = Number(BigInt.asIntN(32, value));
    if (bit !== 0) result[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
  return result;
}

function readChanges(memory: Reader, result: Int32Array): void {
  const changes = memory.u8();
  result[RESULT.changeCount] = changes;
  for (let change = 0; change < Math.min(changes, RESULT.maxChanges); change++) {
    const at = RESULT.changes + change * RESULT.changeSize;
    result[at] = Number(memory.varint()) << 4;
    for (let word = 2; word < 6; word++) result[at + word] = memory.u32();
  }
}
