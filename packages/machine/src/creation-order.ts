import { ArmatureError, type CapabilityName } from '@armature/core';
import type { NamedPart } from './any-part.ts';

/** Capabilities that several parts may provide together: they are views of one thing the machine makes. */
const SHARED: ReadonlySet<CapabilityName> = new Set(['ram']);

/**
 * Providers of these come first, in this order, as far as requirements allow: a part finds the optional
 * capabilities it looks for while it is made, whatever the order of `use`.
 */
const EARLY: readonly CapabilityName[] = [
  'ram',
  'address-translation',
  'page-tables',
  'exceptions',
  'firmware',
  'semihosting',
  'cpu',
  'interrupt-controller',
];

/**
 * Checks that every required capability is provided, once, and sorts parts so that each comes after what it
 * requires. Parts that ask for interrupts come after the interrupt controller.
 *
 * @throws CAPABILITY_MISSING, CAPABILITY_DUPLICATE; CONFIG_INVALID when parts require each other in a circle
 */
export function orderParts(parts: readonly NamedPart[]): NamedPart[] {
  const providers = findProviders(parts);
  checkRequirements(parts, providers);

  const needs = new Map(parts.map((entry) => [entry, prerequisites(entry, providers)]));
  const waiting = [...parts].sort((a, b) => rank(a) - rank(b));
  const ordered: NamedPart[] = [];
  const done = new Set<NamedPart>();
  while (waiting.length > 0) {
    const index = waiting.findIndex((entry) => needs.get(entry)!.every((need) => done.has(need)));
    if (index < 0) {
      const names = waiting.map((entry) => entry.name);
      throw new ArmatureError('CONFIG_INVALID', `parts require each other in a circle: ${names.join(', ')}`, {
        context: { parts: names },
        hint: 'Split one of them so that what the other requires comes from a part of its own.',
      });
    }
    const [entry] = waiting.splice(index, 1);
    ordered.push(entry);
    done.add(entry);
  }
  return ordered;
}

function rank(entry: NamedPart): number {
  const ranks = entry.part.provides.map((name) => EARLY.indexOf(name)).filter((index) => index >= 0);
  return ranks.length > 0 ? Math.min(...ranks) : EARLY.length;
}

function findProviders(parts: readonly NamedPart[]): Map<CapabilityName, NamedPart[]> {
  const providers = new Map<CapabilityName, NamedPart[]>();
  for (const entry of parts) {
    for (const capability of entry.part.provides) {
      const known = providers.get(capability) ?? [];
      if (known.length > 0 && !SHARED.has(capability)) {
        throw new ArmatureError(
          'CAPABILITY_DUPLICATE',
          `${known[0].name} and ${entry.name} both provide ${capability}`,
          {
            context: { capability, parts: [known[0].name, entry.name] },
            hint: `Remove one of the two: a machine has one part for ${capability}.`,
          },
        );
      }
      providers.set(capability, [...known, entry]);
    }
  }
  return providers;
}

function checkRequirements(
  parts: readonly NamedPart[],
  providers: ReadonlyMap<CapabilityName, readonly NamedPart[]>,
): void {
  for (const { name, part } of parts) {
    const missing = part.requires.filter((capability) => !providers.has(capability));
    if (missing.length === 0) continue;
    throw new ArmatureError(
      'CAPABILITY_MISSING',
      `${name} requires ${missing.join(' and ')}, which no part of this machine provides`,
      {
        context: { part: name, missing },
        hint: `Add a part that provides ${missing.join(' and ')}.`,
      },
    );
  }
}

function prerequisites(
  { part }: NamedPart,
  providers: ReadonlyMap<CapabilityName, readonly NamedPart[]>,
): NamedPart[] {
  const capabilities: CapabilityName[] = [...part.requires];
  if ((part.interrupts?.length ?? 0) > 0) capabilities.push('interrupt-controller');
  return capabilities.flatMap((capability) =>
    (providers.get(capability) ?? []).filter((provider) => provider.part !== part),
  );
}
