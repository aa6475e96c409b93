/**
 * Bytes in few: what a module repeats is written as a distance back and a length, as LZ77 does. Made for a decoder that
 * is short and fast while the host has not optimised it yet; hosts' own decoders take longer to start.
 *
 * Packed bytes are steps, each a number of literal bytes, these bytes, and a copy:
 *
 *     token      high nibble: literals; low nibble: bytes to copy less 4; 15 goes on in the bytes that follow
 *     [n]        added to the literals, 255 to be followed by more
 *     literals
 *     distance   two bytes, the low one first; the last step ends before it
 *     [n]        added to the length, as before
 */
const SHORTEST_COPY = 4;
const FARTHEST = 0xffff;
const MORE = 15;

/** The bytes that were packed. */
export function unpack(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let from = 0;
  let to = 0;
  while (from < packed.length) {
    const token = packed[from++];
    let literals = token >>> 4;
    if (literals === MORE) {
      let more: number;
      do {
        more = packed[from++];
        literals += more;
      } while (more === 255);
    }
    while (literals-- > 0) bytes[to++] = packed[from++];
    if (from >= packed.length) break;
    const distance = packed[from] | (packed[from + 1] << 8);
    from += 2;
    let copied = (token & 15) + SHORTEST_COPY;
    if ((token & 15) === MORE) {
      let more: number;
      do {
        more = packed[from++];
        copied += more;
      } while (more === 255);
    }
    // Byte by byte: what is copied may overlap what it is copied to.
    while (copied-- > 0) {
      bytes[to] = bytes[to - distance];
      to++;
    }
  }
  return bytes;
}

/** How many places that begin alike are looked at. */
const CANDIDATES = 256;

/** Packs bytes for {@link unpack}. Takes its time: a build does it once. */
export function pack(bytes: Uint8Array): Uint8Array {
  const packed: number[] = [];
  const places = new Map<number, number[]>();
  const beginning = (at: number): number =>
    bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  const remember = (at: number): void => {
    if (at + SHORTEST_COPY > bytes.length) return;
    const key = beginning(at);
    const list = places.get(key);
    if (list === undefined) places.set(key, [at]);
    else list.push(at);
  };
  const findCopy = (at: number): { distance: number; length: number } => {
    const best = { distance: 0, length: 0 };
    if (at + SHORTEST_COPY > bytes.length) return best;
    const list = places.get(beginning(at)) ?? [];
    for (let index = list.length - 1; index >= Math.max(0, list.length - CANDIDATES); index--) {
      const distance = at - list[index];
      if (distance > FARTHEST) break;
      let length = SHORTEST_COPY;
      while (at + length < bytes.length && bytes[at + length - distance] === bytes[at + length]) length++;
      if (length > best.length) Object.assign(best, { distance, length });
    }
    return best;
  };
  const writeMore = (value: number): void => {
    let rest = value;
    for (; rest >= 255; rest -= 255) packed.push(255);
    packed.push(rest);
  };
  const writeLiterals = (from: number, to: number, copy: number): void => {
    const count = to - from;
    packed.push((Math.min(count, MORE) << 4) | copy);
    if (count >= MORE) writeMore(count - MORE);
    for (let index = from; index < to; index++) packed.push(bytes[index]);
  };
  let written = 0;
  let at = 0;
  while (at < bytes.length) {
    const { distance, length } = findCopy(at);
    // A copy that begins one byte later may be longer.
    remember(at);
    if (length < SHORTEST_COPY || findCopy(at + 1).length > length) {
      at++;
      continue;
    }
    const extra = length - SHORTEST_COPY;
    writeLiterals(written, at, Math.min(extra, MORE));
    packed.push(distance & 0xff, distance >>> 8);
    if (extra >= MORE) writeMore(extra - MORE);
    for (let index = at + 1; index < at + length; index++) remember(index);
    at += length;
    written = at;
  }
  if (written < at) writeLiterals(written, at, 0);
  return Uint8Array.from(packed);
}
