import {
  ArmatureError,
  type AssignedRegion,
  formatAddress,
  formatBytes,
  PAGE_SIZE,
  type RegionRequest,
} from '@armature/core';
import type { NamedPart } from './any-part.ts';

/** Where regions without a base go. */
export interface AddressWindow {
  /** Guest physical address. */
  readonly base: number;
  /** Bytes. */
  readonly size: number;
}

/** A region with the part that asked for it. */
export interface PlacedRegion extends AssignedRegion {
  readonly part: string;
}

/** One past the highest guest physical address: 48 bits. */
const ADDRESS_LIMIT = 2 ** 48;

/** A range as people read it: `0x0900_0000-0x0900_0fff`. */
export function formatRange(base: number, size: number): string {
  return `${formatAddress(base)}-${formatAddress(base + size - 1)}`;
}

/**
 * Places every region that parts ask for: those with a base first, then the others, lowest free address of the
 * window first, naturally aligned and never sharing a page.
 *
 * @throws ADDRESS_OVERLAP naming both parts and ranges; ADDRESS_RANGE for a range that cannot be, or when the
 *   window is full
 */
export function placeRegions(parts: readonly NamedPart[], window: AddressWindow): PlacedRegion[] {
  const placed: PlacedRegion[] = [];
  const open: { part: string; request: RegionRequest }[] = [];
  for (const { name, part } of parts) {
    for (const request of part.regions ?? []) {
      if (request.base === undefined) {
        open.push({ part: name, request });
        continue;
      }
      const region = { ...request, base: request.base, part: name };
      checkRange(region);
      for (const other of placed) checkOverlap(other, region);
      placed.push(region);
    }
  }
  for (const { part, request } of open) placed.push(assign(part, request, placed, window));
  return placed.sort((a, b) => a.base - b.base);
}

function checkRange(region: PlacedRegion): void {
  const { base, size, part, name } = region;
  const valid =
    Number.isSafeInteger(base) &&
    Number.isSafeInteger(size) &&
    base >= 0 &&
    size > 0 &&
    base + size <= ADDRESS_LIMIT;
  if (!valid) {
    throw new ArmatureError(
      'ADDRESS_RANGE',
      `${part}: region ${name} at ${base} with ${size} bytes is not a range of 48-bit addresses`,
      {
        context: { part, region: name, base, size },
        hint: 'Give a base and a size that are whole numbers, with base + size at most 2^48.',
      },
    );
  }
  if (region.kind !== 'mmio' && (base % PAGE_SIZE !== 0 || size % PAGE_SIZE !== 0)) {
    throw new ArmatureError(
      'ADDRESS_RANGE',
      `${part}: ${region.kind} ${formatRange(base, size)} is not made of whole 4 KiB pages`,
      { context: { part, region: name, base, size }, hint: 'Round its base and size to 4 KiB.' },
    );
  }
}

const overlaps = (a: { base: number; size: number }, b: { base: number; size: number }): boolean =>
  a.base < b.base + b.size && b.base < a.base + a.size;

function checkOverlap(first: PlacedRegion, second: PlacedRegion): void {
  if (!overlaps(first, second)) return;
  const describe = (region: PlacedRegion): string =>
    `${region.part} (${region.name}, ${formatRange(region.base, region.size)})`;
  throw new ArmatureError('ADDRESS_OVERLAP', `${describe(first)} overlaps ${describe(second)}`, {
    context: {
      first: { part: first.part, base: first.base, size: first.size },
      second: { part: second.part, base: second.base, size: second.size },
    },
    hint: `Move ${second.part} to another base, or leave its base out to have one assigned.`,
  });
}

function assign(
  part: string,
  request: RegionRequest,
  placed: readonly PlacedRegion[],
  window: AddressWindow,
): PlacedRegion {
  const span = Math.ceil(request.size / PAGE_SIZE) * PAGE_SIZE;
  const alignment = 2 ** Math.ceil(Math.log2(Math.max(span, PAGE_SIZE)));
  const end = window.base + window.size;
  let base = Math.ceil(window.base / alignment) * alignment;
  while (base + span <= end) {
    const hit = placed.find((region) => overlaps(region, { base, size: span }));
    if (hit === undefined) {
      const region = { ...request, base, part };
      checkRange(region);
      return region;
    }
    base = Math.ceil((hit.base + hit.size) / alignment) * alignment;
  }
  throw new ArmatureError(
    'ADDRESS_RANGE',
    `${part}: no room for region ${request.name} (${formatBytes(request.size)}) in the device window ` +
      formatRange(window.base, window.size),
    {
      context: { part, region: request.name, size: request.size, window },
      hint: 'Give the region a base, or the machine a larger deviceWindow.',
    },
  );
}
