/** brk, mmap and their kind: areas come and go, and the page-fault handler fills them. */
import { ACCESS, PAGE_SIZE } from '@armature/core';
import { fail } from '../errno.ts';
import type { OpenFile } from '../files/open-file.ts';
import { LOWEST_PAGE, USER_PAGES } from '../memory/address-space.ts';
import { type Area, PROT } from '../memory/areas.ts';
import type { PageObject, PageStore } from '../memory/page-object.ts';
import type { Context, Handler } from './context.ts';

const MAP = {
  SHARED: 1,
  PRIVATE: 2,
  TYPE: 0xf,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  NORESERVE: 0x4000,
  FIXED_NOREPLACE: 0x10_0000,
} as const;
const SHARED_VALIDATE = 3;
const MREMAP = { MAYMOVE: 1, FIXED: 2, DONTUNMAP: 4 } as const;
const MADV = { DONTNEED: 4, FREE: 8 } as const;
const LIMIT = USER_PAGES * PAGE_SIZE;

const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE_SIZE);
const anonymous = (start: number, end: number, rights: number, name = ''): Area => ({
  start,
  end,
  rights,
  shared: false,
  object: undefined,
  objectPage: 0,
  name,
});

const brk: Handler = ({ process, call }) => {
  const { space } = process;
  const wanted = call.size(0);
  if (wanted < space.heapStart || wanted >= LIMIT) return space.heapEnd;
  const from = pagesOf(space.heapEnd);
  const to = pagesOf(wanted);
  if (to > from) {
    const inTheWay = space.areas.within(from, to).length > 0 || to >= space.mappingTop;
    if (inTheWay || to - from > process.space.frameTotal) return space.heapEnd;
    space.map(anonymous(from, to, PROT.read | PROT.write));
  } else if (to < from) {
    space.unmap(to, from);
  }
  space.heapEnd = wanted;
  return wanted;
};

const mmap: Handler = ({ kernel, process, call }) => {
  const { space } = process;
  const address = call.size(0);
  const length = call.size(1);
  const rights = call.int(2) & 7;
  const flags = call.int(3);
  const offset = call.size(5);
  const type = flags & MAP.TYPE;
  if (length === 0 || offset % PAGE_SIZE !== 0) fail('EINVAL');
  if (type !== MAP.SHARED && type !== MAP.PRIVATE && type !== SHARED_VALIDATE) fail('EINVAL');
  const pages = pagesOf(length);
  if (pages > USER_PAGES) fail('ENOMEM');
  const shared = type !== MAP.PRIVATE;
  const fixed = (flags & (MAP.FIXED | MAP.FIXED_NOREPLACE)) !== 0;
  const place = fixed ? fixedPlace(address, pages) : undefined;
  if (place !== undefined && (flags & MAP.FIXED_NOREPLACE) !== 0) {
    if (space.areas.within(place, place + pages).length > 0) fail('EEXIST');
  }
  const isFile = (flags & MAP.ANONYMOUS) === 0;
  const file = isFile ? mappable(process.descriptors.get(call.int(4)), rights, shared) : undefined;
  // Memory that is promised and never touched costs nothing, but one piece larger than all there is is a mistake.
  const promised = file === undefined && (rights & PROT.write) !== 0 && (flags & MAP.NORESERVE) === 0;
  if (promised && pages > space.frameTotal) fail('ENOMEM');
  const start = place ?? space.findPlace(pages, Math.floor(address / PAGE_SIZE));
  const object = objectFor(kernel.config.memory, file, shared);
  object?.retain();
  try {
    space.map({
      ...anonymous(start, start + pages, rights, file?.path ?? ''),
      shared,
      object,
      objectPage: file === undefined ? 0 : offset / PAGE_SIZE,
    });
  } finally {
    object?.release();
  }
  return start * PAGE_SIZE;
};

function fixedPlace(address: number, pages: number): number {
  if (address % PAGE_SIZE !== 0) fail('EINVAL');
  const start = address / PAGE_SIZE;
  if (start < LOWEST_PAGE) fail('EPERM');
  if (start + pages > USER_PAGES) fail('ENOMEM');
  return start;
}

