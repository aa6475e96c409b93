import type { Row } from '@armature/isa';
import type { OracleEngine } from './oracle-engine.ts';

/** How the cases of a row fared. */
export interface RowOutcome {
  readonly row: string;
  /** Cases that ran on both. */
  readonly cases: number;
  /** Of these, how many are allowed to differ in something, and do. */
  readonly exempt: number;
  readonly different: number;
  /** The first case that differs, in full, with the command that runs it alone; empty when none does. */
  readonly first: string;
}

/** A way to run cases on QEMU and on our CPU, and the rows that are compared in it. */
export interface Suite {
  readonly name: SuiteName;
  readonly rows: readonly Row[];
  /** Runs cases 0 to `count` - 1 of each row on both. The same arguments give the same cases. */
  compare(rows: readonly Row[], count: number, seed: number): RowOutcome[];
  /** Runs one case of a row on both and describes it in full. */
  describe(row: Row, index: number, seed: number, configuration?: string): { text: string; differs: boolean };
  /** How many instructions our CPU compiled so far. */
  compiled(): number;
  /** Removes temporary files. */
  close(): void;
}

/** A suite whose recorded form is a digest of QEMU's answer to each case. */
export interface DigestSuite extends Suite {
  /** Digests of what our CPU makes of cases, row by row. Needs no QEMU. */
  digests(rows: readonly Row[], count: number, seed: number): Uint32Array;
  /** Digests of what QEMU makes of them; 0 for a case that is allowed to differ. @throws Error where ours differs */
  recordDigests(rows: readonly Row[], count: number, seed: number): Uint32Array;
  /** What our CPU makes of one case, in full. */
  describeOurs(row: Row, index: number, seed: number): string;
}

/** Continues a digest with some words; differs whenever one word does. */
export function digestOf(words: Int32Array, hash = 0x811c_9dc5): number {
  let value = hash;
  for (let at = 0; at < words.length; at++) value = Math.imul(value ^ words[at]!, 0x0100_0193);
  return value >>> 0;
}

/** Makes something when it is first used. */
export function lazily<T>(make: () => T): { get(): T; made: () => T | undefined } {
  let value: T | undefined;
  return {
    get: () => {
      value ??= make();
      return value;
    },
    made: () => value,
  };
}

/** Cases of each row that `.ci/run` compares with QEMU, new ones every day. */
export const LIVE_CASES = 2000;

export type SuiteName = 'system' | 'user' | 'pointers';

/** The command that runs one case alone. */
export function caseCommand(
  row: string,
  seed: number,
  index: number,
  engine: OracleEngine,
  configuration = '',
): string {
  const options = engine === 'interpreter' ? '' : `--engine ${engine}`;
  return ['npm run oracle -- case', row, seed, index, configuration, options]
    .filter((word) => word !== '')
    .join(' ');
}
