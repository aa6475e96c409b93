import { ArmatureError, toNumber } from '@armature/core';
import type { AddressWindow } from './address-map.ts';
import type { HostTime } from './clocks.ts';
import type { ClockMode } from './json/document.ts';

export interface MachineOptions {
  /** The device tree's `model`. Default `linux,dummy-virt`. */
  readonly name?: string;
  /**
   * How time passes. `instructions`, the default: every instruction takes `nanosPerInstruction`, an idle
   * machine's time jumps to the next deadline, and the same run gives the same bytes. `host`: `hostTime`.
   */
  readonly clock?: ClockMode;
  /** Nanoseconds per instruction of the `instructions` clock. Default 1: a CPU of 1000 MIPS. */
  readonly nanosPerInstruction?: number;
  /** Nanoseconds of the `host` clock, never going back: `() => performance.now() * 1e6`. */
  readonly hostTime?: HostTime;
  /** Where regions without a base go. Default 32 MiB at 0x0C00_0000. */
  readonly deviceWindow?: { readonly base: number | bigint; readonly size: number | bigint };
  /** Machine memory for predecoded code, bytes. Default 64 MiB. */
  readonly codeArenaBytes?: number;
}

export interface ResolvedOptions extends Required<Omit<MachineOptions, 'deviceWindow'>> {
  readonly deviceWindow: AddressWindow;
  /** What the caller gave. */
  readonly given: MachineOptions;
}

const DEFAULT_WINDOW = { base: 0x0c00_0000, size: 0x0200_0000 };
const DEFAULT_CODE_ARENA = 64 * 2 ** 20;

/** @throws CONFIG_INVALID */
export function resolveOptions(given: MachineOptions): ResolvedOptions {
  const { clock = 'instructions', nanosPerInstruction = 1, deviceWindow = DEFAULT_WINDOW } = given;
  if (!(nanosPerInstruction > 0) || !Number.isFinite(nanosPerInstruction)) {
    throw new ArmatureError('CONFIG_INVALID', `${nanosPerInstruction} nanoseconds per instruction`, {
      context: { nanosPerInstruction },
      hint: 'Give a number greater than 0.',
    });
  }
  if (clock === 'host' && given.hostTime === undefined) {
    throw new ArmatureError('CONFIG_INVALID', 'a machine on the host’s clock needs hostTime', {
      hint: 'Pass hostTime: () => performance.now() * 1e6, or use the instructions clock.',
    });
  }
  return {
    name: given.name ?? 'linux,dummy-virt',
    clock,
    nanosPerInstruction,
    hostTime: given.hostTime ?? (() => 0),
    deviceWindow: { base: toNumber(deviceWindow.base), size: toNumber(deviceWindow.size) },
    codeArenaBytes: given.codeArenaBytes ?? DEFAULT_CODE_ARENA,
    given,
  };
}
