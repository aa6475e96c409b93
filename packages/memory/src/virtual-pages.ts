import {
  ACCESS,
  type Access,
  formatAddress,
  type MappingAttributes,
  PAGE_SIZE,
  type PhysicalMemory,
} from '@armature/core';
import type { AddressSpace } from './address-space.ts';
import {
  addressOfPage,
  checkAttributes,
  checkCount,
  checkPageRange,
  checkPhysicalRange,
  checkVirtualAddress,
  type PageRange,
} from './arguments.ts';
import type { DemandRange } from './demand-ranges.ts';
import { type FrameLedger, OWNER } from './frame-ledger.ts';
import { MappingList, RangeList } from './mapping-list.ts';
import { type MemoryFailure, type MemoryResult, OK, refuse } from './results.ts';

/** How a page fault was resolved. */
export interface ResolvedFault {
  readonly physicalAddress: number;
  /** False when the page was mapped already and allows the access. */
  readonly mapped: boolean;
}

/** A piece of a virtual range within one page. */
export interface Span {
  /** Offset from the start of the range. */
  readonly at: number;
  readonly pa: number;
  readonly size: number;
}

/** Virtual pages: mappings, demand ranges, and what an access to them finds. */
export class VirtualPages {
  readonly mappings = new MappingList();
  readonly ranges = new RangeList<DemandRange>();
  private readonly memory: PhysicalMemory;
  private readonly ledger: FrameLedger;
  private readonly space: AddressSpace;

  constructor(memory: PhysicalMemory, ledger: FrameLedger, space: AddressSpace) {
    this.memory = memory;
    this.ledger = ledger;
    this.space = space;
  }

  clear(): void {
    this.mappings.clear();
    this.ranges.clear();
  }

  map(va: unknown, pa: unknown, pages: unknown, rights: unknown, blocks: boolean): MemoryResult {
    const range = this.checkVacant(va, pages);
    if ('reason' in range) return range;
    const address = checkPhysicalRange(pa, range.pages);
    if (typeof address === 'object') return address;
    const attributes = checkAttributes(rights);
    if ('reason' in attributes) return attributes;
    const refused = this.checkPhysical(address, range.pages, attributes);
    if (refused !== undefined) return refused;
    const mapping = { ...range, pa: address, attributes, blocks: blocks !== false };
    const result = this.space.map(mapping);
    if (!result.ok) return result;
    this.mappings.add(mapping);
    this.ledger.countMapping(address / PAGE_SIZE, range.pages, 1);
    return OK;
  }

  /** A page range that neither a mapping nor a demand range shares. */
  private checkVacant(va: unknown, pages: unknown): PageRange | MemoryFailure {
    const range = checkPageRange(va, pages);
    if ('reason' in range) return range;
    const taken = this.mappings.overlap(range) ?? this.ranges.overlap(range);
    if (taken === undefined) return range;
    const start = formatAddress(addressOfPage(taken.page));
    return refuse('ALREADY_MAPPED', `the range overlaps the ${taken.pages} pages at ${start}`);
  }

  private checkPhysical(
    pa: number,
    pages: number,
    { device, write }: MappingAttributes,
  ): MemoryFailure | undefined {
    const bytes = pages * PAGE_SIZE;
    const isMemory = this.memory.contains(pa, bytes);
    if (!isMemory && !device) {
      return refuse(
        'NOT_RAM',
        `${pages} pages from ${formatAddress(pa)} are not all RAM; devices need the attribute device`,
      );
    }
    if (isMemory && write && this.memory.regionAt(pa)?.kind === 'rom') {
      return refuse('NOT_RAM', `${formatAddress(pa)} is read-only memory`);
    }
    const first = Math.max(pa / PAGE_SIZE, this.ledger.base);
    const end = Math.min(pa / PAGE_SIZE + pages, this.ledger.base + this.ledger.count);
    for (let frame = first; frame < end; frame++) {
      const owner = this.ledger.owner(frame);
      const name = formatAddress(frame * PAGE_SIZE);
      if (owner === OWNER.table) return refuse('IN_USE', `${name} holds page tables`);
      if (owner === OWNER.demand) return refuse('IN_USE', `${name} belongs to a demand range`);
      if (owner === OWNER.none && !this.ledger.isTakenElsewhere(frame)) {
        return refuse('NOT_ALLOCATED', `${name} is free`);
      }
    }
    return undefined;
  }

  unmap(va: unknown, pages: unknown): MemoryResult {
    const range = this.checkMapped(va, pages);
    if ('reason' in range) return range;
    const result = this.space.unmap(range);
    if (!result.ok) return result;
    for (const { pa, pages: count } of this.mappings.cut(range)) {
      this.ledger.countMapping(pa / PAGE_SIZE, count, -1);
    }
    return OK;
  }

  protect(va: unknown, pages: unknown, rights: unknown): MemoryResult {
    const range = this.checkMapped(va, pages);
    if ('reason' in range) return range;
    const attributes = checkAttributes(rights);
    if ('reason' in attributes) return attributes;
    for (const { page, pages: count, pa } of this.mappings.parts(range)) {
      const refused = this.checkPhysical(pa, count, attributes);
      if (refused !== undefined)
        return { ...refused, message: `${refused.message} (page ${formatAddress(addressOfPage(page))})` };
    }
    const result = this.space.protect(range, attributes);
    if (!result.ok) return result;
    for (const piece of this.mappings.cut(range)) this.mappings.add({ ...piece, attributes });
    return OK;
  }

