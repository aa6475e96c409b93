/**
 * The header of an arm64 Linux kernel image.
 *
 * @spec Linux, Documentation/arch/arm64/booting.rst
 */
import { ArmatureError } from '@armature/core';
import { detectImage, LINUX_MAGIC_OFFSET } from './image.ts';

export interface LinuxImageHeader {
  /** Offset from a 2 MiB boundary at which the image wants to be, bytes; valid when `imageSize` is not 0. */
  readonly textOffset: number;
  /** Bytes that the kernel takes in memory, zeroed data included; 0 in kernels before 3.17. */
  readonly imageSize: number;
  readonly bigEndian: boolean;
  /** Granule the kernel was built for, KiB; undefined when it does not say. */
  readonly pageKiB: 4 | 16 | 64 | undefined;
  /** It may be placed anywhere in memory, not only near its base. */
  readonly placedAnywhere: boolean;
  /** It is an EFI application as well. */
  readonly efi: boolean;
}

const PAGE_SIZES = [undefined, 4, 16, 64] as const;

/** @throws IMAGE_INVALID when the bytes have no such header */
export function parseLinuxImage(bytes: Uint8Array): LinuxImageHeader {
  if (detectImage(bytes) !== 'linux' || bytes.length < LINUX_MAGIC_OFFSET + 8) {
    throw new ArmatureError('IMAGE_INVALID', 'the image has no arm64 Linux header', {
      hint: 'Give the file that a kernel build leaves at arch/arm64/boot/Image.',
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(24, true);
  return {
    textOffset: Number(view.getBigUint64(8, true)),
    imageSize: Number(view.getBigUint64(16, true)),
    bigEndian: (flags & 1) !== 0,
    pageKiB: PAGE_SIZES[(flags >>> 1) & 3],
    placedAnywhere: (flags & 8) !== 0,
    efi: bytes[0] === 0x4d && bytes[1] === 0x5a,
  };
}
