import { CASE, RESULT, WINDOW } from './layout.ts';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export const get64 = (record: Int32Array, word: number): bigint =>
  (BigInt(record[word + 1]! >>> 0) << 32n) | BigInt(record[word]! >>> 0);

const VECTOR_NAMES = ['EL1t', 'EL1h', 'EL0 (AArch64)', 'EL0 (AArch32)'];
const KIND_NAMES = ['synchronous', 'IRQ', 'FIQ', 'SError'];

/** Exception classes by name. @spec DDI 0487, ESR_EL1 */
const CLASS_NAMES: Readonly<Record<number, string>> = {
  0: 'UNDEFINED',
  1: 'WFI/WFE trap',
  7: 'SIMD/FP trap',
  14: 'illegal execution state',
  21: 'SVC',
  22: 'HVC',
  23: 'SMC',
  24: 'system trap',
  32: 'instruction abort, EL0',
  33: 'instruction abort',
  34: 'PC alignment',
  36: 'data abort, EL0',
  37: 'data abort',
  38: 'SP alignment',
  60: 'BRK',
};

export const exceptionClass = (result: Int32Array): number => result[RESULT.esr]! >>> 26;

/** A result, one line per item. */
export function describeResult(record: Int32Array): string[] {
  const vector = record[RESULT.vector]!;
  const name = CLASS_NAMES[exceptionClass(record)] ?? 'exception';
  const lines = [
    `${name}: ${KIND_NAMES[vector & 3]} from ${VECTOR_NAMES[vector >> 2]}`,
    `esr ${hex(get64(record, RESULT.esr))}  elr ${hex(get64(record, RESULT.elr))}  far ${hex(get64(record, RESULT.far))}`,
    `spsr ${hex(get64(record, RESULT.spsr))}`,
    `sp_el0 ${hex(get64(record, RESULT.spEl0))}  sp_el1 ${hex(get64(record, RESULT.spEl1))}  tpidr_el0 ${hex(get64(record, RESULT.tpidrEl0))}`,
  ];
  for (let register = 0; register < 31; register++) {
    lines.push(`x${register} ${hex(get64(record, RESULT.x + 2 * register))}`);
  }
  for (let change = 0; change < Math.min(record[RESULT.changeCount]!, RESULT.maxChanges); change++) {
    const at = RESULT.changes + change * RESULT.changeSize;
    const address = BigInt(WINDOW) + get64(record, at);
    lines.push(`memory ${hex(address)}: ${hex(get64(record, at + 2))} ${hex(get64(record, at + 4))}`);
  }
  return lines;
}

/** A case's state before it runs, one line per item. */
export function describeCase(record: Int32Array): string[] {
  const lines = [
    `pc ${hex(get64(record, CASE.pc))}  pstate ${hex(get64(record, CASE.pstate))}`,
    `sp_el0 ${hex(get64(record, CASE.spEl0))}  sp_el1 ${hex(get64(record, CASE.spEl1))}  tpidr_el0 ${hex(get64(record, CASE.tpidrEl0))}`,
  ];
  for (let register = 0; register < 31; register++) {
    lines.push(`x${register} ${hex(get64(record, CASE.x + 2 * register))}`);
  }
  return lines;
}
