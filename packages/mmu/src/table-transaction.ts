import { PAGE_SIZE, type PhysicalMemory, type TableFrames } from '@armature/core';

interface Overwritten {
  readonly address: number;
  readonly descriptor: bigint;
}

/**
 * Changes of tables that happen whole or leave no trace. Frames that fall free go back only on commit; frames
 * taken go back on roll-back. Writes to tables that are new need no record, for nothing points to them yet.
 */
export class TableTransaction {
  /** Table frames held, root included. */
  framesInUse = 0;
  private readonly memory: PhysicalMemory;
  private readonly frames: TableFrames;
  private overwritten: Overwritten[] = [];
  private taken = new Set<number>();
  private released: number[] = [];

  constructor(memory: PhysicalMemory, frames: TableFrames) {
    this.memory = memory;
    this.frames = frames;
  }

  begin(): void {
    this.overwritten = [];
    this.taken = new Set();
    this.released = [];
  }

  /** Address of a zeroed table, or -1. A frame that is not memory goes straight back. */
  allocate(): number {
    const frame = this.frames.alloc();
    if (frame < 0) return -1;
    const address = frame * PAGE_SIZE;
    if (!this.memory.contains(address, PAGE_SIZE)) {
      this.frames.free(frame);
      return -1;
    }
    this.memory.fill(address, PAGE_SIZE, 0);
    this.taken.add(address);
    this.framesInUse++;
    return address;
  }

  write(table: number, index: number, descriptor: bigint): void {
    const address = table + 8 * index;
    if (!this.taken.has(table)) {
      this.overwritten.push({ address, descriptor: this.memory.readU64(address) });
    }
    this.memory.writeU64(address, descriptor);
  }

  /** Gives a table's frame back when the transaction commits. */
  release(table: number): void {
    this.released.push(table);
  }

  commit(): void {
    for (const table of this.released) this.free(table);
    this.begin();
  }

  rollBack(): void {
    for (const { address, descriptor } of this.overwritten.reverse()) {
      this.memory.writeU64(address, descriptor);
    }
    for (const table of this.taken) this.free(table);
    this.begin();
  }

  private free(table: number): void {
    this.framesInUse--;
    this.frames.free(table / PAGE_SIZE);
  }
}
