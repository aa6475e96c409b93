/** A first-in, first-out queue of 16-bit words that grows as needed. */
export class CharacterQueue {
  private words = new Uint16Array(32);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(word: number): void {
    if (this.count === this.words.length) this.grow();
    this.words[(this.head + this.count) & (this.words.length - 1)] = word;
    this.count++;
  }

  /** Takes the oldest word; 0 when there is none. */
  shift(): number {
    if (this.count === 0) return 0;
    const word = this.words[this.head];
    this.head = (this.head + 1) & (this.words.length - 1);
    this.count--;
    return word;
  }

  clear(): void {
    this.head = 0;
    this.count = 0;
  }

  toArray(): number[] {
    return Array.from(
      { length: this.count },
      (_, i) => this.words[(this.head + i) & (this.words.length - 1)],
    );
  }

  replace(words: readonly number[]): void {
    this.clear();
    for (const word of words) this.push(word);
  }

  private grow(): void {
    const larger = new Uint16Array(this.words.length * 2);
    larger.set(this.words.subarray(this.head));
    larger.set(this.words.subarray(0, this.head), this.words.length - this.head);
    this.words = larger;
    this.head = 0;
  }
}
