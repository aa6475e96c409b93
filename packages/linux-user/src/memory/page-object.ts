import { PAGE_SIZE } from '@armature/core';
import { type Frames, NO_FRAME } from './frames.ts';

/** Where the pages of an object come from, and go to. */
export interface PageStore {
  /** Fills a page, which is zeroed; false past the end, where there is no page. */
  read(index: number, into: Uint8Array): boolean;
  /** Writes a page back. */
  write?(index: number, bytes: Uint8Array): void;
  /** Nobody maps the object any more. */
  close?(): void;
}

/** What {@link PageObject.frame} gives past the end of a file. */
export const PAST_END = -2;

/**
 * Pages that address spaces share: those of a program's file, of a mapped file, of shared anonymous memory. Each is
 * read when first asked for, and held until nobody maps the object.
 */
export class PageObject {
  private readonly frames: Frames;
  private readonly store: PageStore | undefined;
  private readonly pages = new Map<number, number>();
  private users = 0;

  /** @param store default: pages of zeros */
  constructor(frames: Frames, store?: PageStore) {
    this.frames = frames;
    this.store = store;
  }

  /** Frame of a page, which stays the object's too; {@link NO_FRAME}, or {@link PAST_END}. */
  frame(index: number): number {
    const known = this.pages.get(index);
    if (known !== undefined) return known;
    const frame = this.frames.take(true);
    if (frame === NO_FRAME) return NO_FRAME;
    if (this.store !== undefined && !this.store.read(index, this.frames.bytes(frame))) {
      this.frames.give(frame);
      return PAST_END;
    }
    this.frames.changed(frame);
    this.pages.set(index, frame);
    return frame;
  }

  retain(): void {
    this.users++;
  }

  release(): void {
    if (--this.users > 0) return;
    this.writeBack();
    this.drop();
    this.store?.close?.();
  }

  /** True while somebody maps it. */
  get inUse(): boolean {
    return this.users > 0;
  }

  /** Gives the frames of an object that nobody maps back; they are read again when asked for. */
  drop(): void {
    for (const frame of this.pages.values()) this.frames.give(frame);
    this.pages.clear();
  }

  /** Writes every page that is here to the store. */
  writeBack(): void {
    if (this.store?.write === undefined) return;
    for (const [index, frame] of this.pages) this.store.write(index, this.frames.bytes(frame));
  }

  /** Reads pages that are here again: the store changed from `start` for `length` bytes. */
  refresh(start: number, length: number): void {
    for (const [index, frame] of this.pages) {
      if (index * PAGE_SIZE >= start + length || (index + 1) * PAGE_SIZE <= start) continue;
      this.store?.read(index, this.frames.bytes(frame));
      this.frames.changed(frame);
    }
  }
}
