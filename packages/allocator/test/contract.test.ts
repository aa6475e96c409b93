import { readFileSync } from 'node:fs';
import {
  FREE_STATUS,
  type FrameAllocatorSnapshot,
  isArmatureError,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import { describe, expect, test, vi } from 'vitest';
import type { MakeFrameAllocator } from '../src/contract/harness.ts';
import { frameAllocatorContract, runFrameAllocatorContract } from '../src/contract.ts';
import { ArrayAllocator } from './array-allocator.ts';

runFrameAllocatorContract({ describe, test }, (range) => new ArrayAllocator(range));

test('the README shows the allocator that is tested here', () => {
  const source = readFileSync(new URL('./array-allocator.ts', import.meta.url), 'utf8');
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(source);
});

/** Whether the allocator passes every case. */
function passes(make: MakeFrameAllocator): boolean {
  try {
    for (const { run } of frameAllocatorContract(make)) run();
    return true;
  } catch (error) {
    if (isArmatureError(error) && error.code === 'ALLOCATOR_MISBEHAVED') return false;
    throw error;
  }
}

/** Allocators with one fault each. */
const FAULTY: Record<string, new (range: { base: number; count: number }) => ArrayAllocator> = {
  'blocks are not aligned': class extends ArrayAllocator {
    override alloc(order: number) {
      return this.allocRun(2 ** order);
    }
  },
  'blocks are aligned from the base': class extends ArrayAllocator {
    override alloc(order: number) {
      for (let frame = this.base; frame < this.base + this.count; frame += 2 ** order) {
        if (this.allocAt(frame, 2 ** order)) return frame;
      }
      return NO_FRAME;
    }
  },
  'large orders wrap around': class extends ArrayAllocator {
    override alloc(order: number) {
      return super.alloc(order & 31);
    }
  },
  ...Object.fromEntries(
    (['align', 'low', 'high', 'boundary'] as const).map((name) => [
      `runs ignore ${name}`,
      class extends ArrayAllocator {
        override allocRun(count: number, { [name]: _, ...constraints }: RunConstraints = {}) {
          return super.allocRun(count, constraints);
        }
      },
    ]),
  ),
  'the last frame is never given': class extends ArrayAllocator {
    override allocRun(count: number, constraints: RunConstraints = {}) {
      return super.allocRun(count, { high: this.base + this.count - 1, ...constraints });
    }
  },
  'room is overlooked': class extends ArrayAllocator {
    override allocRun(count: number, constraints?: RunConstraints) {
      return count > 1 && this.stats().free < 2 * count ? NO_FRAME : super.allocRun(count, constraints);
    }
  },
  'allocAt takes what it can': class extends ArrayAllocator {
    override allocAt(frame: number, count: number) {
      if (super.allocAt(frame, count)) return true;
      if (this.isFree(frame, 1)) this.fill(frame, 1, this.nextRun++);
      return false;
    }
  },
  'a batch takes what there is': class extends ArrayAllocator {
    override allocBatch(out: Int32Array) {
      return out.reduce((given) => given + (this.alloc(0) === NO_FRAME ? 0 : 1), 0);
    }
  },
  'a batch of frees stops in the middle': class extends ArrayAllocator {
    override freeBatch(frames: Int32Array) {
      for (const frame of frames) {
        const status = this.freeRun(frame, 1);
        if (status !== FREE_STATUS.ok) return status;
      }
      return FREE_STATUS.ok;
    }
  },
  'a frame twice in a batch is overlooked': class extends ArrayAllocator {
    override freeBatch(frames: Int32Array) {
      return super.freeBatch(Int32Array.from(new Set(frames)));
    }
  },
  'a double free is accepted': class extends ArrayAllocator {
    override freeRun(frame: number, count: number) {
      const status = super.freeRun(frame, count);
      return status === FREE_STATUS.doubleFree ? FREE_STATUS.ok : status;
    }
  },
  'sizes are not remembered': class extends ArrayAllocator {
    override freeRun(frame: number, count: number) {
      if (!this.ownersOf(frame, count)?.every((owner) => owner > 0)) return super.freeRun(frame, count);
      this.fill(frame, count, 0);
      this.counters.frees++;
      return FREE_STATUS.ok;
    }
  },
  'misalignment is not noticed': class extends ArrayAllocator {
    override free(frame: number, order: number) {
      return this.freeRun(frame, 2 ** order);
    }
  },
  'a free leaks the last frame': class extends ArrayAllocator {
    override freeRun(frame: number, count: number) {
      const status = super.freeRun(frame, count);
      if (status === FREE_STATUS.ok && count > 4) this.fill(frame + count - 1, 1, this.nextRun++);
      return status;
    }
  },
  'reserve takes used frames': class extends ArrayAllocator {
    override reserve(frame: number, count: number, tag: string) {
      if (this.ownersOf(frame, count)) this.fill(frame, count, 0);
      return super.reserve(frame, count, tag);
    }
  },
  'reserved frames are given out': class extends ArrayAllocator {
    override isFree(frame: number, count: number) {
      return this.ownersOf(frame, count)?.every((owner) => owner <= 0) ?? false;
    }
  },
  'frames outside are free': class extends ArrayAllocator {
    override state(frame: number) {
      return frame < this.base ? 0 : super.state(frame);
    }
  },
  'reset forgets reservations': class extends ArrayAllocator {
    override reset() {
      super.reset();
      this.owners.fill(0);
      this.reserved = [];
    }
  },
  'reset keeps the counters': class extends ArrayAllocator {
    override reset() {
      this.owners = this.owners.map((owner) => Math.min(owner, 0));
    }
  },
  'failures are not counted': class extends ArrayAllocator {
    override stats() {
      return { ...super.stats(), failures: 0 };
    }
  },
  'statistics drift': class extends ArrayAllocator {
    override stats() {
      const stats = super.stats();
      return { ...stats, used: stats.used + (stats.frees > 100 ? 1 : 0) };
    }
  },
  'reservations are given out by reference': class extends ArrayAllocator {
    override reservations() {
      return this.reserved;
    }
  },
  'a snapshot shares memory': class extends ArrayAllocator {
    override snapshot() {
      return { ...super.snapshot(), data: { ...this } };
    }
  },
  'a restore shares memory': class extends ArrayAllocator {
    override restore(snapshot: FrameAllocatorSnapshot) {
      super.restore(snapshot);
      Object.assign(this, snapshot.data);
    }
  },
  'a snapshot forgets the sizes': class extends ArrayAllocator {
    override snapshot() {
      const snapshot = super.snapshot();
      const owners = this.owners.map((owner, index) => (owner > 0 ? index + 1 : owner));
      return { ...snapshot, data: { ...(snapshot.data as object), owners } };
    }
  },
  'any snapshot is restored': class extends ArrayAllocator {
    override restore({ data }: FrameAllocatorSnapshot) {
      Object.assign(this, data);
    }
  },
  'drain loses frames': class extends ArrayAllocator {
    override drain() {
      this.owners = this.owners.map((owner) => Math.min(owner, 0));
    }
  },
  'the search position is not in the snapshot': class extends ArrayAllocator {
    position = this.base;
    override allocRun(count: number, constraints: RunConstraints = {}) {
      const onwards = super.allocRun(count, { low: this.position, ...constraints });
      if (onwards === NO_FRAME) this.counters.failures--;
      const frame = onwards === NO_FRAME ? super.allocRun(count, constraints) : onwards;
      if (frame !== NO_FRAME) this.position = frame + count;
      return frame;
    }
  },
  'validate finds a fault': class extends ArrayAllocator {
    override validate() {
      return this.counters.frees > 3 ? ['broken'] : [];
    }
  },
};

describe('the suite finds', () => {
  test.each(Object.entries(FAULTY))('%s', (_, Faulty) => {
    expect(passes((range) => new Faulty(range))).toBe(false);
  });
});

test('a failure says what was expected and what was found', () => {
  const Faulty = FAULTY['blocks are not aligned']!;
  const { run } = frameAllocatorContract((range) => new Faulty(range)).find(({ name }) =>
    name.includes('naturally aligned'),
  )!;
  expect(run).toThrowError(
    expect.objectContaining({
      code: 'ALLOCATOR_MISBEHAVED',
      message: expect.stringMatching(/expected 0, got \d/),
    }),
  );
});

test('the names of the cases differ', () => {
  const names = frameAllocatorContract((range) => new ArrayAllocator(range)).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe('skipping', () => {
  const make: MakeFrameAllocator = (range) => new ArrayAllocator(range);
  const [first] = frameAllocatorContract(make);

  test('shows the reason', () => {
    const skipped = vi.fn();
    const ran = vi.fn();
    const runner = {
      describe: (_: string, body: () => void) => body(),
      test: Object.assign(ran, { skip: skipped }),
    };
    runFrameAllocatorContract(runner, make, { skip: [{ test: first!.name, reason: 'because' }] });
    expect(skipped).toHaveBeenCalledExactlyOnceWith(
      `${first!.name} (skipped: because)`,
      expect.any(Function),
    );
    expect(ran).toHaveBeenCalledTimes(frameAllocatorContract(make).length - 1);
  });

  test('a case that does not exist is an error', () => {
    expect(() =>
      runFrameAllocatorContract({ describe, test }, make, { skip: [{ test: 'x', reason: 'y' }] }),
    ).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
