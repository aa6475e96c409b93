import { ArmatureError } from '@armature/core';

const SPI_LIMIT = 960;

/** @throws CONFIG_INVALID for a number of SPIs that a GIC can't have */
export function checkSpis(spis: number): void {
  if (Number.isInteger(spis) && spis % 32 === 0 && spis >= 32 && spis <= SPI_LIMIT) return;
  throw new ArmatureError('CONFIG_INVALID', `${spis} is not a number of SPIs that a GIC can have`, {
    context: { spis },
    hint: `Give a multiple of 32 from 32 to ${SPI_LIMIT}.`,
  });
}
