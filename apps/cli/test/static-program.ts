import { assemble } from '@armature/isa';

const BASE = 0x40_0000;
/** ELF header and one program header. */
const HEADERS = 120;

/** A static Linux program of one segment, which it may read and execute; its code begins at its first instruction. */
export function staticProgram(source: string): Uint8Array {
  const entry = BigInt(BASE + HEADERS);
  const code = assemble(source, { origin: entry }).bytes;
  const file = new Uint8Array(HEADERS + code.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 183, true);
  view.setBigUint64(24, entry, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true);
  view.setUint32(68, 5, true);
  view.setBigUint64(80, BigInt(BASE), true);
  view.setBigUint64(96, BigInt(file.length), true);
  view.setBigUint64(104, BigInt(file.length), true);
  file.set(code, HEADERS);
  return file;
}
