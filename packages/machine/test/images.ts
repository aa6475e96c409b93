/** Small images of every format, made byte by byte. */

export interface SegmentSpec {
  readonly vaddr?: number;
  readonly paddr: number;
  readonly bytes?: readonly number[];
  readonly memsz?: number;
  readonly flags?: number;
  readonly type?: number;
}

export interface ElfSpec {
  readonly entry?: number;
  readonly type?: number;
  readonly machine?: number;
  readonly elfClass?: number;
  readonly encoding?: number;
  readonly segments?: readonly SegmentSpec[];
}

/** An ELF file with program headers right behind its header, and contents behind those. */
export function elfImage(spec: ElfSpec = {}): Uint8Array {
  const segments = spec.segments ?? [{ paddr: 0x4008_0000, bytes: [0, 0, 0, 0x14] }];
  const headers = 64 + 56 * segments.length;
  const size = segments.reduce((total, { bytes = [] }) => total + bytes.length, headers);
  const image = new Uint8Array(size);
  const view = new DataView(image.buffer);
  const little = spec.encoding !== 2;
  image.set([0x7f, 0x45, 0x4c, 0x46, spec.elfClass ?? 2, spec.encoding ?? 1, 1]);
  view.setUint16(16, spec.type ?? 2, little);
  view.setUint16(18, spec.machine ?? 183, little);
  view.setUint32(20, 1, little);
  view.setBigUint64(24, BigInt(spec.entry ?? 0x4008_0000), little);
  view.setBigUint64(32, 64n, little);
  view.setUint16(52, 64, little);
  view.setUint16(54, 56, little);
  view.setUint16(56, segments.length, little);
  let offset = headers;
  for (const [index, { vaddr, paddr, bytes = [], memsz, flags = 5, type = 1 }] of segments.entries()) {
    const at = 64 + 56 * index;
    view.setUint32(at, type, little);
    view.setUint32(at + 4, flags, little);
    view.setBigUint64(at + 8, BigInt(offset), little);
    view.setBigUint64(at + 16, BigInt(vaddr ?? paddr), little);
    view.setBigUint64(at + 24, BigInt(paddr), little);
    view.setBigUint64(at + 32, BigInt(bytes.length), little);
    view.setBigUint64(at + 40, BigInt(memsz ?? bytes.length), little);
    image.set(bytes, offset);
    offset += bytes.length;
  }
  return image;
}

/** An arm64 Image of 4 KiB that branches to itself. */
export function linuxImage(
  spec: { textOffset?: number; imageSize?: number; flags?: number } = {},
): Uint8Array {
  const image = new Uint8Array(4096);
  const view = new DataView(image.buffer);
  view.setUint32(0, 0x1400_0000, true);
  view.setBigUint64(8, BigInt(spec.textOffset ?? 0), true);
  view.setBigUint64(16, BigInt(spec.imageSize ?? 0x2000), true);
  view.setUint32(24, spec.flags ?? 0b1010, true);
  image.set([0x41, 0x52, 0x4d, 0x64], 56);
  return image;
}
