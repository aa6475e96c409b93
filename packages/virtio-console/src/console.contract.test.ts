import { virtioDeviceContract } from '@armature/virtio/contract';
import { describe, test } from 'vitest';
import { VirtioConsole } from './index.ts';

describe('virtio device contract', () => {
  const cases = virtioDeviceContract(() => new VirtioConsole({ size: { columns: 80, rows: 25 } }));
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => run());
});
