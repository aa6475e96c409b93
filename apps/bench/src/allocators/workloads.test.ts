import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { describe, expect, test } from 'vitest';
import {
  frameMap,
  lookAt,
  meanOf,
  measureLifetimes,
  measureUniform,
  ORDERS,
  replayGuest,
} from './fragmentation.ts';
import { peakOf, readTrace, replay, writeTrace } from './guest-trace.ts';
import { runJob } from './jobs.ts';
import { FIRST_FRAME, type MeasuredAllocator } from './measured-allocator.ts';
import { NaiveBitmap } from './naive-bitmap.ts';
import { NullAllocator } from './null-allocator.ts';
import { normal, randomOf, shuffled } from './random.ts';
import { sampleRates } from './sampling.ts';
import { SUBJECTS } from './subjects.ts';
import { recordedTrace } from './trace-file.ts';
import { measureCell, occupy, picksOf, WORKLOADS } from './workloads.ts';

const RANGE = { base: FIRST_FRAME, count: 4096 };
const SHORT = { settling: 0, warmUp: 0, sample: 1, samples: 1 };

const frameMapOf = (allocator: NaiveBitmap): number[] =>
  Array.from({ length: allocator.count }, (_, at) => at).filter(
    (at) => allocator.state(allocator.base + at) !== 0,
  );

