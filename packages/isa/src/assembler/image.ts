/** A flat image of assembled bytes, and its relocation to another address. */

/** A word of the image that holds an absolute address inside the image. */
export interface ImageRelocation {
  /** Offset from the start of the image in bytes. */
  readonly offset: number;
  /** Width in bytes. */
  readonly width: 4 | 8;
}

/** What `assemble` makes. */
export interface AssembledImage {
  /** Address of the first byte. */
  readonly origin: bigint;
  /** The image, without the zero-initialised sections at its end. */
  readonly bytes: Uint8Array;
  /** The image as little-endian 32-bit words, the last one padded with zeros. */
  readonly words: Uint32Array;
  /** Bytes the image takes in memory, zero-initialised sections included. */
  readonly memorySize: number;
  /** Symbols by name: addresses of labels, values of `.equ` symbols. */
  readonly symbols: ReadonlyMap<string, bigint>;
  /** The symbols that are addresses inside the image and move with it. */
  readonly addressSymbols: ReadonlySet<string>;
  readonly relocations: readonly ImageRelocation[];
  /** The image may move by multiples of this many bytes. */
  readonly granule: bigint;
  /** Statements whose encoding depends on the origin in a way {@link relocateImage} can't follow. */
  readonly pinnedBy: readonly string[];
  /** Sections in image order, with their offset and size in bytes. */
  readonly sections: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
}

/** Thrown when an image can't move to the address asked for. */
export class RelocationError extends Error {
  override readonly name = 'RelocationError';
  readonly code: 'IMAGE_PINNED' | 'GRANULE_MISMATCH' | 'VALUE_OUT_OF_RANGE';
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: RelocationError['code'], message: string, context: Readonly<Record<string, unknown>>) {
    super(message);
    this.code = code;
    this.context = context;
  }
}

/** Bytes as little-endian words, padded with zeros to a whole word. */
export function toWords(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  for (const [index, byte] of bytes.entries())
    words[index >> 2] = (words[index >> 2] as number) | (byte << ((index & 3) * 8));
  return words;
}

/**
 * Moves an image to another origin without assembling it again: adjusts absolute addresses and symbols.
 *
 * @throws RelocationError when the image contains code tied to its origin, when the distance is not a multiple of
 * the image's granule, or when a 4-byte address no longer fits.
 */
export function relocateImage(image: AssembledImage, origin: bigint | number): AssembledImage {
  const target = BigInt(origin);
  const delta = target - image.origin;
  if (delta === 0n) return image;
  if (image.pinnedBy.length > 0) {
    throw new RelocationError(
      'IMAGE_PINNED',
      `the image depends on its origin: ${image.pinnedBy.join('; ')}`,
      {
        pinnedBy: image.pinnedBy,
      },
    );
  }
  if (delta % image.granule !== 0n) {
    throw new RelocationError(
      'GRANULE_MISMATCH',
      `the image moves by multiples of ${image.granule} bytes, not ${delta}`,
      {
        granule: image.granule,
        delta,
      },
    );
  }
  const bytes = image.bytes.slice();
  const view = new DataView(bytes.buffer);
  for (const { offset, width } of image.relocations) {
    if (width === 8) {
      view.setBigUint64(offset, view.getBigUint64(offset, true) + delta, true);
      continue;
    }
    const moved = BigInt(view.getUint32(offset, true)) + delta;
    if (moved < 0n || moved > 0xffff_ffffn) {
      throw new RelocationError(
        'VALUE_OUT_OF_RANGE',
        `a 4-byte address at offset ${offset} would become ${moved}`,
        {
          offset,
          value: moved,
        },
      );
    }
    view.setUint32(offset, Number(moved), true);
  }
  const symbols = new Map(image.symbols);
  for (const name of image.addressSymbols)
    symbols.set(name, BigInt.asUintN(64, (symbols.get(name) ?? 0n) + delta));
  return { ...image, origin: target, bytes, words: toWords(bytes), symbols };
}
