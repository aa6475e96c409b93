import type { DeviceTree, FdtNode } from './tree.ts';

/**
 * Prints a tree as DTS text, which `dtc` accepts.
 *
 * The blob has no types, so each value's form is a guess, as in `dtc`: text with NULs is strings, a multiple of
 * four bytes is cells, anything else is bytes. The bytes are the same whichever form is printed. The boot CPU id
 * has no DTS form; it is printed as a comment.
 *
 * @spec Devicetree Specification v0.4, Devicetree Source (DTS) Format
 */
export function printDts(tree: DeviceTree): string {
  const lines = ['/dts-v1/;', ''];
  if (tree.bootCpuId !== 0) lines.push(`// boot CPU id: 0x${tree.bootCpuId.toString(16)}`);
  for (const { address, size } of tree.memoryReservations) {
    lines.push(`/memreserve/ 0x${address.toString(16)} 0x${size.toString(16)};`);
  }
  printNode(tree.root, '', lines);
  return `${lines.join('\n')}\n`;
}

function printNode(node: FdtNode, indent: string, lines: string[]): void {
  lines.push(`${indent}${node.name || '/'} {`);
  const inner = `${indent}\t`;
  for (const [name, value] of node.properties) {
    lines.push(value.length === 0 ? `${inner}${name};` : `${inner}${name} = ${printValue(value)};`);
  }
  let separate = node.properties.size > 0;
  for (const child of node.children) {
    if (separate) lines.push('');
    printNode(child, inner, lines);
    separate = true;
  }
  lines.push(`${indent}};`);
}

/** Prints a property value the way {@link printDts} does. */
export function printValue(value: Uint8Array): string {
  if (isText(value)) {
    return new TextDecoder()
      .decode(value.subarray(0, -1))
      .split('\0')
      .map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`)
      .join(', ');
  }
  if (value.length % 4 === 0) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const words = Array.from({ length: value.length / 4 }, (_, index) => view.getUint32(index * 4));
    return `<${words.map((word) => `0x${word.toString(16)}`).join(' ')}>`;
  }
  return `[${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

/** Whether the value is one or more non-empty strings of printable ASCII. */
function isText(value: Uint8Array): boolean {
  if (value.length === 0 || value.at(-1) !== 0) return false;
  return value.every((byte, index) =>
    byte === 0 ? index > 0 && value[index - 1] !== 0 : byte >= 0x20 && byte <= 0x7e,
  );
}
