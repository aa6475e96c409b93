/** Bytes in the order they came, kept as the pieces they came in. */
export class InputQueue {
  private pieces: Uint8Array[] = [];
  /** Bytes of the first piece that were taken. */
  private taken = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.pieces.push(bytes.slice());
    this.count += bytes.length;
  }

  /** Fills `target` with the oldest bytes; there must be enough. */
  take(target: Uint8Array): void {
    let done = 0;
    while (done < target.length) {
      const piece = this.pieces[0].subarray(this.taken, this.taken + target.length - done);
      target.set(piece, done);
      done += piece.length;
      this.taken += piece.length;
      if (this.taken < this.pieces[0].length) continue;
      this.pieces.shift();
      this.taken = 0;
    }
    this.count -= target.length;
  }

  clear(): void {
    this.pieces = [];
    this.taken = 0;
    this.count = 0;
  }

  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.count);
    let at = 0;
    for (const [index, piece] of this.pieces.entries()) {
      const rest = index === 0 ? piece.subarray(this.taken) : piece;
      bytes.set(rest, at);
      at += rest.length;
    }
    return bytes;
  }
}
