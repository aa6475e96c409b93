import { virtioDeviceContract } from '@armature/virtio/contract';
import { describe, test } from 'vitest';
import { seededEntropy, VirtioRng } from './index.ts';

describe('virtio device contract', () => {
  const cases = virtioDeviceContract(() => new VirtioRng(seededEntropy(1)));
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
});
