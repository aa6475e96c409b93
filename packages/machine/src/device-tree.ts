import { ArmatureError, type DeviceTreeNode, type DeviceTreeValue, reg, strings } from '@armature/core';

import {
  bytes,
  cells,
  concat,
  type DeviceTree,
  empty,
  type FdtNode,
  type NodeSource,
  node,
  type Phandle,
  type PropertyValue,
  parseFdt,
  phandle,
  string,
  stringList,
  u64,
  writeFdt,
} from '@armature/fdt';
import type { PlacedRegion } from './address-map.ts';

/** What a boot loader adds to a device tree's `/chosen`. */
export interface DeviceTreeOptions {
  /** The kernel's command line. */
  readonly bootArguments?: string;
  /** Where the initial RAM disk is: physical address and bytes. */
  readonly initrd?: { readonly base: number; readonly size: number };
}

/** What a machine's device tree is made from. */
export interface DeviceTreeInput {
  readonly model: string;
  readonly regions: readonly PlacedRegion[];
  /** Nodes of the parts, in the order of use. */
  readonly nodes: readonly DeviceTreeNode[];
  /** The node that `/chosen` names as the console. */
  readonly console: DeviceTreeNode | undefined;
  readonly cpu: { readonly model: string; readonly count: number } | undefined;
  /** The firmware starts CPUs by PSCI. */
  readonly hasFirmware: boolean;
}

/** A node under construction. */
interface Draft {
  readonly name: string;
  label?: string;
  readonly properties: Map<string, DeviceTreeValue>;
  readonly children: Map<string, Draft>;
}

const draft = (name: string): Draft => ({ name, properties: new Map(), children: new Map() });

/**
 * Builds the flattened device tree of a machine: what its parts contribute, and `/memory`, `/cpus` and
 * `/chosen`.
 *
 * @throws CONFIG_INVALID when a part refers to a label that no node has
 * @spec Devicetree Specification v0.4, Device Node Requirements
 */
export function buildDeviceTree(input: DeviceTreeInput, options: DeviceTreeOptions = {}): Uint8Array {
  const root = draft('');
  root.properties.set('compatible', strings('linux,dummy-virt'));
  root.properties.set('model', strings(input.model));
  root.properties.set('#address-cells', { cells: [2] });
  root.properties.set('#size-cells', { cells: [2] });
  add(root, chosen(input, options));
  for (const region of input.regions) {
    if (region.kind === 'ram') add(root, memoryNode(region));
  }
  for (const contributed of input.nodes) add(root, contributed);
  if (input.cpu !== undefined) addCpus(root, input.cpu, input.hasFirmware);

  const labels = collectLabels(root);
  const controller = findController(root);
  if (controller?.label !== undefined && !root.properties.has('interrupt-parent')) {
    root.properties.set('interrupt-parent', { cells: [{ phandle: controller.label }] });
  }
  const referenced = collectReferences(root);
  return writeFdt({ root: finish(root, labels, referenced) });
}

/**
 * Sets `/chosen` properties of a device tree from elsewhere, as a boot loader does.
 *
 * @param blob a flattened device tree
 * @throws FdtError when it is not one
 */
export function chooseInDeviceTree(blob: Uint8Array, options: DeviceTreeOptions): Uint8Array {
  const tree: DeviceTree = parseFdt(blob);
  const values = new Map<string, PropertyValue>();
  if (options.bootArguments !== undefined) values.set('bootargs', string(options.bootArguments));
  if (options.initrd !== undefined) {
    values.set('linux,initrd-start', u64(options.initrd.base));
    values.set('linux,initrd-end', u64(options.initrd.base + options.initrd.size));
  }
  if (values.size === 0) return blob;
  const old: FdtNode | undefined = tree.root.children.find((child) => child.name === 'chosen');
  const choice = node('chosen', new Map([...(old?.properties ?? []), ...values]), old?.children ?? []);
  const others = tree.root.children.filter((child) => child !== old);
  return writeFdt({ ...tree, root: { ...tree.root, children: [choice, ...others] } });
}

function chosen(input: DeviceTreeInput, { bootArguments, initrd }: DeviceTreeOptions): DeviceTreeNode {
  const properties: Record<string, DeviceTreeValue> = {};
  if (bootArguments !== undefined) properties['bootargs'] = strings(bootArguments);
  if (input.console !== undefined) {
    const { parent = '', name } = input.console;
    properties['stdout-path'] = strings(`${parent === '/' ? '' : parent}/${name}`);
  }
  if (initrd !== undefined) {
    properties['linux,initrd-start'] = { bytes: u64(initrd.base) };
    properties['linux,initrd-end'] = { bytes: u64(initrd.base + initrd.size) };
  }
  return { name: 'chosen', properties };
}

