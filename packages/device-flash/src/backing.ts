/** Where a bank's contents come from, and where changes go. */
export interface FlashBacking {
  /** The contents when the machine is built, from the bank's start; they may be shorter than the bank. */
  load(): Uint8Array | Promise<Uint8Array>;
  /** Keeps bytes that the guest changed. When it throws, the guest sees the operation fail. */
  store(offset: number, bytes: Uint8Array): void;
  /** The machine is disposed of. */
  close?(): void;
}

/** A backing in host memory, whose bytes outlive the machine. */
export interface MemoryBacking extends FlashBacking {
  /** What the bank holds, as far as it was ever loaded or stored. */
  readonly bytes: Uint8Array;
}

/** Keeps a bank's contents in host memory. @param initial contents to begin with; they are copied */
export function memoryBacking(initial: Uint8Array = new Uint8Array()): MemoryBacking {
  let bytes = initial.slice();
  return {
    get bytes() {
      return bytes;
    },
    load: () => bytes,
    store(offset, changed) {
      const end = offset + changed.length;
      if (end > bytes.length) {
        const longer = new Uint8Array(end);
        longer.set(bytes);
        bytes = longer;
      }
      bytes.set(changed, offset);
    },
  };
}
