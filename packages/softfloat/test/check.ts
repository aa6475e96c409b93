import { FloatContext } from '../src/index.ts';
import { OPERATIONS } from './operations.ts';
import { CASE_BYTES, RESULT_BYTES } from './oracle.ts';

const hex = (value: bigint | number) => `0x${value.toString(16)}`;

/** FPCR.FZ. */
const FLUSH_TO_ZERO = 1 << 24;

/**
 * Where QEMU 7.2 differs from the architecture: FJCVTZS of a positive subnormal number that is flushed leaves Z set
 * there.
 */
const wrongInQemu = (name: string, fpcr: number, hi: number, lo: number): boolean =>
  name === 'fjcvtzs' && (fpcr & FLUSH_TO_ZERO) !== 0 && hi >>> 20 === 0 && (hi | lo) !== 0;

/** Runs every encoded case on this package, and gives a line for each result that differs. */
export function differences(cases: DataView, results: DataView, limit = 20): string[] {
  const context = new FloatContext();
  const words = new Int32Array(6);
  const lines: string[] = [];
  for (let index = 0; index < cases.byteLength / CASE_BYTES && lines.length < limit; index += 1) {
    const at = index * CASE_BYTES;
    const operation = OPERATIONS[cases.getUint32(at, true)]!;
    const fpcr = cases.getUint32(at + 4, true);
    for (let n = 0; n < 6; n += 1) words[n] = cases.getInt32(at + 8 + 4 * n, true);
    context.setControl(fpcr);
    context.flags = 0;
    context.nzcv = 0;
    const low = operation.run(context, words);
    const value =
      low === undefined
        ? (BigInt.asUintN(32, BigInt(context.hi)) << 32n) | BigInt.asUintN(32, BigInt(context.lo))
        : BigInt.asUintN(32, BigInt(low));
    const expected = results.getBigUint64(index * RESULT_BYTES, true);
    const fpsr = results.getUint32(index * RESULT_BYTES + 8, true);
    const flags = results.getUint32(index * RESULT_BYTES + 12, true);
    const nzcv = wrongInQemu(operation.name, fpcr, words[1]!, words[0]!) ? 0 : flags;
    if (value === expected && context.flags === fpsr && (!operation.nzcv || context.nzcv === nzcv)) continue;
    const operands = operation.operands.map((_, n) => hex(cases.getBigUint64(at + 8 + 8 * n, true)));
    lines.push(
      `${operation.name} (${operation.asm}) fpcr ${hex(fpcr)} operands ${operands.join(' ')}: ` +
        `${hex(value)} flags ${hex(context.flags)} nzcv ${context.nzcv}, ` +
        `expected ${hex(expected)} flags ${hex(fpsr)} nzcv ${nzcv}`,
    );
  }
  return lines;
}
