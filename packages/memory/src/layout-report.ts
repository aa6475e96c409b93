import {
  type FrameAllocator,
  formatAddress,
  formatBytes,
  type MappingAttributes,
  PAGE_SIZE,
} from '@armature/core';
import { addressOfPage } from './arguments.ts';
import type { DemandRange } from './demand-ranges.ts';
import { type FrameLedger, OWNER, type Owner } from './frame-ledger.ts';
import { FRAME_MAP_CHARACTERS, frameMap } from './frame-map.ts';
import type { Mapping } from './mapping-list.ts';
import type { MemoryStatistics } from './statistics.ts';

/** Most lines of one kind in a report. */
const MAX_LINES = 64;

const OWNER_NAME: Readonly<Record<Owner, string>> = {
  [OWNER.none]: 'free',
  [OWNER.run]: 'allocated',
  [OWNER.inside]: 'allocated',
  [OWNER.table]: 'page tables',
  [OWNER.demand]: 'demand pages',
  [OWNER.reserved]: 'reserved',
};

export interface LayoutSource {
  readonly allocator: FrameAllocator;
  readonly ledger: FrameLedger;
  readonly statistics: MemoryStatistics;
  readonly mappings: readonly Mapping[];
  readonly ranges: readonly DemandRange[];
  readonly reservations: readonly { readonly frame: number; readonly count: number; readonly tag: string }[];
}

/** The memory layout as text: totals, physical ranges, mappings, demand ranges, and a map of the frames. */
export function layoutText(source: LayoutSource): string {
  const { allocator, ledger, statistics: s } = source;
  const sections = [
    [
      `Memory: ${s.totalPages} pages (${formatBytes(s.totalBytes)}) from ${formatAddress(ledger.base * PAGE_SIZE)}, allocator ${ledger.allocatorName}`,
      `  free ${s.freePages}, used ${s.usedPages}, reserved ${s.reservedPages}; largest free run ${s.largestFreeRun}; page tables ${s.tablePages}`,
      `  allocations ${s.allocations}, frees ${s.frees}, failures ${s.failures}`,
    ],
    ['Physical ranges', ...limited(physicalLines(source))],
  ];
  if (source.mappings.length > 0) sections.push(['Mappings', ...limited(source.mappings.map(mappingLine))]);
  if (source.ranges.length > 0) sections.push(['Demand ranges', ...limited(source.ranges.map(rangeLine))]);
  const { free, used, reserved, partly } = FRAME_MAP_CHARACTERS;
  sections.push([
    `Frames (${free} free, ${used} used, ${reserved} reserved, ${partly} partly free)`,
    ...frameMap(allocator)
      .split('\n')
      .map((line) => `  ${line}`),
  ]);
  return sections.map((lines) => lines.join('\n')).join('\n');
}

/** Rights as `rw-`, then who may use them. */
export function describeAttributes({ write, execute, user, device }: MappingAttributes): string {
  const rights = `r${write ? 'w' : '-'}${execute ? 'x' : '-'}`;
  return `${rights} ${user ? 'user' : 'kernel'}${device ? ' device' : ''}`;
}

function* physicalLines({ ledger, reservations }: LayoutSource): Generator<string> {
  for (const { frame, count, owner } of ledger.spans()) {
    if (owner !== OWNER.reserved) {
      yield physicalLine(frame, count, OWNER_NAME[owner]);
      continue;
    }
    for (const { first, length, tag } of taggedParts(frame, count, reservations)) {
      yield physicalLine(first, length, `reserved  ${tag}`);
    }
  }
}

/** Cuts a span of reserved frames where one reservation ends and the next begins. */
function taggedParts(frame: number, count: number, reservations: LayoutSource['reservations']) {
  const inside = reservations.filter((r) => r.frame >= frame && r.frame + r.count <= frame + count);
  const parts = inside
    .sort((a, b) => a.frame - b.frame)
    .map((r) => ({ first: r.frame, length: r.count, tag: r.tag }));
  return parts.length > 0 ? parts : [{ first: frame, length: count, tag: '' }];
}

function physicalLine(frame: number, count: number, label: string): string {
  const start = frame * PAGE_SIZE;
  const range = `${formatAddress(start)}-${formatAddress(start + count * PAGE_SIZE - 1)}`;
  return `  ${range}  ${String(count).padStart(6)} pages  ${label.trimEnd()}`;
}

function mappingLine({ page, pages, pa, attributes }: Mapping): string {
  const to = formatAddress(pa);
  return `  ${virtualRange(page, pages)} to ${to}  ${String(pages).padStart(6)} pages  ${describeAttributes(attributes)}`;
}

function rangeLine({ page, pages, attributes, tag, touched }: DemandRange): string {
  const count = `${touched.size} of ${pages} pages touched`;
  return `  ${virtualRange(page, pages)}  ${count}  ${describeAttributes(attributes)}  ${tag}`.trimEnd();
}

function virtualRange(page: number, pages: number): string {
  return `${formatAddress(addressOfPage(page))}-${formatAddress(addressOfPage(page + pages) - 1n)}`;
}

function limited(lines: Iterable<string>): string[] {
  const all = [...lines];
  if (all.length <= MAX_LINES) return all;
  return [...all.slice(0, MAX_LINES), `  and ${all.length - MAX_LINES} more`];
}
