import { ArmatureError, type FrameAllocatorFactory, isArmatureError } from '@armature/core';
import type { AnyPart } from '../any-part.ts';
import { buildMachine } from '../assemble.ts';
import type { Machine } from '../machine.ts';
import type { Arena } from '../memory/arena.ts';
import type { MachineOptions } from '../options.ts';
import type { MachineDocument } from './document.ts';
import { OptionReader } from './option-reader.ts';
import { allocatorAmong, memoryWith, type PartFactory, ramIn, standardParts } from './part-registry.ts';

export interface FromJsonOptions extends Omit<MachineOptions, 'name' | 'deviceWindow'> {
  /** Factories of parts beyond the standard ones, by name; they win over those. */
  readonly parts?: Readonly<Record<string, PartFactory>>;
  /** Allocators beyond the standard ones, by the name that a document gives them; they win over those. */
  readonly allocators?: Readonly<Record<string, FrameAllocatorFactory>>;
  /** Arenas that documents name; those of a document that are not among them are its own. */
  readonly arenas?: readonly Arena[];
}

/** A document, read: parts and options that `buildMachine` takes. */
export interface MachineDescription {
  readonly parts: readonly AnyPart[];
  readonly options: MachineOptions;
}

/**
 * Reads a machine's JSON form without building it.
 *
 * @param document the parsed document
 * @throws CONFIG_INVALID naming the path in the document; PART_UNKNOWN listing the known parts
 */
export function readMachineDocument(document: unknown, options: FromJsonOptions = {}): MachineDescription {
  const { parts: extra = {}, allocators = {}, arenas = [], ...given } = options;
  const reader = new OptionReader('', document);
  reader.text('$schema');
  const window = reader.object('deviceWindow');
  const name = reader.text('name');
  const clock = reader.choice('clock', ['instructions', 'host']);
  const nanosPerInstruction = reader.number('nanosPerInstruction');
  const list = reader.required('parts', reader.list('parts'));
  reader.finish();
  const deviceWindow = window && {
    base: window.required('base', window.address('base')),
    size: window.required('size', window.size('size')),
  };
  window?.finish();
  const byName = new Map(arenas.map((arena) => [arena.name, arena]));
  const find = allocatorAmong(allocators);
  const registry = { ...standardParts, memory: memoryWith(find), ram: ramIn(byName, find), ...extra };
  return {
    parts: list.map((value, index) => readPart(value, `parts[${index}]`, registry)),
    options: {
      ...(name !== undefined && { name }),
      ...(clock !== undefined && { clock }),
      ...(nanosPerInstruction !== undefined && { nanosPerInstruction }),
      ...(deviceWindow !== undefined && { deviceWindow }),
      ...given,
    },
  };
}

/**
 * Builds a machine from its JSON form.
 *
 * @param document what `machine.toJSON()` gave, or a document written by hand
 * @throws CONFIG_INVALID, PART_UNKNOWN, and what `build()` throws
 * @example
 * const machine = await machineFromJSON({ parts: [{ part: 'ram', base: '0x4000_0000', size: '16MiB' }] });
 */
export async function machineFromJSON(
  document: MachineDocument | unknown,
  options: FromJsonOptions = {},
): Promise<Machine> {
  const description = readMachineDocument(document, options);
  return buildMachine(description.parts, description.options);
}

function readPart(value: unknown, path: string, registry: Readonly<Record<string, PartFactory>>): AnyPart {
  const options = new OptionReader(path, value);
  const name = options.required('part', options.text('part'));
  if (!Object.hasOwn(registry, name)) {
    const known = Object.keys(registry).sort();
    throw new ArmatureError('PART_UNKNOWN', `${path}.part: there is no part ${JSON.stringify(name)}`, {
      context: { path: `${path}.part`, part: name, known },
      hint: `The parts are ${known.join(', ')}.`,
    });
  }
  try {
    const part = registry[name](options);
    options.finish();
    return part;
  } catch (error) {
    if (!isArmatureError(error) || error.context['path'] !== undefined) throw error;
    throw new ArmatureError(error.code, `${path}: ${error.message}`, {
      context: { ...error.context, path },
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}
