/** What a chunk that was made zero is: no memory of its own. */
export const ZERO = 'zero';

/** Chunks of equal size by number; a missing one is whatever lies beneath. */
export class ChunkMap {
  /** Bytes of a chunk. */
  readonly granularity: number;
  private readonly chunks = new Map<number, Uint8Array | typeof ZERO>();

  constructor(granularity: number) {
    this.granularity = granularity;
  }

  /** Bytes of memory that chunks take. */
  get bytes(): number {
    let count = 0;
    for (const chunk of this.chunks.values()) if (chunk !== ZERO) count++;
    return count * this.granularity;
  }

  get(index: number): Uint8Array | typeof ZERO | undefined {
    return this.chunks.get(index);
  }

  set(index: number, chunk: Uint8Array | typeof ZERO): void {
    this.chunks.set(index, chunk);
  }

  delete(index: number): void {
    this.chunks.delete(index);
  }

  clear(): void {
    this.chunks.clear();
  }

  /** In ascending order. */
  entries(): (readonly [index: number, chunk: Uint8Array | typeof ZERO])[] {
    return [...this.chunks].sort(([a], [b]) => a - b);
  }

  /** Splits a range at chunk borders: the chunk, where in it the piece begins, its bytes, and what came before. */
  split(
    offset: number,
    length: number,
    visit: (index: number, start: number, bytes: number, done: number) => void,
  ): void {
    let done = 0;
    while (done < length) {
      const at = offset + done;
      const index = Math.floor(at / this.granularity);
      const start = at - index * this.granularity;
      const bytes = Math.min(this.granularity - start, length - done);
      visit(index, start, bytes, done);
      done += bytes;
    }
  }
}
