/** Reading and writing through descriptors. */
import { ERRNO, Failure, fail } from '../errno.ts';
import type { OpenFile } from '../files/open-file.ts';
import { CODE, SIGNAL } from '../signals.ts';
import { Wait } from '../wait.ts';
import type { Context, Handler } from './context.ts';

/** The most that one call moves, and what it moves at a time. */
const MOST = 0x7fff_f000;
const CHUNK = 262_144;
const MOST_VECTORS = 1024;

interface Piece {
  readonly base: number;
  readonly length: number;
}

/** @throws EBADF */
function readable(context: Context, descriptor: number): OpenFile {
  const file = context.process.descriptors.get(descriptor);
  return file.readable ? file : fail('EBADF');
}

/** @throws EBADF */
function writable(context: Context, descriptor: number): OpenFile {
  const file = context.process.descriptors.get(descriptor);
  return file.writable ? file : fail('EBADF');
}

/** An array of struct iovec. @throws EINVAL */
function vectors({ process }: Context, address: number, count: number): Piece[] {
  if (count < 0 || count > MOST_VECTORS) fail('EINVAL');
  const pieces: Piece[] = [];
  let total = 0;
  for (let index = 0; index < count; index++) {
    const base = process.memory.size(address + 16 * index);
    const length = process.memory.size(address + 16 * index + 8);
    if (length > Number.MAX_SAFE_INTEGER) fail('EINVAL');
    const taken = Math.min(length, MOST - total);
    total += taken;
    pieces.push({ base, length: taken });
  }
  return pieces;
}

/** Moves bytes chunk by chunk, until one comes out short; what has been moved counts before any failure. */
function move(
  pieces: readonly Piece[],
  action: (address: number, size: number) => number | Wait,
): number | Wait {
  let done = 0;
  for (const { base, length } of pieces) {
    for (let at = 0; at < length; ) {
      const size = Math.min(CHUNK, length - at);
      let moved: number | Wait;
      try {
        moved = action(base + at, size);
      } catch (error) {
        if (done > 0 && error instanceof Failure) return done;
        throw error;
      }
      if (moved instanceof Wait) return done > 0 ? done : moved;
      done += moved;
      at += moved;
      if (moved < size) return done;
    }
  }
  return done;
}

const read = (context: Context, file: OpenFile, pieces: readonly Piece[]): number | Wait => {
  const { kernel, process } = context;
  kernel.config.memory.findSharedFile(file.mappingKey)?.writeBack();
  if (pieces.every(({ length }) => length === 0)) return 0;
  return move(pieces, (address, size) => {
    // An address that may not be written must not lose what a pipe gives.
    process.memory.reach(address, 1);
    const bytes = new Uint8Array(size);
    const count = file.read(bytes);
    if (count instanceof Wait) return count;
    process.memory.write(address, bytes.subarray(0, count));
    return count;
  });
};

const write = (context: Context, file: OpenFile, pieces: readonly Piece[]): number | Wait => {
  const { process, call } = context;
  // What a pipe took before it was full is remembered while the call waits.
  const before = (call.state as number | undefined) ?? 0;
  const left = skip(pieces, before);
  let taken = 0;
  try {
    const result = move(left, (address, size) => {
      const count = file.write(process.memory.bytes(address, size));
      if (count instanceof Wait) return count;
      changed(context, file, count);
      taken += count;
      return count;
    });
    if (result instanceof Wait) {
      return before > 0 ? new Wait(result.queues, { broken: () => before }) : result;
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.errno === ERRNO.EPIPE) brokenPipe(context);
    if (before + taken > 0) return before + taken;
    throw error;
  }
  const total = before + taken;
  const wanted = pieces.reduce((sum, { length }) => sum + length, 0);
  if (total < wanted && file.blocks && file.queues.length > 0 && taken > 0) {
    call.state = total;
    return new Wait(file.queues, { broken: () => total });
  }
  return total;
};

/** Writing where nobody reads: SIGPIPE, and EPIPE for who ignores it. */
function brokenPipe({ kernel, process, thread }: Context): void {
  kernel.send(thread, { signal: SIGNAL.SIGPIPE, code: CODE.SI_USER, pid: process.pid });
}

/** Pages of the file that are mapped to be shared show what was written. */
function changed({ kernel }: Context, file: OpenFile, count: number): void {
  const object = kernel.config.memory.findSharedFile(file.mappingKey);
  if (object !== undefined && count > 0) object.refresh(0, Number.MAX_SAFE_INTEGER);
}

