import { describe, expect, test } from 'vitest';
import { GuestDriver, virtioDeviceContract } from '../src/contract.ts';
import { featureSet, type VirtioDevice } from '../src/index.ts';
import { Echo } from './echo.ts';

describe('a device that keeps the contract', () => {
  const cases = virtioDeviceContract(() => new Echo());
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
});

describe('devices that do not are found out', () => {
  const broken: Record<string, { make: () => VirtioDevice; fails: string }> = {
    'offers a transport’s feature': {
      make: () => Object.assign(new Echo(), { features: featureSet(33) }),
      fails: 'it names itself, its queues and its features',
    },
    'forgets state in a reset': {
      make: () =>
        Object.assign(new Echo(), {
          reset() {},
          negotiated(this: Echo) {
            this.configuration[5] = 1;
          },
        }),
      fails: 'after a reset it is like a fresh one',
    },
    'forgets state in its snapshot': {
      make: () =>
        Object.assign(new Echo(), {
          restore() {},
          handle(this: Echo) {
            this.configuration[5]++;
          },
        }),
      fails: 'a snapshot is plain data, and puts the device back',
    },
    'throws at a hostile driver': {
      make: () =>
        Object.assign(new Echo(), {
          handle(this: Echo, queue: Parameters<Echo['handle']>[0]) {
            queue.serve((chain) => {
              if (chain.readableBytes === 0) throw new Error('nothing to read');
              return 0;
            });
          },
        }),
      fails: 'hostile chains on a modern transport',
    },
  };
  test.each(Object.entries(broken))('%s', (_name, { make, fails }) => {
    const cases = virtioDeviceContract(make, { hostileCases: 2000 });
    expect(cases.find(({ name }) => name === fails)!.run).toThrow();
  });
});

test('the driver for tests says when memory that is not the guest’s was touched', () => {
  const guest = new GuestDriver(new Echo());
  expect(guest.isContained()).toBe(true);
  guest.memory.bytes[70_000] = 1;
  expect(guest.isContained()).toBe(false);
});
