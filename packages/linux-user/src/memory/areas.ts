import type { PageObject } from './page-object.ts';

/** Rights of an area. @spec Linux, mmap(2) */
export const PROT = { read: 1, write: 2, execute: 4 } as const;

/** Consecutive virtual pages with the same rights and origin: what /proc/self/maps shows. */
export interface Area {
  /** First page. */
  readonly start: number;
  /** One past the last page. */
  readonly end: number;
  /** Bits of {@link PROT}. */
  readonly rights: number;
  /** Writes are seen by everyone who maps the object; else they make private copies. */
  readonly shared: boolean;
  /** Where pages come from; default: zeros. */
  readonly object: PageObject | undefined;
  /** Page of the object at `start`. */
  readonly objectPage: number;
  /** What /proc/self/maps calls it. */
  readonly name: string;
}

/** The areas of an address space, in order, without overlap. Areas of an object count as its users. */
export class AreaList {
  private areas: Area[] = [];
  private last: Area | undefined;

  get all(): readonly Area[] {
    return this.areas;
  }

  get count(): number {
    return this.areas.length;
  }

  /** Pages of all areas. */
  get pages(): number {
    return this.areas.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  at(page: number): Area | undefined {
    const { last } = this;
    if (last !== undefined && page >= last.start && page < last.end) return last;
    const area = this.areas[this.indexFrom(page)];
    if (area === undefined || area.start > page) return undefined;
    this.last = area;
    return area;
  }

  /** Areas that share a page with a range. */
  within(start: number, end: number): Area[] {
    const found: Area[] = [];
    for (let i = this.indexFrom(start); i < this.areas.length && this.areas[i].start < end; i++) {
      found.push(this.areas[i]);
    }
    return found;
  }

  /** True when every page of a range is of an area. */
  covers(start: number, end: number): boolean {
    let cursor = start;
    for (const area of this.within(start, end)) {
      if (area.start > cursor) return false;
      cursor = area.end;
    }
    return cursor >= end;
  }

  /** Adds an area to a range that is free; joins it with neighbours it continues. */
  add(area: Area): void {
    area.object?.retain();
    this.last = undefined;
    let index = this.indexFrom(area.start);
    let joined = area;
    const before = this.areas[index - 1];
    if (before !== undefined && continues(before, joined)) {
      joined = { ...before, end: joined.end };
      area.object?.release();
      this.areas.splice(--index, 1);
    }
    const after = this.areas[index];
    if (after !== undefined && continues(joined, after)) {
      joined = { ...joined, end: after.end };
      after.object?.release();
      this.areas.splice(index, 1);
    }
    this.areas.splice(index, 0, joined);
  }

  /** Takes a range out; gives the pieces, whose objects the caller releases. */
  cut(start: number, end: number): Area[] {
    this.last = undefined;
    const index = this.indexFrom(start);
    const touched = this.within(start, end);
    const kept: Area[] = [];
    const pieces: Area[] = [];
    for (const area of touched) {
      const from = Math.max(area.start, start);
      const to = Math.min(area.end, end);
      pieces.push(part(area, from, to));
      if (area.start < from) {
        area.object?.retain();
        kept.push(part(area, area.start, from));
      }
      if (area.end > to) {
        area.object?.retain();
        kept.push(part(area, to, area.end));
      }
    }
    this.areas.splice(index, touched.length, ...kept);
    return pieces;
  }

  /**
   * The highest free range of `pages` pages that ends at or before `limit` and begins at or after `floor`; -1 when
   * there is none.
   */
  highestGap(pages: number, floor: number, limit: number): number {
    let end = limit;
    for (let i = this.indexFrom(limit - 1); i >= 0; i--) {
      const area = this.areas[i];
      if (area === undefined || area.start >= end) continue;
      if (area.end < end && end - area.end >= pages) break;
      end = area.start;
    }
    return end - pages >= floor ? end - pages : -1;
  }

  /** Index of the first area that ends after a page. */
  private indexFrom(page: number): number {
    let low = 0;
    let high = this.areas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.areas[middle].end <= page) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function part(area: Area, start: number, end: number): Area {
  return { ...area, start, end, objectPage: area.objectPage + (start - area.start) };
}

function continues(a: Area, b: Area): boolean {
  return (
    a.end === b.start &&
    a.rights === b.rights &&
    a.shared === b.shared &&
    a.object === b.object &&
    a.name === b.name &&
    (a.object === undefined || a.objectPage + (a.end - a.start) === b.objectPage)
  );
}
