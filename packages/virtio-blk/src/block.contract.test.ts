import { memoryDisk } from '@armature/disk';
import { virtioDeviceContract } from '@armature/virtio/contract';
import { describe, test } from 'vitest';
import { VirtioBlk } from './index.ts';

describe('virtio device contract', () => {
  const cases = virtioDeviceContract(
    () => new VirtioBlk({ disk: memoryDisk(256 * 512), serial: 'contract' }),
  );
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
});
