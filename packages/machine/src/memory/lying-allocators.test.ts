import { bitmapAllocator } from '@armature/allocator-bitmap';
import { type FrameAllocator, type FrameAllocatorFactory, MiB, PAGE_SIZE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { DATA, failure, fillPages, guest } from '../../test/on-demand-guests.ts';
import { createArena, onDemand } from '../index.ts';

describe('an allocator that', () => {
  type Lies = Partial<Record<keyof FrameAllocator, unknown>>;

  /** The bitmap allocator with some of its answers replaced, once it has handed out 300 frames. */
  function liar(lie: (real: FrameAllocator, last: () => number) => Lies): FrameAllocatorFactory {
    return {
      name: 'liar',
      create(range) {
        const real = bitmapAllocator().create(range);
        let last = -1;
        let count = 0;
        const lies = lie(real, () => last);
        const honest: Lies = {
          base: real.base,
          count: real.count,
          alloc: (order: number) => {
            if (count++ >= 300 && lies.alloc) return (lies.alloc as (order: number) => number)(order);
            last = real.alloc(order);
            return last;
          },
          free: lies.free ?? ((frame: number, order: number) => real.free(frame, order)),
          drain: () => real.drain(),
        };
        const { alloc: _, ...others } = lies;
        return { ...honest, ...others } as unknown as FrameAllocator;
      },
    };
  }

  test.each<[string, (real: FrameAllocator, last: () => number) => Lies, string]>([
    ['hands out a frame in use', (_, last) => ({ alloc: last }), 'handed out frame \\d+, which is in use'],
    [
      'hands out a frame below its own',
      (real) => ({ alloc: () => real.base - 1 }),
      'which it does not manage',
    ],
    [
      'hands out a frame past its own',
      (real) => ({ alloc: () => real.base + real.count }),
      'does not manage',
    ],
    ['hands out the null page', () => ({ alloc: () => 0 }), 'handed out frame 0, which it does not manage'],
    ['hands out half a frame', (real) => ({ alloc: () => real.base + 0.5 }), 'does not manage'],
    ['hands out nothing', () => ({ alloc: () => undefined }), 'handed out frame undefined'],
    ['hands out a string', () => ({ alloc: () => '500' }), 'does not manage'],
    ['hands out not a number', () => ({ alloc: () => Number.NaN }), 'does not manage'],
    ['says it has none', () => ({ alloc: () => -1 }), 'has no frame left, with 300 of \\d+ in use'],
    [
      'throws',
      () => ({
        alloc: () => {
          throw new Error('out of order');
        },
      }),
      'threw in alloc: out of order',
    ],
  ])('%s is named, and other machines go on', async (_what, lie, message) => {
    const arena = createArena({ name: 'x', size: MiB(8), overhead: MiB(8) });
    const victim = await guest({ backing: onDemand({ arena, allocator: liar(lie) }) }, fillPages(20, 3));
    await victim.run();
    const kept = victim.memory.read(DATA, 20 * PAGE_SIZE);
    const greedy = await guest({ backing: onDemand({ arena }) }, fillPages(600, 9));
    const error = await failure(() => greedy.run());
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toMatch(new RegExp(`^allocator liar of arena x .*${message}`));
    expect(error.context).toMatchObject({ allocator: 'liar', arena: 'x' });
    expect(victim.memory.read(DATA, 20 * PAGE_SIZE)).toEqual(kept);
  });

  test.each<[string, Lies, string]>([
    [
      'refuses a frame back',
      { free: () => 1 },
      'does not take frame \\d+ back, which it handed out: doubleFree',
    ],
    [
      'throws when it gets one back',
      {
        free: () => {
          throw new Error('no');
        },
      },
      'threw in free: no',
    ],
  ])('%s is named, and the frame is zero', async (_what, lies, message) => {
    const arena = createArena({ name: 'x', size: MiB(8), overhead: MiB(8) });
    const machine = await guest(
      { backing: onDemand({ arena, allocator: liar(() => lies) }) },
      fillPages(20, 3),
    );
    await machine.run();
    const at = machine.memory.hostOffset(DATA);
    const error = await failure(() => machine.memory.release(DATA, 20 * PAGE_SIZE));
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toMatch(new RegExp(message));
    expect(machine.memory.bytes.subarray(at, at + PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
    expect(machine.memory.readU64(DATA + 8)).toBe(0n);
    expect(machine.memory.readU64(DATA + PAGE_SIZE + 8)).toBe(4n);
    expect((await failure(() => machine.dispose())).code).toBe('ALLOCATOR_MISBEHAVED');
    expect(machine.memory.bytes.some((byte) => byte !== 0)).toBe(false);
  });

  test.each<[string, Lies | Error, string]>([
    ['manages frames that are not its own', { base: 0 }, 'manages 2048 frames from 0, asked for 2048 from'],
    ['manages too many', { count: 4096 }, 'manages 4096 frames'],
    ['manages no number of them', { count: Number.NaN }, 'manages NaN frames'],
    ['can’t be made', new Error('never'), 'threw in create: never'],
  ])('%s is refused at once', async (_what, lies, message) => {
    const made = liar(() => lies as Lies);
    const allocator: FrameAllocatorFactory =
      lies instanceof Error
        ? {
            name: 'liar',
            create() {
              throw lies;
            },
          }
        : made;
    const arena = createArena({ size: MiB(8), overhead: MiB(8) });
    const error = await failure(() => guest({ backing: onDemand({ arena, allocator }) }));
    expect(error.code).toBe('ALLOCATOR_MISBEHAVED');
    expect(error.message).toContain(message);
  });
});
