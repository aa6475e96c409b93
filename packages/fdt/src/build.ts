import { FdtError } from './errors.ts';
import type { NodeSource, PropertyValue } from './tree.ts';

/** Properties by name, or entries in the order they are to be written. */
export type PropertiesInit =
  | Readonly<Record<string, PropertyValue | undefined>>
  | Iterable<readonly [name: string, value: PropertyValue]>;

/**
 * Makes a node. Names are checked when the tree is written.
 *
 * @param name node name with its unit address; the empty string for the root
 * @param properties by name, in order; an undefined value is left out, so an optional property can be written
 *   in place
 * @param children in order
 * @throws FdtError `FDT_DUPLICATE` when entries repeat a property name
 * @example
 * node('memory@40000000', { device_type: string('memory'), reg: reg([[0x4000_0000, 0x2000_0000]]) });
 */
export function node(
  name: string,
  properties: PropertiesInit = {},
  children: readonly NodeSource[] = [],
): NodeSource {
  const map = new Map<string, PropertyValue>();
  for (const [key, value] of isIterable(properties) ? properties : Object.entries(properties)) {
    if (value === undefined) continue;
    if (map.has(key)) {
      throw new FdtError('FDT_DUPLICATE', `node ${name || '/'} has two properties ${key}`, { name: key });
    }
    map.set(key, value);
  }
  return { name, properties: map, children };
}

function isIterable(
  properties: PropertiesInit,
): properties is Iterable<readonly [name: string, value: PropertyValue]> {
  return Symbol.iterator in properties;
}
