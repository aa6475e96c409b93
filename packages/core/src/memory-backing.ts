/**
 * Guest memory that is backed frame by frame.
 *
 * Terms: a *guest frame* is a page of a region, counted from the region's base; a *host frame* is a page of machine
 * memory, its offset divided by 4096. A guest frame is *untouched* until something writes to it or the guest accesses it;
 * then it is given a host frame that reads as zero, which is its own until it is released.
 */

/** The host frames of one region's guest frames. */
export interface RegionFrames {
  /** By guest frame: its host frame, or 0 while it is untouched. Whoever holds this object alone writes it. */
  readonly table: Int32Array;
  /** A host frame that is always zero: what an untouched guest frame reads as. Nobody writes to it. */
  readonly zeroFrame: number;
  /** Guest frames that are not untouched. */
  readonly touched: number;
  /**
   * Gives an untouched guest frame a host frame, and returns that.
   *
   * @throws MEMORY_EXHAUSTED when there is none left; ALLOCATOR_MISBEHAVED
   */
  touch(guestFrame: number): number;
  /** Gives the host frame of a guest frame back, zeroed; the guest frame is untouched then. */
  release(guestFrame: number): void;
}

/** What a machine needs of a backing. */
export interface BackingRequest {
  /** The machine's name, for messages. */
  readonly machine: string;
  /** Bytes of machine memory in one piece: what everything but the backed regions takes. */
  readonly bytes: number;
  /** Sizes of the regions to be backed, bytes. */
  readonly regions: readonly number[];
}

/** What one machine has of a backing until it closes it. */
export interface BackingLease {
  /** Machine memory. It may be other machines' too, and never grows. */
  readonly memory: WebAssembly.Memory;
  /** Offset of the bytes asked for, zeroed; a multiple of 64 KiB. */
  readonly offset: number;
  /** Frames of the regions, in the order of the request. */
  readonly regions: readonly RegionFrames[];
  /** Gives everything back, zeroed. The machine cannot be used afterwards. */
  close(): void;
}

/** Where the bytes of a region are, other than in one piece of the machine's own memory. */
export interface MemoryBacking {
  /** Backings with the same pool have the same machine memory: those of one machine must. */
  readonly pool: object;
  /** @throws MEMORY_EXHAUSTED when the request does not fit; CONFIG_INVALID */
  open(request: BackingRequest): BackingLease;
  /** The configuration that makes this backing again. */
  toJSON(): { readonly kind: string; readonly [option: string]: unknown };
}
