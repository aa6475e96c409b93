import { type DrivenClock, isArmatureError, manualClock, unconnectedLine } from '@armature/core';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, expect, test } from 'vitest';
import { Pl031, type Pl031Config } from './pl031.ts';
import { PL031_REGISTER as R } from './registers.ts';

const SECOND = 1e9;

function make(config: Omit<Pl031Config, 'clock' | 'irq'> = {}) {
  const clock = manualClock();
  const line = unconnectedLine();
  const rtc = new Pl031({ clock, irq: line, ...config });
  return { clock, line, rtc, pass: (seconds: number) => clock.advanceTo(clock.now() + seconds * SECOND) };
}

describe('contract', () => {
  for (const strict of [false, true]) {
    const suite = mmioDeviceContract(() => {
      const { rtc } = make({ startTime: 1_700_000_000, strict });
      return { device: rtc, size: 0x1000, component: rtc };
    });
    for (const { name, run } of suite) test(`${strict ? 'strict: ' : ''}${name}`, run);
  }
});

describe('counter', () => {
  test('counts seconds of the machine’s clock from the start time', () => {
    const { rtc, pass } = make({ startTime: 1_700_000_000 });
    expect(rtc.read(R.RTCDR, 4)).toBe(1_700_000_000);
    pass(0.999_999_999);
    expect(rtc.read(R.RTCDR, 4)).toBe(1_700_000_000);
    pass(0.000_000_001);
    expect(rtc.read(R.RTCDR, 4)).toBe(1_700_000_001);
    pass(86_400);
    expect(rtc.seconds).toBe(1_700_086_401);
  });

  test('RTCLR sets it and reads back what was written last', () => {
    const { rtc, pass } = make({ startTime: 5 });
    pass(3.5);
    rtc.write(R.RTCLR, 4, 0xffff_fffe);
    expect(rtc.read(R.RTCDR, 4)).toBe(0xffff_fffe);
    pass(4);
    expect(rtc.read(R.RTCDR, 4)).toBe(2);
    expect(rtc.read(R.RTCLR, 4)).toBe(0xffff_fffe);
    rtc.write(R.RTCDR, 4, 77);
    expect(rtc.read(R.RTCDR, 4)).toBe(2);
  });

  test('a start time after 2106 wraps; one that is no number of seconds is refused', () => {
    expect(make({ startTime: 2 ** 32 + 9 }).rtc.seconds).toBe(9);
    for (const startTime of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => make({ startTime })).toThrowError(/PL031 cannot start at/);
    }
  });

  test('it runs from reset, and RTCCR cannot stop it', () => {
    const { rtc, pass } = make();
    expect(rtc.read(R.RTCCR, 4)).toBe(1);
    rtc.write(R.RTCCR, 4, 0);
    expect(rtc.read(R.RTCCR, 4)).toBe(1);
    pass(2);
    expect(rtc.seconds).toBe(2);
  });

  test('strict: it stands until RTCCR starts it', () => {
    const { rtc, pass } = make({ startTime: 100, strict: true });
    pass(2);
    expect(rtc.read(R.RTCCR, 4)).toBe(0);
    expect(rtc.read(R.RTCDR, 4)).toBe(100);
    rtc.write(R.RTCLR, 4, 500);
    pass(2);
    expect(rtc.read(R.RTCDR, 4)).toBe(500);
    rtc.write(R.RTCCR, 4, 1);
    pass(2);
    expect(rtc.read(R.RTCDR, 4)).toBe(502);
    rtc.write(R.RTCCR, 4, 0);
    expect(rtc.read(R.RTCCR, 4)).toBe(1);
    rtc.reset();
    expect(rtc.read(R.RTCDR, 4)).toBe(106);
  });

  test('a reset forgets what the guest set', () => {
    const { rtc, pass, line } = make({ startTime: 100 });
    rtc.write(R.RTCLR, 4, 7);
    rtc.write(R.RTCIMSC, 4, 1);
    rtc.write(R.RTCMR, 4, 7);
    expect(line.level).toBe(true);
    pass(3);
    rtc.reset();
    expect(line.level).toBe(false);
    expect(rtc.read(R.RTCDR, 4)).toBe(103);
    expect([R.RTCMR, R.RTCLR, R.RTCIMSC, R.RTCRIS].map((at) => rtc.read(at, 4))).toEqual([0, 0, 0, 0]);
  });
});

