import { gunzipSync, gzipSync } from 'node:zlib';
import { OPERATIONS } from './operations.ts';
import { CASE_BYTES, RESULT_BYTES } from './oracle.ts';

/*
 * Recorded results of QEMU, for machines without it: gzip over the length of a JSON list of instructions, that
 * list, the cases and the results. Cases number their operations by the list, so the table may grow.
 */

/** Where the vectors are. */
export const VECTORS = new URL('./vectors.bin.gz', import.meta.url);

/** Encoded cases and results as a file. */
export function packVectors(cases: DataView, results: DataView): Uint8Array {
  const names = new TextEncoder().encode(JSON.stringify(OPERATIONS.map(({ name }) => name)));
  const bytes = (view: DataView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const file = new Uint8Array(4 + names.length + cases.byteLength + results.byteLength);
  new DataView(file.buffer).setUint32(0, names.length, true);
  file.set(names, 4);
  file.set(bytes(cases), 4 + names.length);
  file.set(bytes(results), 4 + names.length + cases.byteLength);
  return gzipSync(file, { level: 9 });
}

/** The cases, with operations as this table numbers them, and the results. */
export function unpackVectors(packed: Uint8Array): { cases: DataView; results: DataView; count: number } {
  const file = Uint8Array.from(gunzipSync(packed));
  const length = new DataView(file.buffer).getUint32(0, true);
  const names: string[] = JSON.parse(new TextDecoder().decode(file.subarray(4, 4 + length)));
  const start = 4 + length;
  const count = (file.length - start) / (CASE_BYTES + RESULT_BYTES);
  const cases = new DataView(file.buffer, start, count * CASE_BYTES);
  const results = new DataView(file.buffer, start + count * CASE_BYTES);
  const numbers = names.map((name) => OPERATIONS.findIndex((operation) => operation.name === name));
  for (let index = 0; index < count; index += 1) {
    const recorded = cases.getUint32(index * CASE_BYTES, true);
    if (numbers[recorded]! < 0)
      throw new Error(`Vectors of an unknown operation, ${names[recorded]}: record again`);
    cases.setUint32(index * CASE_BYTES, numbers[recorded]!, true);
  }
  return { cases, results, count };
}
