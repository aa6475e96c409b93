import { formatAddress, PAGE_SIZE, type PhysicalMemory } from '@armature/core';
import { checkPhysicalRange } from './arguments.ts';
import { type FrameLedger, OWNER } from './frame-ledger.ts';
import { type MemoryResult, refuse } from './results.ts';

export interface AllocationOptions {
  /** Fill the pages with zeroes. Default false: they hold what was there before. */
  readonly zero?: boolean;
  /** Alignment of the address in bytes, a power of two of at least 4096. */
  readonly align?: number;
}

/** An allocated run of pages. */
export interface Allocation {
  /** Physical address of the first page. */
  readonly address: number;
  readonly pages: number;
  readonly bytes: number;
}

/** Runs of physical pages, allocated and freed. Counts are checked by the caller. */
export class PhysicalPages {
  private readonly memory: PhysicalMemory;
  private readonly ledger: FrameLedger;

  constructor(memory: PhysicalMemory, ledger: FrameLedger) {
    this.memory = memory;
    this.ledger = ledger;
  }

  allocate(pages: number, { zero = false, align = PAGE_SIZE }: AllocationOptions): MemoryResult<Allocation> {
    if (!Number.isSafeInteger(align) || align < PAGE_SIZE || !Number.isInteger(Math.log2(align))) {
      return refuse('INVALID_SIZE', `${String(align)} is not a power of two of at least ${PAGE_SIZE}`);
    }
    if (pages > this.ledger.count) {
      return refuse(
        'OUT_OF_MEMORY',
        `${pages} pages are more than the ${this.ledger.count} that are managed`,
      );
    }
    const constraints = align > PAGE_SIZE ? { align: align / PAGE_SIZE } : undefined;
    const taken = this.ledger.take(pages, OWNER.run, constraints);
    if (!taken.ok) return taken;
    const address = taken.frame * PAGE_SIZE;
    const bytes = pages * PAGE_SIZE;
    if (zero) this.memory.fill(address, bytes, 0);
    return { ok: true, address, pages, bytes };
  }

  release(address: unknown, pages: number | undefined): MemoryResult<{ readonly pages: number }> {
    const start = checkPhysicalRange(address, 1);
    if (typeof start === 'object') return start;
    const frame = start / PAGE_SIZE;
    const name = formatAddress(start);
    if (!this.ledger.manages(frame)) return refuse('INVALID_ADDRESS', `${name} is not managed here`);
    switch (this.ledger.owner(frame)) {
      case OWNER.none:
        return this.ledger.wasFreed(frame)
          ? refuse('DOUBLE_FREE', `${name} is free already`)
          : refuse('NOT_ALLOCATED', `${name} was not allocated here`);
      case OWNER.inside:
        return refuse('NOT_ALLOCATED', `${name} is inside an allocated run, not its start`);
      case OWNER.reserved:
        return refuse('RESERVED', `${name} is reserved`);
      case OWNER.table:
      case OWNER.demand:
        return refuse('IN_USE', `${name} belongs to the memory manager`);
    }
    const length = this.ledger.runLength(frame);
    if (pages !== undefined && pages !== length) {
      return refuse('WRONG_SIZE', `${name} was allocated with ${length} pages, not ${pages}`);
    }
    if (this.ledger.isMapped(frame, length)) return refuse('IN_USE', `pages of ${name} are still mapped`);
    const given = this.ledger.give(frame, length);
    return given.ok ? { ok: true, pages: length } : given;
  }

  reserve(start: unknown, pages: number, tag: string): MemoryResult {
    const address = checkPhysicalRange(start, pages);
    if (typeof address === 'object') return address;
    const frame = address / PAGE_SIZE;
    if (!this.ledger.manages(frame) || !this.ledger.manages(frame + pages - 1)) {
      return refuse('INVALID_ADDRESS', `${formatAddress(address)} is not managed here`);
    }
    return this.ledger.reserve(frame, pages, tag);
  }
}