/** Pieces without their first bytes. */
function skip(pieces: readonly Piece[], bytes: number): Piece[] {
  let left = bytes;
  return pieces.flatMap(({ base, length }) => {
    const cut = Math.min(left, length);
    left -= cut;
    return length - cut > 0 ? [{ base: base + cut, length: length - cut }] : [];
  });
}

const one = ({ call }: Context): Piece[] => {
  const length = call.long(2);
  if (length < 0) fail('EINVAL');
  return [{ base: call.size(1), length: Math.min(length, MOST) }];
};

const several = (context: Context): Piece[] => vectors(context, context.call.size(1), context.call.long(2));

/** Reads or writes at a position, which does not move. */
function positioned(context: Context, pieces: readonly Piece[], writes: boolean): number {
  const { process, call, kernel } = context;
  const file = writes ? writable(context, call.int(0)) : readable(context, call.int(0));
  let position = call.long(3);
  if (position < 0) fail('EINVAL');
  if (!writes) kernel.config.memory.findSharedFile(file.mappingKey)?.writeBack();
  const result = move(pieces, (address, size) => {
    const bytes = writes ? process.memory.bytes(address, size) : new Uint8Array(size);
    const count = writes ? file.writeAt(bytes, position) : file.readAt(bytes, position);
    if (writes) changed(context, file, count);
    else process.memory.write(address, bytes.subarray(0, count));
    position += count;
    return count;
  });
  return result as number;
}

const lseek: Handler = ({ process, call }) =>
  process.descriptors.get(call.int(0)).seek(call.long(1), call.int(2));

/** Moves bytes from one file to another: sendfile, copy_file_range, splice. */
function between(
  context: Context,
  from: OpenFile,
  to: OpenFile,
  offsets: { from: number; to: number },
  length: number,
): number | Wait {
  const { process } = context;
  if (!from.readable || !to.writable) fail('EBADF');
  let fromAt = offsets.from === 0 ? undefined : process.memory.long(offsets.from);
  let toAt = offsets.to === 0 ? undefined : process.memory.long(offsets.to);
  if ((fromAt ?? 0) < 0 || (toAt ?? 0) < 0) fail('EINVAL');
  const wanted = Math.min(length, MOST);
  let done = 0;
  while (done < wanted) {
    // A pipe takes what it has room for; no byte is read that has no place to go.
    if ((to.poll() & 4) === 0) return done > 0 ? done : new Wait(to.queues);
    const bytes = new Uint8Array(Math.min(to.queues.length > 0 ? 4096 : CHUNK, wanted - done));
    const count = fromAt === undefined ? from.read(bytes) : from.readAt(bytes, fromAt);
    if (count instanceof Wait) return done > 0 ? done : count;
    if (count === 0) break;
    const part = bytes.subarray(0, count);
    const written = toAt === undefined ? to.write(part) : to.writeAt(part, toAt);
    if (written instanceof Wait) return done > 0 ? done : written;
    if (fromAt !== undefined) fromAt += written;
    if (toAt !== undefined) toAt += written;
    done += written;
    if (written < count) break;
  }
  if (fromAt !== undefined) process.memory.setU64(offsets.from, BigInt(fromAt));
  if (toAt !== undefined) process.memory.setU64(offsets.to, BigInt(toAt));
  return done;
}

export const ioCalls: Readonly<Record<string, Handler>> = {
  read: (context) => read(context, readable(context, context.call.int(0)), one(context)),
  write: (context) => write(context, writable(context, context.call.int(0)), one(context)),
  readv: (context) => read(context, readable(context, context.call.int(0)), several(context)),
  writev: (context) => write(context, writable(context, context.call.int(0)), several(context)),
  pread64: (context) => positioned(context, one(context), false),
  pwrite64: (context) => positioned(context, one(context), true),
  preadv: (context) => positioned(context, several(context), false),
  pwritev: (context) => positioned(context, several(context), true),
  lseek,
  sendfile: (context) => {
    const { process, call } = context;
    const to = process.descriptors.get(call.int(0));
    const from = process.descriptors.get(call.int(1));
    return between(context, from, to, { from: call.size(2), to: 0 }, call.size(3));
  },
  copy_file_range: (context) => {
    const { process, call } = context;
    const from = process.descriptors.get(call.int(0));
    const to = process.descriptors.get(call.int(2));
    if (from.mappingKey === undefined || to.mappingKey === undefined) fail('EINVAL');
    return between(context, from, to, { from: call.size(1), to: call.size(3) }, call.size(4));
  },
  splice: (context) => {
    const { process, call } = context;
    const from = process.descriptors.get(call.int(0));
    const to = process.descriptors.get(call.int(2));
    return between(context, from, to, { from: call.size(1), to: call.size(3) }, call.size(4));
  },
};
