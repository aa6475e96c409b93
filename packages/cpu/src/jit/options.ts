import { ArmatureError } from '@armature/core';
import type { JitOptions } from './region-cache.ts';

/** What each limit may be. */
const LIMITS = {
  threshold: { least: 0, most: 2 ** 30, unit: 'branches' },
  cacheSize: { least: 2 ** 20, most: 2 ** 40, unit: 'bytes' },
  batch: { least: 1, most: 1024, unit: 'regions' },
} as const;

/** @throws CONFIG_INVALID for a limit that makes no sense */
export function checkJitOptions(options: JitOptions): void {
  for (const [name, { least, most, unit }] of Object.entries(LIMITS)) {
    const value = options[name as keyof typeof LIMITS];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw new ArmatureError('CONFIG_INVALID', `jit.${name} is ${value}, not ${least} to ${most} ${unit}`, {
      context: { [name]: value },
      hint: `Give a whole number from ${least} to ${most}, or leave it out.`,
    });
  }
}
