import type { Part } from '@armature/core';
import { type VirtioBusName, type VirtioPlacement, virtioPart } from '@armature/virtio';
import { VirtioBlk, type VirtioBlkConfig } from './block.ts';

export interface VirtioBlockOptions<Bus extends VirtioBusName = 'virtio-mmio'>
  extends VirtioBlkConfig,
    VirtioPlacement<Bus> {}

/**
 * A disk of a machine. The disk itself stays the caller's: it is not closed with the machine.
 *
 * @throws CONFIG_INVALID for a serial number, block size or queue size that cannot be
 * @example
 * createMachine().use(virtioMmioBus()).use(virtioBlock({ disk: memoryDisk(MiB(64)) }))
 */
export function virtioBlock<Bus extends VirtioBusName = 'virtio-mmio'>(
  options: VirtioBlockOptions<Bus>,
): Part<never, Bus> {
  const { bus, slot, ...config } = options;
  const { disk: _, onError: __, ...plain } = config;
  // Made once here, so that options that cannot be are refused before the machine is built.
  new VirtioBlk(config);
  return virtioPart<never, Bus>({
    name: 'virtio-blk',
    ...(bus !== undefined && { bus }),
    ...(slot !== undefined && { slot }),
    options: plain,
    create: () => ({ device: new VirtioBlk(config) }),
  });
}