describe('random numbers', () => {
  test('are the same in every run, and as in harness.h', () => {
    const random = randomOf();
    expect([random(1000), random(1000), random(1000)]).toEqual([random, random, random].map(again()));
    expect([...shuffled(100, randomOf())].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, at) => at),
    );
  });

  test('normal ones have their mean and variance', () => {
    const random = randomOf(5);
    const values = Array.from({ length: 20_000 }, () => normal(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  function again(): () => number {
    const random = randomOf();
    return () => random(1000);
  }
});

describe('samples', () => {
  test('are rates', () => {
    let time = 0;
    const portion = (): number => {
      time += 5;
      return 100;
    };
    expect(sampleRates(portion, { warmUp: 20, sample: 10, samples: 3 }, () => time)).toEqual([20, 20, 20]);
  });

  test('of something slow are few', () => {
    let time = 0;
    const slow = (step: number) => () => {
      time += step;
      return 1000;
    };
    const times = { warmUp: 10, sample: 10, samples: 5 };
    expect(sampleRates(slow(2000), times, () => time)).toEqual([0.5]);
    expect(sampleRates(slow(600), times, () => time)).toHaveLength(1);
  });
});

describe('picks', () => {
  test('come once in a batch, and portions are whole batches', () => {
    for (const held of [1, 3, 100, 4096, 30_000, 100_000]) {
      const { picks, batch, portion } = picksOf(held, randomOf());
      expect(portion % batch).toBe(0);
      expect(picks.length % batch).toBe(0);
      expect(portion).toBeLessThanOrEqual(picks.length);
      for (let from = 0; from < Math.min(picks.length, 20 * batch); from += batch) {
        expect(new Set(picks.subarray(from, from + batch)).size).toBe(batch);
      }
    }
  });

  test('held blocks are those in use', () => {
    const allocator = new NaiveBitmap({ ...RANGE, count: 512 });
    const held = occupy(withoutFill(allocator), 2, 0.5, randomOf());
    expect(held).toHaveLength(64);
    const used = Array.from(held).flatMap((frame) => [frame, frame + 1, frame + 2, frame + 3]);
    expect(new Set(used).size).toBe(256);
    for (const frame of used) expect(allocator.state(frame)).not.toBe(0);
  });
});

/** The same without the short way to fill it. */
function withoutFill(allocator: MeasuredAllocator): MeasuredAllocator {
  return new Proxy(allocator, {
    get: (target, key) => {
      const value = key === 'fill' ? undefined : Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const NAMED = SUBJECTS.map((subject) => [subject.name, subject] as const);

describe('every workload', () => {
  test.each(NAMED)('is done by %s', async (name, subject) => {
    const create = await subject.load();
    for (const workload of WORKLOADS) {
      if (name === 'null' && (workload === 'fail' || workload === 'dma')) continue;
      for (const order of workload === 'fail' ? [1, 4] : workload === 'bulk' ? [0] : [0, 3, 9]) {
        const cell = { workload, frames: RANGE.count, order, occupancy: 0.5 };
        const { samples, failed } = measureCell(create(RANGE), cell, SHORT);
        expect(samples.every((sample) => sample > 0)).toBe(true);
        expect(failed).toBeLessThan(workload === 'fail' ? 1.1 : workload === 'dma' ? 0.2 : 1e-9);
      }
    }
  });

  test.each(NAMED.filter(([, { speedOnly }]) => !speedOnly))(
    'breaks memory up with %s',
    async (_, subject) => {
      const create = await subject.load();
      const count = 8192;
      const uniform = measureUniform(create, count, 0.5);
      expect(uniform.looks).toHaveLength(101);
      expect(uniform.map).toMatch(/^[0-8]{16}$/);
      expect(uniform.mean.unusable).toHaveLength(ORDERS.length);
      const lifetimes = measureLifetimes(create, count, 0.7);
      expect(lifetimes.looks).toHaveLength(100);
      expect(lifetimes.lifetimes!.allocations).toBeGreaterThan(100_000);
      expect(lifetimes.mean.unusable.at(-1)).toBeGreaterThan(0);
    },
  );
});

describe('looks', () => {
  test('are at the states of frames', () => {
    const allocator = new NaiveBitmap({ base: 0, count: 2048 });
    allocator.allocRun(600);
    const look = lookAt(allocator, 1);
    expect(look).toMatchObject({ freeHugeFrames: 2, largestRun: 2048 - 600 });
    expect(look.huge).toBeCloseTo(1024 / 1448);
    expect(look.unusable.at(-1)).toBeCloseTo(424 / 1448);
    expect(frameMap(allocator)).toBe('8200');
    allocator.allocRun(1448);
    expect(lookAt(allocator, 1)).toMatchObject({ huge: 0, freeHugeFrames: 0, largestRun: 0 });
  });

  test('means are of the second half', () => {
    const looks = [0.25, 0.5, 0.75, 1].map((at) => ({
      at,
      unusable: ORDERS.map(() => at),
      huge: at,
      freeHugeFrames: 8 * at,
      largestRun: 4 * at,
    }));
    expect(meanOf(looks)).toEqual({
      unusable: ORDERS.map(() => 0.875),
      huge: 0.875,
      freeHugeFrames: 7,
      largestRun: 3.5,
    });
  });
});

describe('traces', () => {
  test('are read as they were written', () => {
    const steps = [1, 1, 1, 4, 4, ~0, ~1, ~2, ~4, ~3, 1, ~5];
    const text = writeTrace(steps, ['a guest', 'of two lines']);
    expect(text).toBe('# a guest\n# of two lines\n+3 +2x4 -x3 -2 --1 + -2\n');
    const trace = readTrace(text);
    expect([...trace.steps]).toEqual(steps);
    expect([...trace.sizes]).toEqual([1, 1, 1, 4, 4, 1]);
    expect(trace.notes).toEqual(['a guest', 'of two lines']);
    expect(peakOf(trace)).toBe(11);
  });

  test.each([
    ['+2 -x3', "'-x3' frees what is not in use"],
    ['+2 - -0', "'-0' frees what is not in use"],
    ['+2 *', "not a word of a trace: '*'"],
  ])('%s makes no sense', (text, message) => {
    expect(() => readTrace(text)).toThrow(message);
  });

  test('are replayed', () => {
    const allocator = new NaiveBitmap({ base: FIRST_FRAME, count: 64 });
    const seen: number[][] = [];
    replay(readTrace('+3 +2x4 -x3 -2'), allocator, 4, (events, used) => seen.push([events, used]));
    expect(seen).toEqual([
      [4, 7],
      [8, 8],
    ]);
    // The aligned run of four that was made first.
    expect(frameMapOf(allocator)).toEqual([4, 5, 6, 7]);
    expect(() => replay(readTrace('+65'), new NaiveBitmap({ base: 0, count: 64 }))).toThrow(
      '1 frames cannot be had',
    );
  });

  test('one was recorded, and every frame of it given back', async () => {
    const trace = readTrace(recordedTrace());
    expect(trace.notes[0]).toContain('linux-user');
    expect(trace.events).toBeGreaterThan(50_000);
    const create = await SUBJECTS.find(({ name }) => name === 'bitmap')!.load();
    const { guest, looks } = replayGuest(create, 0.9);
    expect(guest).toMatchObject({ events: trace.events });
    expect(guest!.frames * 0.9).toBeGreaterThanOrEqual(peakOf(trace) - 32);
    expect(looks.length).toBeGreaterThanOrEqual(99);
  });
});

describe('baselines', () => {
  test('the naive bitmap takes the first that fits', () => {
    const bitmap = new NaiveBitmap({ base: 100, count: 64 });
    expect([bitmap.alloc(0), bitmap.alloc(0), bitmap.alloc(2)]).toEqual([100, 101, 104]);
    expect(bitmap.allocRun(3, { boundary: 4 })).toBe(108);
    expect(bitmap.allocRun(4, { low: 120, high: 130 })).toBe(120);
    expect(bitmap.allocRun(8, { low: 120, high: 126 })).toBe(NO_FRAME);
    expect(bitmap.free(102, 0)).toBe(FREE_STATUS.doubleFree);
    expect(bitmap.free(99, 0)).toBe(FREE_STATUS.outOfRange);
    expect(bitmap.freeRun(163, 2)).toBe(FREE_STATUS.outOfRange);
    expect(bitmap.free(104, 2)).toBe(FREE_STATUS.ok);
    expect(bitmap.alloc(2)).toBe(104);
  });

  test('the one that passes full words takes the same', () => {
    const range = { base: 100, count: 200 };
    const [one, other] = [new NaiveBitmap(range), new NaiveBitmap(range, { passesFullWords: true })];
    const take = (bitmap: NaiveBitmap): number[] => [
      bitmap.allocRun(70),
      bitmap.alloc(0),
      bitmap.free(110, 0),
      bitmap.allocRun(30, { boundary: 32 }),
      bitmap.alloc(3),
      bitmap.alloc(0),
      bitmap.allocRun(60),
      bitmap.allocRun(60),
      bitmap.allocRun(2, { low: 110, high: 131 }),
    ];
    expect(take(other)).toEqual(take(one));
    expect(frameMapOf(other)).toEqual(frameMapOf(one));
  });

  test('a batch of the naive bitmap is all or nothing', () => {
    const bitmap = new NaiveBitmap({ base: 0, count: 32 });
    expect(bitmap.allocBatch(new Int32Array(33))).toBe(0);
    expect(bitmap.allocBatch(new Int32Array(31))).toBe(31);
    expect(bitmap.freeBatch(Int32Array.of(3, 4, 31))).toBe(FREE_STATUS.doubleFree);
    expect([bitmap.state(3), bitmap.state(4)]).toEqual([bitmap.state(5), bitmap.state(5)]);
    expect(bitmap.freeBatch(Int32Array.of(3, 4))).toBe(FREE_STATUS.ok);
    expect(bitmap.alloc(0)).toBe(3);
  });

  test('the null allocator stays in its range', () => {
    const none = new NullAllocator(RANGE);
    for (let at = 0; at < 10_000; at++) {
      const frame = none.alloc(3);
      expect(frame - none.base >= 0 && frame < none.base + none.count).toBe(true);
    }
    expect(none.free(none.base, 0)).toBe(FREE_STATUS.ok);
    expect(none.free(-1, 0)).toBe(FREE_STATUS.outOfRange);
    expect(none.freeBatch(Int32Array.of(1, -1))).toBe(FREE_STATUS.outOfRange);
  });
});

describe('jobs of a process', () => {
  test.each([
    ['tree churn', 'not a cell: tree churn'],
    ['tree churn many 0', 'not a cell'],
    ['tree swim 4096', "no workload 'swim'"],
    ['slab churn 4096', "no allocator 'slab'"],
  ])('%s is none', async (text, message) => {
    await expect(runJob(text.split(' '))).rejects.toThrow(message);
  });

  test('give what is printed', async () => {
    const cell = (await runJob('buddy churn 4096 3 0.9 0 0 1 2'.split(' '))) as { samples: number[] };
    expect(cell.samples).toHaveLength(2);
  });
});
