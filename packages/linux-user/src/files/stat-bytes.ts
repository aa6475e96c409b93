/** What stat and its kind write. @spec Linux, include/uapi/asm-generic/stat.h; include/uapi/linux/stat.h */
import type { FileStat } from './constants.ts';

const NANOS = 1_000_000_000n;

function time(view: DataView, at: number, nanos: bigint): void {
  view.setBigInt64(at, nanos / NANOS, true);
  view.setBigInt64(at + 8, nanos % NANOS, true);
}

/** struct stat: 128 bytes. */
export function statBytes(stat: FileStat): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(stat.device), true);
  view.setBigUint64(8, BigInt(stat.inode), true);
  view.setUint32(16, stat.mode, true);
  view.setUint32(20, stat.links, true);
  view.setUint32(24, stat.uid, true);
  view.setUint32(28, stat.gid, true);
  view.setBigUint64(32, BigInt(stat.rdev), true);
  view.setBigInt64(48, BigInt(stat.size), true);
  view.setInt32(56, stat.blockSize, true);
  view.setBigInt64(64, BigInt(stat.blocks), true);
  time(view, 72, stat.accessed);
  time(view, 88, stat.modified);
  time(view, 104, stat.changed);
  return bytes;
}

const STATX_BASIC_STATS = 0x7ff;

/** struct statx: 256 bytes. */
export function statxBytes(stat: FileStat): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STATX_BASIC_STATS, true);
  view.setUint32(4, stat.blockSize, true);
  view.setUint32(16, stat.links, true);
  view.setUint32(20, stat.uid, true);
  view.setUint32(24, stat.gid, true);
  view.setUint16(28, stat.mode, true);
  view.setBigUint64(32, BigInt(stat.inode), true);
  view.setBigUint64(40, BigInt(stat.size), true);
  view.setBigUint64(48, BigInt(stat.blocks), true);
  for (const [at, nanos] of [
    [64, stat.accessed],
    [96, stat.changed],
    [112, stat.modified],
  ] as const) {
    view.setBigInt64(at, nanos / NANOS, true);
    view.setUint32(at + 8, Number(nanos % NANOS), true);
  }
  view.setUint32(128, stat.rdev >> 8, true);
  view.setUint32(132, stat.rdev & 0xff, true);
  view.setUint32(136, Math.floor(stat.device / 256) >>> 0, true);
  view.setUint32(140, stat.device & 0xff, true);
  return bytes;
}

/** struct statfs: 120 bytes. */
export function statfsBytes(space: { total: number; free: number; type: number }): Uint8Array {
  const words = [
    space.type,
    4096,
    space.total,
    space.free,
    space.free,
    1_000_000,
    999_999,
    0,
    255,
    4096,
    0,
    0,
    0,
    0,
    0,
  ];
  const bytes = new Uint8Array(BigInt64Array.from(words, (value) => BigInt(Math.floor(value))).buffer);
  // f_fsid is two words of 32 bits; what follows is of 64 bits.
  return bytes;
}
