import type { PartConfig } from '@armature/core';

/** How a machine's time passes: with its instructions, or with the host's clock. */
export type ClockMode = 'instructions' | 'host';

/** A machine's JSON form. Addresses and sizes may be numbers or strings: `"0x4000_0000"`, `"512MiB"`. */
export interface MachineDocument {
  /** Name of the machine; the device tree's `model`. */
  readonly name?: string;
  readonly clock?: ClockMode;
  /** Nanoseconds per instruction when the clock counts instructions. */
  readonly nanosPerInstruction?: number;
  /** Where parts without a base go. */
  readonly deviceWindow?: { readonly base: number | string; readonly size: number | string };
  readonly parts: readonly PartConfig[];
}
