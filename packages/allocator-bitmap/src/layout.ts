import { FRAME_STATE, type FrameAllocator, formatAddress, formatBytes, PAGE_SIZE } from '@armature/core';

export interface LayoutOptions {
  /** Most regions to list. Default 64. */
  readonly maxRegions?: number;
}

interface Region {
  readonly frame: number;
  count: number;
  readonly label: string;
}

/** Adjacent frames of one state, and of one reservation, as regions in address order. */
function regionsOf(allocator: FrameAllocator): Region[] {
  const reservations = [...allocator.reservations()].sort((a, b) => a.frame - b.frame);
  const regions: Region[] = [];
  const end = allocator.base + allocator.count;
  let next = 0;
  for (let frame = allocator.base; frame < end; ) {
    const reservation = reservations[next];
    if (reservation !== undefined && frame === reservation.frame) {
      regions.push({ frame, count: reservation.count, label: `reserved  ${reservation.tag}` });
      frame += reservation.count;
      next++;
      continue;
    }
    const label = allocator.state(frame) === FRAME_STATE.free ? 'free' : 'used';
    const last = regions.at(-1);
    if (last?.label === label) last.count++;
    else regions.push({ frame, count: 1, label });
    frame++;
  }
  return regions;
}

/** Prints the totals and the regions of the managed memory, one a line. */
export function formatLayout(allocator: FrameAllocator, { maxRegions = 64 }: LayoutOptions = {}): string {
  const { total, free, used, reserved } = allocator.stats();
  const regions = regionsOf(allocator);
  const largest = regions.reduce(
    (most, { label, count }) => (label === 'free' ? Math.max(most, count) : most),
    0,
  );
  const lines = [
    `${allocator.name}: ${frames(total)} from ${formatAddress(allocator.base * PAGE_SIZE)}`,
    `free ${frames(free)}, used ${frames(used)}, reserved ${frames(reserved)}; largest free run ${frames(largest)}`,
    ...regions.slice(0, maxRegions).map(({ frame, count, label }) => {
      const range = `${formatAddress(frame * PAGE_SIZE)}-${formatAddress((frame + count) * PAGE_SIZE - 1)}`;
      return `  ${range}  ${String(count).padStart(8)}  ${label}`;
    }),
  ];
  if (regions.length > maxRegions) lines.push(`  and ${regions.length - maxRegions} more regions`);
  return lines.join('\n');
}

function frames(count: number): string {
  return `${count} frames (${formatBytes(count * PAGE_SIZE)})`;
}
