import { expect, test } from 'vitest';
import { type DeviceUnderTest, mmioDeviceContract } from './contract.ts';
import { type AccessSize, checkSnapshot, type Snapshot } from './index.ts';

/** A word of memory; `fault` is one mistake that the suite must find. */
function word(fault?: string): () => DeviceUnderTest {
  let made = 0;
  return () => {
    let value = 0;
    const id = made++;
    return {
      size: 4,
      device: {
        read(offset: number, size: AccessSize) {
          if (fault === 'negative') return value | 0;
          if (fault === 'too wide') return value;
          if (fault === 'not repeatable') return id;
          const shifted = value >>> (8 * offset);
          return size === 4 ? shifted >>> 0 : shifted & ((1 << (8 * size)) - 1);
        },
        write(_offset, size, written) {
          if (size === 4) value = written;
          return fault === 'returns a value' ? (written as -1) : undefined;
        },
      },
      component: {
        reset() {
          if (fault !== 'no reset') value = 0;
        },
        snapshot(): Snapshot {
          return { type: 'word', version: 1, state: fault === 'loses state' ? {} : { value } };
        },
        restore(snapshot: Snapshot) {
          if (fault !== 'takes anything') checkSnapshot(snapshot, 'word', 1);
          value = (snapshot.state as { value?: number }).value ?? 0;
        },
      },
    };
  };
}

test('a right device passes', () => {
  for (const { run } of mmioDeviceContract(word())) run();
});

test.each([
  'negative',
  'too wide',
  'not repeatable',
  'returns a value',
  'no reset',
  'loses state',
  'takes anything',
])('a device that is wrong is found: %s', (fault) => {
  const failures = mmioDeviceContract(word(fault)).filter(({ run }) => {
    try {
      run();
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'DEVICE_MISBEHAVED' });
      return true;
    }
  });
  expect(failures.length).toBeGreaterThan(0);
});
