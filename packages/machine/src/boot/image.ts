/** Recognising guest images by their first bytes. */
import { ArmatureError, formatBytes } from '@armature/core';

export type ImageKind =
  /** An ELF file of any kind. */
  | 'elf'
  /** An arm64 Linux `Image`, or anything with its header. */
  | 'linux'
  /** A flattened device tree. */
  | 'device-tree'
  /** gzip data: {@link decompressImage} unpacks it. */
  | 'gzip'
  /** No format recognised: may be plain A64 code. */
  | 'raw';

/** Start of a file format that is surely not A64 code. */
const FOREIGN: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['a ZIP archive', [0x50, 0x4b, 0x03, 0x04]],
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
  ['an XZ archive', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['Zstandard data', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2 data', [0x42, 0x5a, 0x68]],
  ['a U-Boot uImage', [0x27, 0x05, 0x19, 0x56]],
  ['a QCOW2 disk', [0x51, 0x46, 0x49, 0xfb]],
  ['a cpio archive', [0x30, 0x37, 0x30, 0x37]],
  ['a WebAssembly module', [0x00, 0x61, 0x73, 0x6d]],
  ['a Mach-O program', [0xcf, 0xfa, 0xed, 0xfe]],
  ['a PE program', [0x4d, 0x5a]],
];

/** Offset of the magic number in the arm64 Image header. */
export const LINUX_MAGIC_OFFSET = 56;
const LINUX_MAGIC = [0x41, 0x52, 0x4d, 0x64];

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean =>
  magic.every((byte, index) => bytes[at + index] === byte);

/**
 * Says what an image is by its magic number.
 *
 * @example
 * detectImage(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46)); // 'elf'
 */
export function detectImage(bytes: Uint8Array): ImageKind {
  if (startsWith(bytes, [0x7f, 0x45, 0x4c, 0x46])) return 'elf';
  if (startsWith(bytes, LINUX_MAGIC, LINUX_MAGIC_OFFSET)) return 'linux';
  if (startsWith(bytes, [0xd0, 0x0d, 0xfe, 0xed])) return 'device-tree';
  if (startsWith(bytes, [0x1f, 0x8b])) return 'gzip';
  return 'raw';
}

/**
 * Refuses what is certainly no code: nothing at all, files of known other formats, text.
 *
 * @throws IMAGE_INVALID
 */
export function checkPlausibleCode(bytes: Uint8Array): void {
  const reason = implausible(bytes);
  if (reason === undefined) return;
  throw new ArmatureError('IMAGE_INVALID', `the image is ${reason}, not an image this machine can run`, {
    context: { size: bytes.length },
    hint: 'Give an AArch64 ELF file, an arm64 Linux Image or raw A64 code; for raw code say where to load it.',
  });
}

function implausible(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return 'empty';
  const kind = detectImage(bytes);
  if (kind === 'device-tree') return 'a device tree blob';
  const foreign = FOREIGN.find(([, magic]) => startsWith(bytes, magic));
  if (foreign !== undefined) return foreign[0];
  if (bytes.length < 4) return formatBytes(bytes.length);
  const head = bytes.subarray(0, 4096);
  if (isText(head)) return 'text';
  return head.every((byte) => byte === 0) ? 'all zeros' : undefined;
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 0x20) || byte === 0x7f)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Most that a compressed image may grow to, bytes: the limit QEMU has. */
const DECOMPRESSED_LIMIT = 256 * 2 ** 20;

/**
 * Unpacks a gzip image; other images are given back as they are.
 *
 * @throws IMAGE_INVALID when the data is damaged; IMAGE_TOO_LARGE when it unpacks to more than 256 MiB
 */
export async function decompressImage(bytes: Uint8Array): Promise<Uint8Array> {
  if (detectImage(bytes) !== 'gzip') return bytes;
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      total += value.length;
      if (total > DECOMPRESSED_LIMIT) {
        await reader.cancel();
        break;
      }
    }
  } catch (cause) {
    throw new ArmatureError('IMAGE_INVALID', 'the gzip image is damaged', {
      hint: 'Check the file with gzip -t.',
      cause,
    });
  }
  if (total > DECOMPRESSED_LIMIT) {
    throw new ArmatureError(
      'IMAGE_TOO_LARGE',
      `the gzip image unpacks to more than ${formatBytes(DECOMPRESSED_LIMIT)}`,
      {
        hint: 'Give the unpacked image.',
      },
    );
  }
  const joined = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
