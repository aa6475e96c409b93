import { formatAddress, formatBytes } from '@armature/core';
import { parseFdt, printDts } from '@armature/fdt';
import {
  checkPlausibleCode,
  decompressImage,
  detectImage,
  type ElfSegment,
  elfSymbols,
  parseElf,
  parseLinuxImage,
} from '@armature/machine';
import type { Command } from 'commander';
import { readBytes } from '../files.ts';

export function addInspectCommand(program: Command): void {
  program
    .command('inspect')
    .argument('<file>', 'ELF file, arm64 Image, device tree blob, or raw A64 code')
    .summary('say what an image is')
    .description('Says what a file is: its header, segments, entry point and symbols; a device tree as DTS.')
    .option('--symbols', 'list every symbol of an ELF file, not only the functions and objects')
    .addHelpText(
      'after',
      `
Examples:
  armature inspect kernel.elf
  armature inspect Image
  armature inspect virt.dtb > virt.dts`,
    )
    .action(async (file: string, { symbols = false }: { symbols?: boolean }) => {
      const packed = readBytes(file);
      const bytes = await decompressImage(packed);
      const lines = inspect(bytes, symbols);
      if (bytes !== packed) lines.unshift(`gzip, ${formatBytes(packed.length)} packed; unpacked:`);
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

function inspect(bytes: Uint8Array, symbols: boolean): string[] {
  switch (detectImage(bytes)) {
    case 'elf':
      return inspectElf(bytes, symbols);
    case 'linux':
      return inspectLinux(bytes);
    case 'device-tree':
      return [printDts(parseFdt(bytes)).trimEnd()];
    default:
      checkPlausibleCode(bytes);
      return [
        `no known format, ${formatBytes(bytes.length)}: perhaps raw A64 code`,
        `starts with   ${firstWords(bytes)}`,
      ];
  }
}

function firstWords(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(4, Math.floor(bytes.length / 4));
  return Array.from({ length: count }, (_, index) =>
    view
      .getUint32(4 * index, true)
      .toString(16)
      .padStart(8, '0'),
  ).join(' ');
}

function inspectElf(bytes: Uint8Array, all: boolean): string[] {
  const { entry, interpreted, segments, type } = parseElf(bytes);
  const lines = [
    `ELF64 for AArch64, little-endian, ${type}${interpreted ? ', for an operating system' : ''}`,
    `size          ${formatBytes(bytes.length)}`,
    `entry         ${formatAddress(entry)}`,
    `segments      ${segments.length}`,
    ...segments.map(segmentLine),
  ];
  const symbols = elfSymbols(bytes).filter(
    ({ type: kind }) => all || kind === 'function' || kind === 'object' || kind === 'none',
  );
  lines.push(`symbols       ${symbols.length}`);
  const sorted = symbols
    .filter(({ name }) => all || !name.startsWith('$'))
    .sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  for (const { binding, name, size, type: kind, value } of sorted) {
    lines.push(
      `  ${formatAddress(value)}  ${String(size).padStart(8)}  ${binding.padEnd(6)}  ${kind.padEnd(8)}  ${name}`,
    );
  }
  return lines;
}

function segmentLine(segment: ElfSegment, index: number): string {
  const { executable, fileSize, memorySize, offset, physicalAddress, readable, virtualAddress, writable } =
    segment;
  const rights = `${readable ? 'r' : '-'}${writable ? 'w' : '-'}${executable ? 'x' : '-'}`;
  const linked = virtualAddress === physicalAddress ? '' : `, linked for ${formatAddress(virtualAddress)}`;
  return (
    `  ${index}  ${formatAddress(physicalAddress)}  ${rights}  ${formatBytes(memorySize)} in memory, ` +
    `${formatBytes(fileSize)} in the file at ${offset}${linked}`
  );
}

function inspectLinux(bytes: Uint8Array): string[] {
  const header = parseLinuxImage(bytes);
  return [
    `arm64 Linux Image${header.efi ? ', also an EFI application' : ''}`,
    `size          ${formatBytes(bytes.length)}`,
    `text offset   ${formatAddress(header.textOffset)}`,
    `image size    ${header.imageSize === 0 ? 'not given' : formatBytes(header.imageSize)}`,
    `byte order    ${header.bigEndian ? 'big-endian' : 'little-endian'}`,
    `page size     ${header.pageKiB === undefined ? 'not given' : `${header.pageKiB} KiB`}`,
    `placement     ${header.placedAnywhere ? 'anywhere in memory' : 'near the start of memory'}`,
  ];
}
