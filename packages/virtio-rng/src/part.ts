import type { Part } from '@armature/core';
import { type VirtioBusName, type VirtioPlacement, virtioPart } from '@armature/virtio';
import { type EntropySource, seededEntropy } from './entropy.ts';
import { VirtioRng } from './rng.ts';

export interface VirtioRngOptions<Bus extends VirtioBusName = 'virtio-mmio'> extends VirtioPlacement<Bus> {
  /** Seed of repeatable bytes, 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
  /** Another source, such as `hostEntropy()` for a guest that keeps secrets. */
  readonly entropy?: EntropySource;
}

/**
 * An entropy device of a machine. Unless told otherwise it gives the same bytes in every run.
 *
 * @throws CONFIG_INVALID for a seed that is not a whole number from 0 to 2^32 - 1
 * @example
 * createMachine().use(virtioMmioBus()).use(virtioRng({ entropy: hostEntropy() }))
 */
export function virtioRng<Bus extends VirtioBusName = 'virtio-mmio'>(
  options: VirtioRngOptions<Bus> = {},
): Part<never, Bus> {
  const { bus, slot, seed, entropy } = options;
  // Made once here, so that a seed that cannot be is refused before the machine is built.
  seededEntropy(seed ?? 0);
  return virtioPart<never, Bus>({
    name: 'virtio-rng',
    ...(bus !== undefined && { bus }),
    ...(slot !== undefined && { slot }),
    options: seed === undefined ? {} : { seed },
    create: () => ({ device: new VirtioRng(entropy ?? seededEntropy(seed ?? 0)) }),
  });
}
