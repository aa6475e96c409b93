import { ArmatureError, formatAddress, formatBytes, type MemoryRegion } from '@armature/core';
import { formatRange } from '../address-map.ts';
import type { Machine } from '../machine.ts';

/** Bytes that a boot puts into memory. */
export interface LoadedPiece {
  /** What it is: `kernel`, `segment 0`, `initrd`, `device tree`. */
  readonly name: string;
  /** Guest physical address. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes it takes in memory; what `bytes` does not fill is zeroed. */
  readonly size: number;
}

/** The RAM that boot protocols count from: the lowest. @throws IMAGE_TOO_LARGE when the machine has none */
export function bootRam(machine: Machine): MemoryRegion {
  const ram = machine.memory.regions.find(({ kind }) => kind === 'ram');
  if (ram === undefined) {
    throw new ArmatureError('IMAGE_TOO_LARGE', 'this machine has no RAM to load an image into', {
      hint: 'Add a ram part.',
    });
  }
  return ram;
}

/**
 * Checks that pieces are in memory and apart from each other.
 *
 * @throws IMAGE_OVERLAP, IMAGE_TOO_LARGE, IMAGE_INVALID
 */
export function checkPieces(machine: Machine, pieces: readonly LoadedPiece[]): void {
  for (const [index, piece] of pieces.entries()) {
    checkInMemory(machine, piece);
    for (const other of pieces.slice(0, index)) {
      if (piece.address < other.address + other.size && other.address < piece.address + piece.size) {
        throw new ArmatureError('IMAGE_OVERLAP', `${describe(piece)} overlaps ${describe(other)}`, {
          context: { first: other.address, second: piece.address },
          hint: 'Link or place them apart from each other.',
        });
      }
    }
  }
}

const describe = ({ name, address, size }: LoadedPiece): string => `${name} (${formatRange(address, size)})`;

function checkInMemory(machine: Machine, piece: LoadedPiece): void {
  const { address, size } = piece;
  if (machine.memory.holds(address, Math.max(1, size))) return;
  const device = machine.regions.find(
    (region) => region.kind === 'mmio' && address < region.base + region.size && region.base < address + size,
  );
  if (device !== undefined) {
    throw new ArmatureError(
      'IMAGE_OVERLAP',
      `${describe(piece)} overlaps the device ${device.part} (${formatRange(device.base, device.size)})`,
      { context: { address, size, part: device.part }, hint: memoryHint(machine) },
    );
  }
  const region = machine.memory.regionAt(address);
  if (region !== undefined) {
    throw new ArmatureError(
      'IMAGE_TOO_LARGE',
      `${describe(piece)} does not fit ${region.name} (${formatRange(region.base, region.size)}): ` +
        `it takes ${formatBytes(size)} at ${formatAddress(address)}`,
      {
        context: { address, size, region: region.name },
        hint: 'Give the machine more memory, or use a smaller image.',
      },
    );
  }
  throw new ArmatureError('IMAGE_INVALID', `${describe(piece)} is outside this machine’s memory`, {
    context: { address, size },
    hint: memoryHint(machine),
  });
}

function memoryHint(machine: Machine): string {
  const ranges = machine.memory.regions.map(
    ({ name, base, size }) => `${name} at ${formatRange(base, size)}`,
  );
  return `Link or place it for ${ranges.join(', ')}.`;
}
