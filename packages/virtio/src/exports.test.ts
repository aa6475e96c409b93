import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'DescriptorChain',
    'VIRTIO_DEVICE_ID',
    'VIRTIO_FEATURE',
    'VIRTIO_MMIO_REGISTER',
    'VIRTIO_MMIO_SIZE',
    'VIRTIO_STATUS',
    'VirtioCore',
    'VirtioMmio',
    'Virtqueue',
    'featureSet',
    'virtioMmioBus',
    'virtioPart',
  ]);
  expect(Object.keys(await import('./contract.ts')).sort()).toEqual([
    'GUEST_RAM',
    'GUEST_RAM_BYTES',
    'GUEST_ROM',
    'GuestDriver',
    'GuestQueue',
    'offerHostileChains',
    'virtioDeviceContract',
    'writeDescriptor',
    'writeHostileRegisters',
  ]);
});
