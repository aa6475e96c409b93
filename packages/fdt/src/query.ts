/** Lookups in a parsed tree. */
import {
  decodeReg,
  decodeString,
  decodeStringList,
  decodeTuples,
  decodeU32,
  type RegEntry,
} from './decode.ts';
import { FdtError } from './errors.ts';
import type { DeviceTree, FdtNode } from './tree.ts';

/** A node and where it is. */
export interface NodeLocation {
  readonly node: FdtNode;
  /** Full path from the root, with unit addresses; `/` for the root. */
  readonly path: string;
  /** The chain of ancestors, the root first; empty for the root. */
  readonly ancestors: readonly FdtNode[];
}

/** Visits every node, parents before children, in the order of the blob. */
export function* walk(tree: DeviceTree): Generator<NodeLocation, void, undefined> {
  yield* walkFrom({ node: tree.root, path: '/', ancestors: [] });
}

function* walkFrom(location: NodeLocation): Generator<NodeLocation, void, undefined> {
  yield location;
  for (const child of location.node.children) yield* walkFrom(childOf(location, child));
}

function childOf(location: NodeLocation, node: FdtNode): NodeLocation {
  const prefix = location.path === '/' ? '' : location.path;
  return { node, path: `${prefix}/${node.name}`, ancestors: [...location.ancestors, location.node] };
}

/**
 * Finds a node by its path.
 *
 * A unit address may be left out where the name alone is unique. A path that does not start with `/` starts
 * with a name from `/aliases`.
 *
 * @returns the location, or undefined when there is no such node
 * @throws FdtError `FDT_AMBIGUOUS` when a name without its unit address fits several nodes
 * @spec Devicetree Specification v0.4, Path Names
 */
export function findNode(tree: DeviceTree, path: string): NodeLocation | undefined {
  const full = path.startsWith('/') ? path : expandAlias(tree, path);
  if (full === undefined) return undefined;
  let location: NodeLocation = { node: tree.root, path: '/', ancestors: [] };
  for (const name of full.split('/')) {
    if (name === '') continue;
    const child = findChild(location, name);
    if (child === undefined) return undefined;
    location = childOf(location, child);
  }
  return location;
}

function expandAlias(tree: DeviceTree, path: string): string | undefined {
  const [alias = '', ...rest] = path.split('/');
  const value = tree.root.children.find((child) => child.name === 'aliases')?.properties.get(alias);
  if (value === undefined) return undefined;
  const target = decodeString(value);
  return target.startsWith('/') ? [target, ...rest].join('/') : undefined;
}

function findChild(location: NodeLocation, name: string): FdtNode | undefined {
  const exact = location.node.children.find((child) => child.name === name);
  if (exact !== undefined || name.includes('@')) return exact;
  const matches = location.node.children.filter((child) => child.name.startsWith(`${name}@`));
  if (matches.length > 1) {
    throw new FdtError('FDT_AMBIGUOUS', `${matches.length} children of ${location.path} are called ${name}`, {
      path: location.path,
      name,
    });
  }
  return matches[0];
}

/**
 * {@link findNode} for a node that must exist.
 *
 * @throws FdtError `FDT_NOT_FOUND`, `FDT_AMBIGUOUS`
 */
export function getNode(tree: DeviceTree, path: string): NodeLocation {
  const location = findNode(tree, path);
  if (location === undefined) throw new FdtError('FDT_NOT_FOUND', `there is no node ${path}`, { path });
  return location;
}

/**
 * A property that must exist.
 *
 * @throws FdtError `FDT_NOT_FOUND`
 */
export function getProperty(node: FdtNode, name: string): Uint8Array {
  const value = node.properties.get(name);
  if (value === undefined) {
    throw new FdtError('FDT_NOT_FOUND', `node ${node.name || '/'} has no property ${name}`, { name });
  }
  return value;
}

/** Finds the node whose `phandle` property has the number. */
export function findByPhandle(tree: DeviceTree, phandle: number): NodeLocation | undefined {
  for (const location of walk(tree)) {
    const value = location.node.properties.get('phandle');
    if (value?.length === 4 && decodeU32(value) === phandle) return location;
  }
  return undefined;
}

/**
 * Finds the nodes whose `compatible` list has the string, in the order of the blob.
 *
 * A node with a `compatible` property that is not a list of strings matches nothing.
 */
export function findCompatible(tree: DeviceTree, compatible: string): NodeLocation[] {
  return Array.from(walk(tree)).filter(({ node }) => {
    const value = node.properties.get('compatible');
    if (value === undefined) return false;
    try {
      return decodeStringList(value).includes(compatible);
    } catch {
      return false;
    }
  });
}

/** The cell counts that a node gives its children: `#address-cells` (default 2) and `#size-cells` (default 1). */
export function cellCounts(node: FdtNode): { readonly addressCells: number; readonly sizeCells: number } {
  const count = (name: string, absent: number): number => {
    const value = node.properties.get(name);
    return value === undefined ? absent : decodeU32(value);
  };
  return { addressCells: count('#address-cells', 2), sizeCells: count('#size-cells', 1) };
}

/**
 * Decodes the `reg` property of a node with the cell counts of its parent.
 *
 * @param where a path or a location; the root, having no parent, has no `reg`
 * @returns addresses in the parent bus's address space; empty when the node has no `reg`
 * @throws FdtError `FDT_NOT_FOUND`, `FDT_AMBIGUOUS`, `FDT_BAD_VALUE`
 */
export function regOf(tree: DeviceTree, where: string | NodeLocation): RegEntry[] {
  const { node, ancestors } = typeof where === 'string' ? getNode(tree, where) : where;
  const parent = ancestors.at(-1);
  const value = node.properties.get('reg');
  if (parent === undefined || value === undefined) return [];
  const { addressCells, sizeCells } = cellCounts(parent);
  return decodeReg(value, addressCells, sizeCells);
}

/**
 * {@link regOf}, translated through the `ranges` of every bus above to the root's address space: what a CPU
 * would use.
 *
 * @throws FdtError as {@link regOf}, and `FDT_NOT_FOUND` when a bus maps no such range
 * @spec Devicetree Specification v0.4, ranges
 */
export function cpuRegOf(tree: DeviceTree, where: string | NodeLocation): RegEntry[] {
  const location = typeof where === 'string' ? getNode(tree, where) : where;
  return regOf(tree, location).map(({ address, size }) => {
    let translated = address;
    for (let level = location.ancestors.length - 1; level > 0; level--) {
      translated = throughRanges(
        location.ancestors[level]!,
        location.ancestors[level - 1]!,
        translated,
        size,
      );
    }
    return { address: translated, size };
  });
}

function throughRanges(bus: FdtNode, parent: FdtNode, address: bigint, size: bigint): bigint {
  const value = bus.properties.get('ranges');
  if (value?.length === 0) return address;
  if (value !== undefined) {
    const child = cellCounts(bus);
    const widths = [child.addressCells, cellCounts(parent).addressCells, child.sizeCells];
    for (const [from, to, length] of decodeTuples(value, widths)) {
      if (address >= from! && address + size <= from! + length!) return address - from! + to!;
    }
  }
  throw new FdtError('FDT_NOT_FOUND', `bus ${bus.name} does not map 0x${address.toString(16)}`, {
    name: bus.name,
    value: address,
  });
}
