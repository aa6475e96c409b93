export { DescriptorChain } from './chain.ts';
export { VirtioCore, type VirtioCoreConfig, type VirtioCoreState, type VirtioTransport } from './core.ts';
export { featureSet, VIRTIO_DEVICE_ID, VIRTIO_FEATURE, VIRTIO_STATUS } from './definitions.ts';
export type { VirtioDevice, VirtioHost } from './device.ts';
export { VirtioMmio, type VirtioMmioConfig, type VirtioMmioState } from './mmio.ts';
export {
  type VirtioBus,
  type VirtioBusName,
  type VirtioMmioBusOptions,
  type VirtioPartOptions,
  type VirtioPlacement,
  virtioMmioBus,
  virtioPart,
} from './part.ts';
export { VIRTIO_MMIO_REGISTER, VIRTIO_MMIO_SIZE } from './registers.ts';
export { type QueueHost, type QueueLayout, Virtqueue, type VirtqueueState } from './virtqueue.ts';
