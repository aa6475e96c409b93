import type { CapabilityName, Component, Part, PartContext } from '@armature/core';

/** A part whose capabilities are checked at run time, not by its type: what lists of parts hold. */
export interface AnyPart extends Omit<Part, 'provides' | 'requires' | 'create'> {
  readonly provides: readonly CapabilityName[];
  readonly requires: readonly CapabilityName[];
  create(context: PartContext<CapabilityName>): Component | Promise<Component>;
}

/** A part with the name it has in one machine: `pl011`, `pl011-2`. */
export interface NamedPart {
  readonly name: string;
  readonly part: AnyPart;
}

/** Gives every part a name of its own, in order of use. */
export function nameParts(parts: readonly AnyPart[]): NamedPart[] {
  const taken = new Set<string>();
  return parts.map((part) => {
    let name = part.name;
    for (let count = 2; taken.has(name); count++) name = `${part.name}-${count}`;
    taken.add(name);
    return { name, part };
  });
}
