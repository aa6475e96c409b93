/** Something that says what becomes of instruction words: QEMU, our own CPU. */
export interface WordDriver {
  readonly name: string;
  /**
   * Runs words one by one, each from the same state.
   *
   * @param tags one per word, as `tagOf` makes them.
   * @returns one byte per word: the exception class that it raised, or {@link COMPLETED}.
   */
  run(words: Uint32Array, tags: Uint8Array): Promise<Uint8Array>;
}

/** The class of a software step exception from the same level: the word has completed. */
export const COMPLETED = 0x33;
/** The same from a lower level. */
export const COMPLETED_LOWER = 0x32;
/** QEMU itself aborts on the word: no exception class, which have six bits. */
export const ABORTED = 0xff;