function memoryNode({ base, size }: PlacedRegion): DeviceTreeNode {
  return {
    name: `memory@${base.toString(16)}`,
    properties: { device_type: strings('memory'), reg: reg([base, size]) },
  };
}

function addCpus(root: Draft, cpu: { model: string; count: number }, hasFirmware: boolean): void {
  add(root, {
    name: 'cpus',
    properties: { '#address-cells': { cells: [1] }, '#size-cells': { cells: [0] } },
  });
  const nodes = [...root.children.get('cpus')!.children.values()];
  if (nodes.every(({ name }) => !name.startsWith('cpu@'))) {
    for (let index = 0; index < cpu.count; index++) {
      const properties = {
        device_type: strings('cpu'),
        compatible: strings(`arm,${cpu.model}`),
        reg: { cells: [index] },
      };
      add(root, { name: `cpu@${index.toString(16)}`, parent: '/cpus', properties });
    }
  }
  if (!hasFirmware || cpu.count < 2) return;
  for (const { properties } of root.children.get('cpus')!.children.values()) {
    if (properties.has('reg')) properties.set('enable-method', strings('psci'));
  }
}

/** Adds a node; one that is there already keeps its properties and gains those it lacks. */
function add(root: Draft, source: DeviceTreeNode): void {
  let parent = root;
  for (const name of (source.parent ?? '/').split('/').filter(Boolean)) parent = child(parent, name);
  merge(child(parent, source.name), source);
}

function child(parent: Draft, name: string): Draft {
  const known = parent.children.get(name);
  if (known !== undefined) return known;
  const made = draft(name);
  parent.children.set(name, made);
  return made;
}

function merge(target: Draft, source: DeviceTreeNode): void {
  target.label ??= source.label;
  for (const [name, value] of Object.entries(source.properties)) {
    if (!target.properties.has(name)) target.properties.set(name, value);
  }
  for (const inner of source.children ?? []) merge(child(target, inner.name), inner);
}

function* walk(from: Draft): Generator<Draft> {
  yield from;
  for (const inner of from.children.values()) yield* walk(inner);
}

function findController(root: Draft): Draft | undefined {
  for (const each of walk(root)) if (each.properties.has('interrupt-controller')) return each;
  return undefined;
}

function collectLabels(root: Draft): Map<string, Phandle> {
  const labels = new Map<string, Phandle>();
  for (const { label } of walk(root)) if (label !== undefined) labels.set(label, phandle(label));
  return labels;
}

/** Labels that some property refers to: only their nodes get a phandle. */
function collectReferences(root: Draft): Set<string> {
  const references = new Set<string>();
  for (const { properties } of walk(root)) {
    for (const value of properties.values()) {
      if (!('cells' in value)) continue;
      for (const cell of value.cells) if (typeof cell === 'object') references.add(cell.phandle);
    }
  }
  return references;
}

function finish(
  from: Draft,
  labels: ReadonlyMap<string, Phandle>,
  referenced: ReadonlySet<string>,
): NodeSource {
  const properties = new Map<string, PropertyValue>();
  for (const [name, value] of from.properties) {
    properties.set(name, convert(value, labels, `${from.name || '/'}: ${name}`));
  }
  const { label } = from;
  if (label !== undefined && referenced.has(label)) properties.set('phandle', labels.get(label)!);
  return {
    name: from.name,
    properties,
    children: [...from.children.values()].map((inner) => finish(inner, labels, referenced)),
  };
}

function convert(value: DeviceTreeValue, labels: ReadonlyMap<string, Phandle>, where: string): PropertyValue {
  if ('empty' in value) return empty();
  if ('bytes' in value) return bytes(value.bytes);
  if ('strings' in value) return stringList(...value.strings);
  return concat(
    ...value.cells.map((cell) => {
      if (typeof cell === 'number') return cells(cell >>> 0);
      const target = labels.get(cell.phandle);
      if (target === undefined) {
        throw new ArmatureError('CONFIG_INVALID', `device tree node ${where} refers to ${cell.phandle}`, {
          context: { label: cell.phandle },
          hint: 'Add the part whose device tree node has that label.',
        });
      }
      return target;
    }),
  );
}
