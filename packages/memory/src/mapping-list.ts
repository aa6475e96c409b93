import type { MappingAttributes } from '@armature/core';
import type { PageRange } from './arguments.ts';

/** Virtual pages mapped to consecutive physical ones with equal attributes. */
export interface Mapping extends PageRange {
  /** Physical address of the first page. */
  readonly pa: number;
  readonly attributes: MappingAttributes;
  readonly blocks: boolean;
}

/** Ranges of virtual pages that do not overlap, in order. */
export class RangeList<Range extends PageRange> {
  protected ranges: Range[] = [];

  get all(): readonly Range[] {
    return this.ranges;
  }

  get pages(): number {
    return this.ranges.reduce((sum, { pages }) => sum + pages, 0);
  }

  clear(): void {
    this.ranges = [];
  }

  /** The range that holds a page. */
  at(page: number): Range | undefined {
    const range = this.ranges[this.indexFrom(page)];
    return range !== undefined && range.page <= page ? range : undefined;
  }

  /** The first range that shares a page with the one given. */
  overlap({ page, pages }: PageRange): Range | undefined {
    const range = this.ranges[this.indexFrom(page)];
    return range !== undefined && range.page < page + pages ? range : undefined;
  }

  add(range: Range): void {
    this.ranges.splice(this.indexFrom(range.page), 0, range);
  }

  remove(range: Range): void {
    const index = this.ranges.indexOf(range);
    if (index >= 0) this.ranges.splice(index, 1);
  }

  /** Index of the first range that ends after a page. */
  protected indexFrom(page: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.ranges[middle];
      if (range.page + range.pages <= page) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class MappingList extends RangeList<Mapping> {
  /** The first page of the range that no mapping holds, or -1. */
  firstGap({ page, pages }: PageRange): number {
    let cursor = page;
    for (let i = this.indexFrom(page); cursor < page + pages; i++) {
      const mapping = this.ranges[i];
      if (mapping === undefined || mapping.page > cursor) return cursor;
      cursor = mapping.page + mapping.pages;
    }
    return -1;
  }

  /** The mappings within a range, cut at its ends. */
  parts({ page, pages }: PageRange): Mapping[] {
    const parts: Mapping[] = [];
    for (let i = this.indexFrom(page); i < this.ranges.length && this.ranges[i].page < page + pages; i++) {
      const mapping = this.ranges[i];
      const end = Math.min(page + pages, mapping.page + mapping.pages);
      parts.push(part(mapping, Math.max(page, mapping.page), end));
    }
    return parts;
  }

  /** Removes pages that mappings hold in whole, splitting those at the ends; gives back what was removed. */
  cut(range: PageRange): Mapping[] {
    const removed = this.parts(range);
    if (removed.length === 0) return removed;
    const start = this.indexFrom(range.page);
    const first = this.ranges[start];
    const last = this.ranges[start + removed.length - 1];
    const end = range.page + range.pages;
    const kept: Mapping[] = [];
    if (first.page < range.page) kept.push(part(first, first.page, range.page));
    if (last.page + last.pages > end) kept.push(part(last, end, last.page + last.pages));
    this.ranges.splice(start, removed.length, ...kept);
    return removed;
  }
}

function part(mapping: Mapping, from: number, to: number): Mapping {
  return { ...mapping, page: from, pages: to - from, pa: mapping.pa + (from - mapping.page) * 4096 };
}
