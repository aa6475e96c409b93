import { type FrameAllocator, PAGE_SIZE, type PageTableBuilder, type PhysicalMemory } from '@armature/core';
import type { MemoryManager } from '@armature/memory';
import { AddressSpace } from './address-space.ts';
import { Frames } from './frames.ts';
import { PageObject, type PageStore } from './page-object.ts';
import { UserMemory } from './user-memory.ts';

/** Programs whose pages are kept for the next one that runs them. */
const MOST_IMAGES = 16;
const MOST_ASIDS = 65_536;

/** What the kernel needs of the memory manager. */
export type PhysicalManager = Pick<
  MemoryManager,
  'allocator' | 'memoryAllocPages' | 'memoryFree' | 'memoryMap' | 'controlRegisters' | 'memoryGetStats'
>;

interface CachedImage {
  readonly bytes: Uint8Array;
  readonly object: PageObject;
}

/** User memory as a whole: frames, address spaces, and the pages of programs' files. */
export class Memory {
  readonly frames: Frames;
  readonly physical: PhysicalMemory;
  private readonly allocator: FrameAllocator;
  private readonly tables: PageTableBuilder;
  private readonly images = new Map<string, CachedImage>();
  /** Files that are mapped to be shared, by the key of the file. */
  private readonly files = new Map<string, PageObject>();
  private lastAsid = 0;
  private emptyFrame = -1;

  private readonly forgetTranslations: () => void;

  /** @param forgetTranslations has CPUs drop everything they remember of tables */
  constructor(
    manager: PhysicalManager,
    physical: PhysicalMemory,
    tables: PageTableBuilder,
    forgetTranslations: () => void,
  ) {
    this.forgetTranslations = forgetTranslations;
    this.physical = physical;
    this.allocator = manager.allocator;
    this.tables = tables;
    this.frames = new Frames(manager, physical);
    this.frames.onShortage(() => this.forgetImages());
  }

  /** An ASID for a new address space. Before one is given a second time, CPUs forget all translations. */
  takeAsid(): number {
    this.lastAsid++;
    if (this.lastAsid === MOST_ASIDS) {
      this.lastAsid = 1;
      this.forgetTranslations();
    }
    return this.lastAsid;
  }

  /** Physical address of a table that maps nothing: for an address space before its first page. */
  get emptyTable(): bigint {
    if (this.emptyFrame < 0) this.emptyFrame = this.frames.take(true);
    return BigInt(this.emptyFrame * PAGE_SIZE);
  }

  createSpace(): AddressSpace {
    const { frames, physical, allocator, tables } = this;
    return new AddressSpace({ memory: physical, frames, allocator, tables }, this.takeAsid());
  }

  access(space: AddressSpace): UserMemory {
    return new UserMemory(space, this.physical);
  }

  /** Pages that everyone who maps the object shares. */
  createObject(store?: PageStore): PageObject {
    return new PageObject(this.frames, store);
  }

  /**
   * A program's file, read once for as long as its key stays the same: its pages, and the code that engines derived
   * from them, serve every process that runs it.
   */
  image(key: string, read: () => Uint8Array): CachedImage {
    const known = this.images.get(key);
    if (known !== undefined) {
      this.images.delete(key);
      this.images.set(key, known);
      return known;
    }
    const bytes = read();
    const image = { bytes, object: this.createObject(bytesStore(bytes)) };
    image.object.retain();
    this.images.set(key, image);
    for (const [oldest, { object }] of this.images) {
      if (this.images.size <= MOST_IMAGES) break;
      this.images.delete(oldest);
      object.release();
    }
    return image;
  }

  /** The pages of a file that is mapped to be shared. */
  sharedFile(key: string, store: PageStore): PageObject {
    const known = this.files.get(key);
    if (known?.inUse) {
      store.close?.();
      return known;
    }
    const object = this.createObject({
      ...store,
      close: () => {
        if (this.files.get(key) === object) this.files.delete(key);
        store.close?.();
      },
    });
    this.files.set(key, object);
    return object;
  }

  /** The shared pages of a file, if it is mapped so. */
  findSharedFile(key: string | undefined): PageObject | undefined {
    return key === undefined || this.files.size === 0 ? undefined : this.files.get(key);
  }

  /** Pages of programs can be read again. True when any was let go. */
  private forgetImages(): boolean {
    const before = this.frames.inUse;
    for (const { object } of this.images.values()) object.drop();
    return this.frames.inUse < before;
  }
}

function bytesStore(bytes: Uint8Array): PageStore {
  return {
    read: (index, into) => {
      const start = index * PAGE_SIZE;
      if (start >= bytes.length) return false;
      into.set(bytes.subarray(start, start + PAGE_SIZE));
      return true;
    },
  };
}
