import { bitmapAllocator } from '@armature/allocator-bitmap';
import { buddyAllocator } from '@armature/allocator-buddy';
import { extentAllocator } from '@armature/allocator-extent';
import { hierarchicalAllocator } from '@armature/allocator-hierarchical';
import { treeAllocator } from '@armature/allocator-tree';
import {
  ArmatureError,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorFactory,
  type FrameAllocatorSnapshot,
  MiB,
  NO_FRAME,
  PAGE_SIZE,
  PhysicalMemory,
} from '@armature/core';
import { createTableBuilder } from '@armature/mmu';
import { describe, expect } from 'vitest';
import { MemoryManager, type MemoryResult } from '../src/index.ts';

export const RAM_BASE = 0x4000_0000;
export const ROM_BASE = 0x1000_0000;
export const DEVICE = 0x0900_0000;

/** 32 MiB of RAM at 1 GiB, and 64 KiB of ROM. */
export function makeMemory(): PhysicalMemory {
  const size = MiB(32);
  return new PhysicalMemory(new WebAssembly.Memory({ initial: (size + 0x2_0000) / 65536 }), [
    { name: 'rom', base: ROM_BASE, size: 0x1_0000, kind: 'rom', hostOffset: 0x1_0000 },
    { name: 'ram', base: RAM_BASE, size, kind: 'ram', hostOffset: 0x2_0000 },
  ]);
}

/** Makes a manager of the first pages of RAM. */
export type ManagerMaker = (options?: { pages?: number; memory?: PhysicalMemory }) => {
  readonly memory: PhysicalMemory;
  readonly allocator: FrameAllocator;
  readonly manager: MemoryManager;
};

export const managerMaker =
  (factory: FrameAllocatorFactory): ManagerMaker =>
  ({ pages = 4096, memory = makeMemory() } = {}) => {
    const allocator = factory.create({ base: RAM_BASE / PAGE_SIZE, count: pages });
    const manager = new MemoryManager({ memory, allocator, tables: createTableBuilder() });
    return { memory, allocator, manager };
  };

/** Runs tests with each allocator that a machine can name, with its options, and with a plain one. */
export function withEachAllocator(
  tests: (makeManager: ManagerMaker, factory: FrameAllocatorFactory) => void,
): void {
  describe.each<[string, FrameAllocatorFactory]>([
    ['bitmap', bitmapAllocator()],
    ['hierarchical', hierarchicalAllocator()],
    ['buddy', buddyAllocator()],
    ['buddy with magazines', buddyAllocator({ magazines: {} })],
    ['tree', treeAllocator()],
    ['shared tree', treeAllocator({ workers: 2 })],
    ['extent', extentAllocator()],
    ['plain', { name: 'plain', create: (range) => new PlainAllocator(range) }],
  ])('with the %s allocator', (_name, factory) => tests(managerMaker(factory), factory));
}

/** The value of a result that must be good. */
export function good<Result extends MemoryResult>(result: Result): Extract<Result, { ok: true }> {
  expect(result).toMatchObject({ ok: true });
  return result as Extract<Result, { ok: true }>;
}

/** An allocator as simple as can be, a byte per frame: the base for ones that break their contract. */
export class PlainAllocator implements FrameAllocator {
  readonly name: string = 'plain';
  readonly base: number;
  readonly count: number;
  protected readonly states: Uint8Array;
  private readonly tags: { frame: number; count: number; tag: string }[] = [];

  constructor({ base = RAM_BASE / PAGE_SIZE, count = 64 } = {}) {
    this.base = base;
    this.count = count;
    this.states = new Uint8Array(count);
  }

  alloc(order: number): number {
    return this.allocRun(2 ** order, { align: 2 ** order });
  }

  free(frame: number, order: number): 0 | 1 {
    return this.freeRun(frame, 2 ** order);
  }

  allocRun(count: number, { align = 1 } = {}): number {
    for (let frame = this.base; frame + count <= this.base + this.count; frame++) {
      if (frame % align === 0 && this.allocAt(frame, count)) return frame;
    }
    return NO_FRAME;
  }

  allocAt(frame: number, count: number): boolean {
    return this.mark(frame, count, FRAME_STATE.free, FRAME_STATE.used);
  }

  freeRun(frame: number, count: number): 0 | 1 {
    const done = this.mark(frame, count, FRAME_STATE.used, FRAME_STATE.free);
    return done ? FREE_STATUS.ok : FREE_STATUS.doubleFree;
  }

  allocBatch(): number {
    return 0;
  }

  freeBatch(): 2 {
    return FREE_STATUS.notAllocated;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const done = this.mark(frame, count, FRAME_STATE.free, FRAME_STATE.reserved);
    if (done) this.tags.push({ frame, count, tag });
    return done;
  }

  reservations() {
    return this.tags;
  }

  state(frame: number) {
    return (this.states[frame - this.base] ?? FRAME_STATE.reserved) as 0 | 1 | 2;
  }

  drain(): void {}

  stats() {
    const of = (state: number): number => this.states.filter((s) => s === state).length;
    return {
      total: this.count,
      free: of(FRAME_STATE.free),
      used: of(FRAME_STATE.used),
      reserved: of(FRAME_STATE.reserved),
      allocations: 0,
      frees: 0,
      failures: 0,
    };
  }

  reset(): void {
    this.states.forEach((state, i) => {
      if (state === FRAME_STATE.used) this.states[i] = FRAME_STATE.free;
    });
  }

  snapshot(): FrameAllocatorSnapshot {
    return { type: 'plain', version: 1, base: this.base, count: this.count, data: [...this.states] };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    if (snapshot.type !== 'plain' || snapshot.base !== this.base || snapshot.count !== this.count) {
      throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not of this allocator');
    }
    this.states.set(snapshot.data as number[]);
  }

  validate(): string[] {
    return [];
  }

  private mark(frame: number, count: number, from: number, to: number): boolean {
    const slice = this.states.subarray(frame - this.base, frame - this.base + count);
    if (slice.length !== count || !slice.every((state) => state === from)) return false;
    slice.fill(to);
    return true;
  }
}
