import { BRK, CASE, CASE_WORDS } from './layout.ts';
import { fillState, type Mode, put64 } from './state.ts';

/** A register that a case sets apart from its random state: 0 to 30, or 31 for the stack pointer in use. */
export interface Override {
  readonly register: number;
  readonly value: bigint;
}

/** A case, in the form in which it is generated and recorded. */
export interface Case {
  /** One to three words: at most two that prepare, then the one under test. */
  readonly words: readonly number[];
  /** Gives the state of all registers. */
  readonly seed: number;
  readonly mode: Mode;
  /** Offset of the first word in the window. */
  readonly pcOffset: number;
  readonly overrides: readonly Override[];
  readonly mayStore: boolean;
}

/** Writes a case's record. */
export function writeCase(record: Int32Array, item: Case): void {
  fillState(record, item.seed, item.mode, item.pcOffset);
  for (const { register, value } of item.overrides) {
    const sp = item.mode === 0 ? CASE.spEl1 : CASE.spEl0;
    const word = register === 31 ? sp : CASE.x + 2 * register;
    put64(record, word, Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }
  for (let index = 0; index < CASE_WORDS; index++) record[CASE.words + index] = item.words[index] ?? BRK;
  record[CASE.mayStore] = item.mayStore ? 1 : 0;
}

/** Records of many cases, one after the other. */
export function writeCases(cases: readonly Case[]): Int32Array {
  const records = new Int32Array(cases.length * CASE.size);
  cases.forEach((item, index) => {
    writeCase(records.subarray(index * CASE.size, (index + 1) * CASE.size), item);
  });
  return records;
}