/** @throws EACCES, ENODEV */
function mappable(file: OpenFile, rights: number, shared: boolean): OpenFile {
  if (!file.readable) fail('EACCES');
  if (shared && (rights & PROT.write) !== 0 && !file.writable) fail('EACCES');
  if (file.mappingKey === undefined) fail('ENODEV');
  return file;
}

function objectFor(
  memory: Context['kernel']['config']['memory'],
  file: OpenFile | undefined,
  shared: boolean,
): PageObject | undefined {
  if (file === undefined) return shared ? memory.createObject() : undefined;
  const store = fileStore(file.retain());
  return shared ? memory.sharedFile(file.mappingKey!, store) : memory.createObject(store);
}

/** Pages of a file, which stays open for them. */
function fileStore(file: OpenFile): PageStore {
  return {
    read: (index, into) => file.readAt(into, index * PAGE_SIZE) > 0,
    write: (index, bytes) => {
      const left = file.stat().size - index * PAGE_SIZE;
      if (left > 0 && file.writable)
        file.writeAt(bytes.subarray(0, Math.min(left, PAGE_SIZE)), index * PAGE_SIZE);
    },
    close: () => file.release(),
  };
}

const munmap: Handler = ({ process, call }) => {
  const [start, end] = range(call.size(0), call.size(1), 'EINVAL');
  if (start === end) fail('EINVAL');
  process.space.unmap(start, end);
  return 0;
};

const mprotect: Handler = ({ process, call }) => {
  const [start, end] = range(call.size(0), call.size(1), 'ENOMEM');
  const rights = call.int(2);
  if ((rights & ~0x0300_0037) !== 0) fail('EINVAL');
  if (start === end) return 0;
  process.space.protect(start, end, rights & 7);
  return 0;
};

/** First page and end of a range given in bytes. */
function range(address: number, length: number, tooLong: 'EINVAL' | 'ENOMEM'): [number, number] {
  if (address % PAGE_SIZE !== 0) fail('EINVAL');
  if (!(address + length <= LIMIT)) fail(tooLong);
  return [address / PAGE_SIZE, pagesOf(address + length)];
}

const mremap: Handler = ({ process, call }) => {
  const { space } = process;
  const address = call.size(0);
  const flags = call.int(3);
  if (address % PAGE_SIZE !== 0 || (flags & ~7) !== 0) fail('EINVAL');
  if ((flags & MREMAP.FIXED) !== 0 && (flags & MREMAP.MAYMOVE) === 0) fail('EINVAL');
  if ((flags & MREMAP.DONTUNMAP) !== 0) fail('EINVAL');
  const before = pagesOf(call.size(1));
  const pages = pagesOf(call.size(2));
  const start = address / PAGE_SIZE;
  if (pages === 0 || before === 0 || pages > USER_PAGES) fail('EINVAL');
  const area = space.areas.at(start);
  if (area === undefined || start + before > area.end) fail('EFAULT');
  if (pages > before && pages > space.frameTotal) fail('ENOMEM');
  if ((flags & MREMAP.FIXED) === 0) {
    if (pages <= before) {
      if (pages < before) space.unmap(start + pages, start + before);
      return address;
    }
    const grown = start + pages;
    const free = grown <= USER_PAGES && space.areas.within(start + before, grown).length === 0;
    if (start + before === area.end && free) {
      space.map({
        ...area,
        start: area.end,
        end: grown,
        objectPage: area.objectPage + (area.end - area.start),
      });
      return address;
    }
    if ((flags & MREMAP.MAYMOVE) === 0) fail('ENOMEM');
  }
  const target = (flags & MREMAP.FIXED) === 0 ? space.findPlace(pages, 0) : fixedPlace(call.size(4), pages);
  if (target < start + before && start < target + pages) fail('EINVAL');
  space.unmap(target, target + pages);
  if (pages < before) space.unmap(start + pages, start + before);
  const moved = { ...area, start, end: start + Math.min(before, pages) };
  space.move({ ...moved, objectPage: area.objectPage + (start - area.start) }, target, pages);
  return target * PAGE_SIZE;
};