describe('alarm', () => {
  test('rises when the counter becomes the match, once, until cleared', () => {
    const { rtc, line, pass } = make({ startTime: 1000 });
    rtc.write(R.RTCIMSC, 4, 0xffff_ffff);
    expect(rtc.read(R.RTCIMSC, 4)).toBe(1);
    pass(0.25);
    rtc.write(R.RTCMR, 4, 1003);
    pass(2.5);
    expect([rtc.seconds, line.level]).toEqual([1002, false]);
    pass(0.25);
    expect([rtc.seconds, line.level]).toEqual([1003, true]);
    expect([rtc.read(R.RTCRIS, 4), rtc.read(R.RTCMIS, 4)]).toEqual([1, 1]);
    rtc.write(R.RTCICR, 4, 1);
    expect([line.level, rtc.read(R.RTCRIS, 4)]).toEqual([false, 0]);
    pass(100);
    expect(line.level).toBe(false);
  });

  test('a match that is now rises at once; one in the past waits for the counter to wrap', () => {
    const { rtc, line, clock, pass } = make({ startTime: 1000 });
    rtc.write(R.RTCIMSC, 4, 1);
    rtc.write(R.RTCMR, 4, 1000);
    expect(line.level).toBe(true);
    rtc.write(R.RTCICR, 4, 1);
    rtc.write(R.RTCMR, 4, 999);
    expect(line.level).toBe(false);
    expect(clock.nextDeadline()).toBe((2 ** 32 - 1) * SECOND);
    pass(2 ** 32 - 1);
    expect(line.level).toBe(true);
    rtc.write(R.RTCICR, 4, 1);
    pass(2 ** 32);
    expect(line.level).toBe(true);
  });

  test('setting the time moves the alarm', () => {
    const { rtc, line, pass } = make();
    rtc.write(R.RTCIMSC, 4, 1);
    rtc.write(R.RTCMR, 4, 50);
    rtc.write(R.RTCLR, 4, 49);
    pass(1);
    expect(line.level).toBe(true);
  });

  test('while masked it is seen in RTCRIS alone, and no timer waits', () => {
    const { rtc, line, clock, pass } = make();
    rtc.write(R.RTCMR, 4, 5);
    expect(clock.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    pass(6);
    expect([rtc.read(R.RTCRIS, 4), rtc.read(R.RTCMIS, 4), line.level]).toEqual([1, 0, false]);
    rtc.write(R.RTCIMSC, 4, 1);
    expect(line.level).toBe(true);
  });

  test('any write to RTCICR clears; strict: only one of bit 0', () => {
    for (const strict of [false, true]) {
      const { rtc } = make({ strict });
      rtc.write(R.RTCCR, 4, 1);
      rtc.write(R.RTCMR, 4, 0);
      rtc.write(R.RTCICR, 4, 2);
      expect(rtc.read(R.RTCRIS, 4)).toBe(strict ? 1 : 0);
      rtc.write(R.RTCICR, 4, 1);
      expect(rtc.read(R.RTCRIS, 4)).toBe(0);
    }
  });
});

test('identification registers, their bytes, and reserved space', () => {
  const { rtc } = make();
  const words = Array.from({ length: 8 }, (_, index) => rtc.read(0xfe0 + 4 * index, 4));
  expect(words).toEqual([0x31, 0x10, 0x14, 0, 0x0d, 0xf0, 0x05, 0xb1]);
  expect(rtc.read(0xfe1, 1)).toBe(0);
  expect(rtc.read(R.RTCICR, 4)).toBe(0);
  expect(rtc.read(0x20, 4)).toBe(0);
  rtc.write(R.RTCLR, 4, 0x1234_5678);
  expect([rtc.read(R.RTCLR, 2), rtc.read(R.RTCLR + 2, 2), rtc.read(R.RTCLR + 3, 1)]).toEqual([
    0x5678, 0x1234, 0x12,
  ]);
});

describe('snapshot', () => {
  const at = (clock: DrivenClock, nanos: number) => clock.advanceTo(nanos);

  test('keeps the guest’s time and a pending alarm, whatever the start time', () => {
    const first = make({ startTime: 1000 });
    first.rtc.write(R.RTCIMSC, 4, 1);
    first.rtc.write(R.RTCMR, 4, 1010);
    first.pass(4.5);
    const snapshot = structuredClone(first.rtc.snapshot());
    const second = make({ startTime: 7 });
    at(second.clock, first.clock.now());
    second.rtc.restore(snapshot);
    expect(second.rtc.seconds).toBe(1004);
    second.pass(5.4);
    expect(second.line.level).toBe(false);
    second.pass(0.1);
    expect(second.line.level).toBe(true);
    const third = make();
    at(third.clock, second.clock.now());
    third.rtc.restore(second.rtc.snapshot());
    expect(third.line.level).toBe(true);
  });

  test('invalid values are refused by name', () => {
    const { rtc } = make();
    const snapshot = rtc.snapshot();
    for (const wrong of [{ match: -1 }, { offset: 0.5 }, { raw: 2 }, { armed: 1 }, { enabled: undefined }]) {
      const state = { ...snapshot.state, ...wrong };
      const error = catchError(() => rtc.restore({ ...snapshot, state }));
      expect(isArmatureError(error) && [error.code, error.context['fields']]).toEqual([
        'SNAPSHOT_INVALID',
        Object.keys(wrong),
      ]);
    }
    expect(() => rtc.restore({ ...snapshot, state: null })).toThrowError(/invalid values: offset/);
  });
});

function catchError(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('survives 200,000 random accesses while time passes', () => {
  const { rtc, pass } = make({ startTime: 1_700_000_000 });
  let seed = 7;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 8;
  };
  for (let count = 0; count < 200_000; count++) {
    const size = ([1, 2, 4] as const)[random() % 3];
    const offset = (random() % 2 ? random() % 0x24 : random() % 0x1000) & -size;
    if (random() % 2) rtc.write(offset, size, (random() * random()) >>> 0);
    const value = rtc.read(offset, size);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
      expect.fail(`${size} bytes at ${offset} read ${value}`);
    }
    if (random() % 64 === 0) pass(random() % 5);
  }
  rtc.restore(rtc.snapshot());
});
