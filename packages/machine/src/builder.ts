import type { CapabilityName, Part } from '@armature/core';
import type { AnyPart } from './any-part.ts';
import { buildMachine } from './assemble.ts';
import type { MachineDocument } from './json/document.ts';
import { describeMachine } from './json/to-json.ts';
import type { Machine } from './machine.ts';
import type { MachineOptions } from './options.ts';

/**
 * What `build` is while capabilities are missing: not a function, so that calling it is a type error, and the
 * error says which. `.use()` a part that provides each.
 */
export interface CannotBuild<Reason extends string> {
  readonly reason: Reason;
}

/** A machine's parts, so far. Builders never change: `use` gives a new one. */
export interface MachineBuilder<Provided extends CapabilityName, Required extends CapabilityName> {
  /** Adds a part. */
  use<Provides extends CapabilityName, Requires extends CapabilityName>(
    part: Part<Provides, Requires>,
  ): MachineBuilder<Provided | Provides, Required | Requires>;
  /**
   * Builds the machine. Callable when every capability that parts require is provided.
   *
   * @throws CAPABILITY_DUPLICATE, ADDRESS_OVERLAP, ADDRESS_RANGE, INTERRUPT_CONFLICT, INTERRUPT_UNAVAILABLE,
   *   MEMORY_EXHAUSTED, CONFIG_INVALID; CAPABILITY_MISSING when types were got round
   */
  readonly build: [Exclude<Required, Provided>] extends [never]
    ? () => Promise<Machine<Provided>>
    : CannotBuild<`no part provides ${Exclude<Required, Provided>}`>;
  /** The configuration that builds this machine, without building it. */
  toJSON(): MachineDocument;
}

/**
 * Starts a machine without parts.
 *
 * @example
 * const machine = await createMachine().use(ram({ base: 0x4000_0000, size: MiB(16) })).build();
 */
export function createMachine(options: MachineOptions = {}): MachineBuilder<never, never> {
  return builderOf([], options) as unknown as MachineBuilder<never, never>;
}

function builderOf(parts: readonly AnyPart[], options: MachineOptions): object {
  return {
    use: (part: AnyPart) => builderOf([...parts, part], options),
    build: () => buildMachine(parts, options),
    toJSON: () => describeMachine(parts, options),
  };
}