const madvise: Handler = ({ process, call }) => {
  const [start, end] = range(call.size(0), call.size(1), 'EINVAL');
  const advice = call.int(2);
  if (advice < 0 || (advice > 25 && advice !== 100 && advice !== 101)) fail('EINVAL');
  if (!process.space.areas.covers(start, end)) fail('ENOMEM');
  if (advice === MADV.DONTNEED || advice === MADV.FREE) process.space.discard(start, end);
  return 0;
};

const msync: Handler = ({ process, call }) => {
  const [start, end] = range(call.size(0), call.size(1), 'ENOMEM');
  if ((call.int(2) & ~7) !== 0 || (call.int(2) & 5) === 5) fail('EINVAL');
  if (!process.space.areas.covers(start, end)) fail('ENOMEM');
  for (const { object, shared } of process.space.areas.within(start, end)) if (shared) object?.writeBack();
  return 0;
};

const mincore: Handler = ({ process, call }) => {
  const [start, end] = range(call.size(0), call.size(1), 'ENOMEM');
  if (!process.space.areas.covers(start, end)) fail('ENOMEM');
  const CHUNK = 4096;
  for (let page = start; page < end; page += CHUNK) {
    const states = new Uint8Array(Math.min(CHUNK, end - page));
    for (let i = 0; i < states.length; i++) states[i] = process.space.isResident(page + i) ? 1 : 0;
    process.memory.write(call.size(2) + (page - start), states);
  }
  return 0;
};

/** mlock and its kind: pages are never written out, so they are locked as they are. */
const lock: Handler = ({ process, call }) => {
  const start = Math.floor(call.size(0) / PAGE_SIZE);
  const end = pagesOf(call.size(0) + call.size(1));
  if (!(end <= USER_PAGES) || !process.space.areas.covers(start, end)) fail('ENOMEM');
  return 0;
};

const membarrier: Handler = ({ call }) => {
  const QUERY = 0;
  const SUPPORTED = 0x1f;
  if (call.int(0) === QUERY) return SUPPORTED;
  return (call.int(0) & ~SUPPORTED) === 0 ? 0 : fail('EINVAL');
};

/** Copies between processes, or within one. */
const transfer =
  (write: boolean): Handler =>
  ({ kernel, process, call }) => {
    const other = kernel.processes.find(call.int(0));
    if (other === undefined || other.ended) fail('ESRCH');
    if (call.size(5) !== 0 || call.size(2) > 1024 || call.size(4) > 1024) fail('EINVAL');
    const pieces = (memory: typeof process.memory, at: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({
        base: memory.size(at + 16 * i),
        length: memory.size(at + 16 * i + 8),
      }));
    const near = pieces(process.memory, call.size(1), call.size(2));
    const far = pieces(process.memory, call.size(3), call.size(4));
    let done = 0;
    for (let i = 0, j = 0, a = 0, b = 0; i < near.length && j < far.length; ) {
      const size = Math.min(near[i].length - a, far[j].length - b, 65_536);
      const here = near[i].base + a;
      const there = far[j].base + b;
      const from = write ? process.memory : other.memory;
      const to = write ? other.memory : process.memory;
      if (!from.allows(write ? here : there, size, ACCESS.read)) return done > 0 ? done : fail('EFAULT');
      if (!to.allows(write ? there : here, size, ACCESS.write)) return done > 0 ? done : fail('EFAULT');
      to.write(write ? there : here, from.bytes(write ? here : there, size));
      done += size;
      a += size;
      b += size;
      if (a >= near[i].length) {
        i++;
        a = 0;
      }
      if (b >= far[j].length) {
        j++;
        b = 0;
      }
    }
    return done;
  };

export const memoryCalls: Readonly<Record<string, Handler>> = {
  brk,
  mmap,
  munmap,
  mprotect,
  mremap,
  madvise,
  msync,
  mincore,
  mlock: lock,
  mlock2: lock,
  munlock: lock,
  mlockall: () => 0,
  munlockall: () => 0,
  membarrier,
  process_vm_readv: transfer(false),
  process_vm_writev: transfer(true),
};
