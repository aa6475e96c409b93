import type { Configuration } from './layout.ts';

/** Something that runs cases: QEMU, our own CPU. */
export interface OracleDriver {
  readonly name: string;
  /**
   * Runs cases one after the other, each from a clean state.
   *
   * @param cases records of `CASE.size` words.
   * @returns one record of `RESULT.size` words per case.
   */
  run(configuration: Configuration, cases: Int32Array): Int32Array;
}

/** Our own CPU as such a thing. */
export interface OurDriver extends OracleDriver {
  /** How many instructions were compiled so far. */
  compiled(): number;
}
