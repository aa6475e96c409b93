import { PAGE_SIZE, type PhysicalMemory } from '@armature/core';
import type { MemoryManager } from '@armature/memory';

/** What {@link Frames.take} gives when memory is full. */
export const NO_FRAME = -1;

/**
 * Page frames of user memory, taken one by one from the memory manager and shared by counting: a frame goes back
 * when the last page or cache that holds it lets go.
 */
export class Frames {
  private readonly manager: Pick<MemoryManager, 'allocator' | 'memoryAllocPages' | 'memoryFree'>;
  private readonly memory: PhysicalMemory;
  private readonly base: number;
  private readonly counts: Uint32Array;
  private readonly reclaimers: (() => boolean)[] = [];
  /** Frames in use now, and the most there were. */
  inUse = 0;
  peak = 0;

  constructor(
    manager: Pick<MemoryManager, 'allocator' | 'memoryAllocPages' | 'memoryFree'>,
    memory: PhysicalMemory,
  ) {
    this.manager = manager;
    this.memory = memory;
    this.base = manager.allocator.base;
    this.counts = new Uint32Array(manager.allocator.count);
  }

  /** Frames that are managed, in use or not. */
  get total(): number {
    return this.counts.length;
  }

  /** Registers someone who can let frames go when there are none; it answers whether it did. */
  onShortage(reclaim: () => boolean): void {
    this.reclaimers.push(reclaim);
  }

  /** A frame with one holder, or {@link NO_FRAME}. Unless zeroed, it holds what was there before. */
  take(zero: boolean): number {
    for (;;) {
      const run = this.manager.memoryAllocPages(1, { zero });
      if (run.ok) {
        const frame = run.address / PAGE_SIZE;
        this.counts[frame - this.base] = 1;
        this.inUse++;
        if (this.inUse > this.peak) this.peak = this.inUse;
        return frame;
      }
      if (!this.reclaimers.some((reclaim) => reclaim())) return NO_FRAME;
    }
  }

  /** A copy of a frame, or {@link NO_FRAME}. */
  copy(frame: number): number {
    const copy = this.take(false);
    if (copy !== NO_FRAME) this.memory.write(copy * PAGE_SIZE, this.bytes(frame));
    return copy;
  }

  /** One more holder. */
  share(frame: number): void {
    this.counts[frame - this.base]++;
  }

  holders(frame: number): number {
    return this.counts[frame - this.base];
  }

  /** One holder less; the last one frees the frame. */
  give(frame: number): void {
    if (--this.counts[frame - this.base] > 0) return;
    this.inUse--;
    this.manager.memoryFree(frame * PAGE_SIZE);
  }

  /** The bytes of a frame, in place. Whoever changes them calls {@link Frames.changed}. */
  bytes(frame: number): Uint8Array {
    const at = this.memory.hostOffset(frame * PAGE_SIZE, PAGE_SIZE);
    return this.memory.bytes.subarray(at, at + PAGE_SIZE);
  }

  /** The bytes of a frame were changed by the host: engines drop code they derived from it. */
  changed(frame: number): void {
    this.memory.notifyWritten(frame * PAGE_SIZE, PAGE_SIZE);
  }

  /** Offset of a frame in machine memory. */
  hostOffset(frame: number): number {
    return this.memory.hostOffset(frame * PAGE_SIZE, PAGE_SIZE);
  }
}