  private checkMapped(va: unknown, pages: unknown): PageRange | MemoryFailure {
    const range = checkPageRange(va, pages);
    if ('reason' in range) return range;
    const gap = this.mappings.firstGap(range);
    if (gap < 0) return range;
    const kind = this.ranges.at(gap) === undefined ? 'is not mapped' : 'is of a demand range';
    return refuse('NOT_MAPPED', `${formatAddress(addressOfPage(gap))} ${kind}`);
  }

  addRange(va: unknown, pages: unknown, rights: unknown, tag: string): MemoryResult {
    const range = this.checkVacant(va, pages);
    if ('reason' in range) return range;
    const attributes = checkAttributes(rights);
    if ('reason' in attributes) return attributes;
    if (attributes.device) return refuse('INVALID_ATTRIBUTES', 'a demand range is RAM, not device memory');
    this.ranges.add({ ...range, attributes, tag, touched: new Map() });
    return OK;
  }

  dropRange(va: unknown): MemoryResult<{ readonly freedPages: number }> {
    const address = checkVirtualAddress(va);
    if (typeof address === 'object') return address;
    const page = Number(address >> 12n);
    const range = this.ranges.at(page);
    if (range === undefined || addressOfPage(range.page) !== address) {
      return refuse('NOT_MAPPED', `no demand range begins at ${formatAddress(address)}`);
    }
    let freedPages = 0;
    let lost: MemoryFailure | undefined;
    for (const [touched, frame] of range.touched) {
      const result = this.space.unmap({ page: touched, pages: 1 });
      if (!result.ok) return result;
      range.touched.delete(touched);
      const given = this.ledger.give(frame, 1);
      if (given.ok) freedPages++;
      else lost ??= given;
    }
    this.ranges.remove(range);
    return lost ?? { ok: true, freedPages };
  }

  resolve(va: unknown, access: Access, user: boolean): MemoryResult<ResolvedFault> {
    const address = checkVirtualAddress(va);
    if (typeof address === 'object') return address;
    const known = this.space.query(address);
    if (!known.ok) return known;
    const page = Number(address >> 12n);
    const range = this.ranges.at(page);
    const attributes = known.mapping?.attributes ?? range?.attributes;
    if (attributes === undefined)
      return refuse('NOT_MAPPED', `nothing is mapped at ${formatAddress(address)}`);
    const refused = checkAccess(address, attributes, access, user);
    if (refused !== undefined) return refused;
    if (known.mapping !== undefined) {
      return { ok: true, physicalAddress: known.mapping.physicalAddress, mapped: false };
    }
    return this.populate(range!, page, Number(address % BigInt(PAGE_SIZE)));
  }

  /** Gives a page of a demand range its frame. */
  private populate(range: DemandRange, page: number, offset: number): MemoryResult<ResolvedFault> {
    if (range.touched.has(page)) {
      return refuse('TABLES_DAMAGED', `${formatAddress(addressOfPage(page))} lost its mapping`);
    }
    const taken = this.ledger.take(1, OWNER.demand);
    if (!taken.ok) return taken;
    const pa = taken.frame * PAGE_SIZE;
    this.memory.fill(pa, PAGE_SIZE, 0);
    const mapped = this.space.map({ page, pages: 1, pa, attributes: range.attributes, blocks: false });
    if (!mapped.ok) {
      this.ledger.give(taken.frame, 1);
      return mapped;
    }
    range.touched.set(page, taken.frame);
    return { ok: true, physicalAddress: pa + offset, mapped: true };
  }

  /** Physical pieces of a virtual range, all of which allow the access. */
  translateAll(va: unknown, length: unknown, access: Access): Span[] | MemoryFailure {
    const start = checkVirtualAddress(va);
    if (typeof start === 'object') return start;
    const refused = checkCount(length, 'bytes');
    if (refused) return refused;
    const spans: Span[] = [];
    for (let at = 0; at < (length as number); ) {
      const address = start + BigInt(at);
      const resolved = this.resolve(address, access, false);
      if (!resolved.ok) return resolved;
      const size = Math.min((length as number) - at, PAGE_SIZE - Number(address % BigInt(PAGE_SIZE)));
      const pa = resolved.physicalAddress;
      if (!this.memory.contains(pa, size)) {
        return refuse('NOT_RAM', `${formatAddress(address)} is mapped to a device at ${formatAddress(pa)}`);
      }
      spans.push({ at, pa, size });
      at += size;
    }
    return spans;
  }
}

function checkAccess(
  va: bigint,
  { write, execute, user: forUser }: MappingAttributes,
  access: Access,
  user: boolean,
): MemoryFailure | undefined {
  const allowed =
    access === ACCESS.read || (access === ACCESS.write && write) || (access === ACCESS.execute && execute);
  if (allowed && (!user || forUser)) return undefined;
  const verb = access === ACCESS.read ? 'read' : access === ACCESS.write ? 'written' : 'executed';
  return refuse('PERMISSION', `${formatAddress(va)} may not be ${verb}${user ? ' from EL0' : ''}`);
}
