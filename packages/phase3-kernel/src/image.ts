import { assemble } from '@armature/isa';
import { phase3KernelLayout } from './layout.ts';
import { source } from './source/index.ts';

/** The assembled kernel. Addresses are physical. */
export interface Phase3KernelImage {
  /** The flat image, an arm64 Linux Image with bss and stacks included. */
  readonly bytes: Uint8Array;
  /** Where the first byte belongs. */
  readonly loadAddress: bigint;
  /** Where to enter it, at EL1 with the MMU off and a device tree's address in x0. */
  readonly entry: bigint;
  /** Labels (load addresses) and constants of the source, by name. */
  readonly symbols: ReadonlyMap<string, bigint>;
}

let built: (Omit<Phase3KernelImage, 'bytes'> & { readonly image: Uint8Array }) | undefined;

/**
 * The kernel as an image, assembled on the first call. Each call gives bytes of its own, so a caller may patch them.
 *
 * @example
 * const { bytes, loadAddress } = phase3KernelImage();
 */
export function phase3KernelImage(): Phase3KernelImage {
  if (built === undefined) {
    const loadAddress = phase3KernelLayout.imageBase;
    const { bytes, symbols } = assemble(source, { origin: loadAddress });
    built = { image: bytes, loadAddress, entry: loadAddress, symbols };
  }
  const { image, loadAddress, entry, symbols } = built;
  return { bytes: image.slice(), loadAddress, entry, symbols };
}
