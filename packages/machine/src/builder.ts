import { ArmatureError, type CapabilityName, type Part } from '@armature/core';
import { type AnyPart, nameParts } from './any-part.ts';
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

/** A machine's parts, so far. Builders never change: `use` and `replace` give new ones. */
export interface MachineBuilder<Provided extends CapabilityName, Required extends CapabilityName> {
  /** Adds a part. */
  use<Provides extends CapabilityName, Requires extends CapabilityName>(
    part: Part<Provides, Requires>,
  ): MachineBuilder<Provided | Provides, Required | Requires>;
  /**
   * Puts a part in the place of another, for instance one of a board's.
   *
   * @param name the other's name in this machine, as errors and snapshots have it: `pl011`, `pl011-2` for a second one
   * @throws PART_UNKNOWN listing the names; CONFIG_INVALID when the part does not provide all that the other does
   * @example
   * const builder = virt().replace('pl011', myUart({ base: VIRT_MAP.uart.base, irq: VIRT_MAP.uart.interrupt }));
   */
  replace<Provides extends CapabilityName, Requires extends CapabilityName>(
    name: string,
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
    replace: (name: string, part: AnyPart) => builderOf(replaced(parts, name, part), options),
    build: () => buildMachine(parts, options),
    toJSON: () => describeMachine(parts, options),
  };
}

function replaced(parts: readonly AnyPart[], name: string, part: AnyPart): AnyPart[] {
  const names = nameParts(parts).map((named) => named.name);
  const at = names.indexOf(name);
  if (at < 0) {
    throw new ArmatureError('PART_UNKNOWN', `this machine has no part ${JSON.stringify(name)}`, {
      context: { name, parts: names },
      hint: names.length > 0 ? `Its parts are ${names.join(', ')}.` : 'Add parts with use().',
    });
  }
  const missing = parts[at]!.provides.filter((capability) => !part.provides.includes(capability));
  if (missing.length > 0) {
    const what = missing.join(' and ');
    throw new ArmatureError('CONFIG_INVALID', `${part.name} cannot replace ${name}, which provides ${what}`, {
      context: { name, replacement: part.name, missing },
      hint: `Provide ${what} too: the type of the machine says that it is there.`,
    });
  }
  return parts.with(at, part);
}
