import { ArmatureError, formatAddress, type PartConfig, toNumber } from '@armature/core';
import type { AnyPart } from '../any-part.ts';
import type { MachineOptions } from '../options.ts';
import type { MachineDocument } from './document.ts';
import { parseInterrupt } from './quantities.ts';

/**
 * The JSON form of a machine.
 *
 * @throws UNSUPPORTED when a part has no JSON form
 */
export function describeMachine(parts: readonly AnyPart[], options: MachineOptions): MachineDocument {
  const { name, clock, nanosPerInstruction, deviceWindow } = options;
  return {
    ...(name !== undefined && { name }),
    ...(clock !== undefined && { clock }),
    ...(nanosPerInstruction !== undefined && { nanosPerInstruction }),
    ...(deviceWindow !== undefined && {
      deviceWindow: {
        base: formatAddress(toNumber(deviceWindow.base)),
        size: formatAddress(toNumber(deviceWindow.size)),
      },
    }),
    parts: parts.map((part) => {
      if (part.toJSON === undefined) {
        throw new ArmatureError('UNSUPPORTED', `part ${part.name} has no JSON form`, {
          context: { part: part.name },
          hint: 'Give the part a toJSON method and register its factory with machineFromJSON.',
        });
      }
      return readable(part.toJSON());
    }),
  };
}

/** Addresses and interrupts in the form that people write. */
function readable(config: PartConfig): PartConfig {
  const { base, irq } = config;
  const interrupt = parseInterrupt(irq);
  return {
    ...config,
    ...(typeof base === 'number' && { base: formatAddress(base) }),
    ...(interrupt !== undefined && { irq: `${interrupt.type} ${interrupt.number}` }),
  };
}
