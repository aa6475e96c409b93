import { CPU_BLOCK, CpuState, type GuestMemory } from '@armature/core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { HostFile, HostFiles } from './files.ts';
import { ERRNO, OPERATION as O } from './operations.ts';
import { Semihosting } from './semihosting.ts';

const SIZE = 0x4_0000;
const BLOCK = 0x100n;
const TEXT = 0x1000n;
const BUFFER = 0x2000n;
const WILD = [0xffff_ffff_ffff_fff0n, 0x7fff_ffff_ffff_ffffn, BigInt(SIZE), BigInt(SIZE) - 3n];

class Ram implements GuestMemory {
  readonly bytes = new Uint8Array(SIZE);
  accessible(address: bigint, length: number): boolean {
    return address + BigInt(length) <= BigInt(SIZE);
  }
  read(address: bigint, into: Uint8Array): boolean {
    if (!this.accessible(address, into.length)) return false;
    into.set(this.bytes.subarray(Number(address), Number(address) + into.length));
    return true;
  }
  write(address: bigint, bytes: Uint8Array): boolean {
    if (!this.accessible(address, bytes.length)) return false;
    this.bytes.set(bytes, Number(address));
    return true;
  }
}

/** Files in a map. */
class MemoryFiles implements HostFiles {
  readonly contents = new Map<string, number[]>();
  opened = 0;
  open(path: string, mode: Parameters<HostFiles['open']>[1]): HostFile | number {
    if (!this.contents.has(path) && !mode.truncate && !mode.append) return -ERRNO.ENOENT;
    if (mode.truncate || !this.contents.has(path)) this.contents.set(path, []);
    const data = this.contents.get(path)!;
    this.opened++;
    return {
      read(position, into) {
        const part = data.slice(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write(position, bytes) {
        bytes.forEach((byte, index) => {
          data[position + index] = byte;
        });
        return bytes.length;
      },
      length: () => data.length,
      close: () => {
        this.opened--;
      },
    };
  }
  remove(path: string): number {
    return this.contents.delete(path) ? 0 : -ERRNO.ENOENT;
  }
  rename(from: string, to: string): number {
    const data = this.contents.get(from);
    if (data === undefined) return -ERRNO.ENOENT;
    this.contents.delete(from);
    this.contents.set(to, data);
    return 0;
  }
}

let ram: Ram;
let files: MemoryFiles;
let calls: Semihosting;
let cpu: CpuState;
let written: string[];
let input: number[];
let exits: number[];

beforeEach(() => {
  ram = new Ram();
  files = new MemoryFiles();
  written = [];
  exits = [];
  input = [];
  cpu = new CpuState(new WebAssembly.Memory({ initial: Math.ceil((4096 + CPU_BLOCK.size) / 65536) }), 4096);
  calls = new Semihosting({
    console: {
      write: (bytes, stream) => written.push(`${stream}:${new TextDecoder().decode(bytes)}`),
      read: (into) => {
        const part = input.splice(0, into.length);
        into.set(part);
        return part.length;
      },
    },
    files,
    commandLine: 'program one two',
    heap: { heapBase: 1n, heapLimit: 2n, stackBase: 3n, stackLimit: 4n },
    now: () => 1_230_000_000,
    time: () => 1_700_000_000.5,
    exit: (status) => exits.push(status),
  });
});

function raw(operation: number, parameter: bigint): bigint {
  cpu.setX(0, BigInt(operation) | 0xdead_0000_0000n);
  cpu.setX(1, parameter);
  expect(calls.call(cpu, ram)).toBe(true);
  expect(cpu.x(1)).toBe(parameter);
  return BigInt.asIntN(64, cpu.x(0));
}

function call(operation: number, ...parameters: (bigint | number)[]): bigint {
  const view = new DataView(ram.bytes.buffer);
  parameters.forEach((value, index) => {
    view.setBigUint64(Number(BLOCK) + 8 * index, BigInt.asUintN(64, BigInt(value)), true);
  });
  return raw(operation, BLOCK);
}

function put(text: string, at = TEXT): number {
  const bytes = new TextEncoder().encode(`${text}\0`);
  ram.write(at, bytes);
  return bytes.length - 1;
}

const text = (at: bigint, length: number): string =>
  new TextDecoder().decode(ram.bytes.subarray(Number(at), Number(at) + length));
const open = (path: string, mode: number): bigint => call(O.SYS_OPEN, TEXT, mode, put(path));
const field = (index: number): bigint =>
  new DataView(ram.bytes.buffer).getBigUint64(Number(BLOCK) + 8 * index, true);
const errno = (): number => Number(raw(O.SYS_ERRNO, 0n));

describe('console', () => {
  test('WRITEC, WRITE0 and READC', () => {
    put('hello');
    expect(raw(O.SYS_WRITE0, TEXT)).toBe(0n);
    expect(raw(O.SYS_WRITEC, TEXT)).toBe(0n);
    expect(written).toEqual(['stdout:hello', 'stdout:h']);
    input = [65];
    expect(raw(O.SYS_READC, 0n)).toBe(65n);
    expect(raw(O.SYS_READC, 0n)).toBe(-1n);
  });

  test(':tt by mode', () => {
    const [input0, output, error] = [open(':tt', 0), open(':tt', 4), open(':tt', 8)];
    expect([input0, output, error]).toEqual([1n, 2n, 3n]);
    expect(call(O.SYS_ISTTY, output)).toBe(1n);
    put('abc');
    expect(call(O.SYS_WRITE, output, TEXT, 3)).toBe(0n);
    expect(call(O.SYS_WRITE, error, TEXT, 2)).toBe(0n);
    expect(written).toEqual(['stdout:abc', 'stderr:ab']);
    expect(call(O.SYS_WRITE, input0, TEXT, 3)).toBe(3n);
    input = [1, 2, 3];
    expect(call(O.SYS_READ, input0, BUFFER, 8)).toBe(5n);
    expect(call(O.SYS_READ, input0, BUFFER, 8)).toBe(8n);
    expect(call(O.SYS_SEEK, output, 0)).toBe(-1n);
    expect(call(O.SYS_FLEN, output)).toBe(-1n);
    expect(errno()).toBe(ERRNO.ESPIPE);
  });

  test('a string may lie over many pages, but must end', () => {
    put('x'.repeat(10_000));
    raw(O.SYS_WRITE0, TEXT);
    expect(written[0]).toHaveLength(10_007);
    ram.bytes.fill(1);
    expect(raw(O.SYS_WRITE0, TEXT)).toBe(-1n);
    expect(errno()).toBe(ERRNO.EFAULT);
  });
});

describe('files', () => {
  test('write, seek, read, length, close', () => {
    const handle = open('a.txt', 6);
    expect(handle).toBe(1n);
    put('0123456789');
    expect(call(O.SYS_WRITE, handle, TEXT, 10)).toBe(0n);
    expect(call(O.SYS_FLEN, handle)).toBe(10n);
    expect(call(O.SYS_SEEK, handle, 4)).toBe(0n);
    expect(call(O.SYS_READ, handle, BUFFER, 4)).toBe(0n);
    expect(text(BUFFER, 4)).toBe('4567');
    expect(call(O.SYS_READ, handle, BUFFER, 4)).toBe(2n);
    expect(call(O.SYS_READ, handle, BUFFER, 4)).toBe(4n);
    expect(call(O.SYS_ISTTY, handle)).toBe(0n);
    expect(call(O.SYS_CLOSE, handle)).toBe(0n);
    expect(call(O.SYS_CLOSE, handle)).toBe(-1n);
    expect(errno()).toBe(ERRNO.EBADF);
    expect(files.opened).toBe(0);
  });

  test('append writes to the end; read-only files refuse writes', () => {
    files.contents.set('log', [65]);
    const append = open('log', 8);
    put('BC');
    call(O.SYS_SEEK, append, 0);
    expect(call(O.SYS_WRITE, append, TEXT, 2)).toBe(0n);
    expect(files.contents.get('log')).toEqual([65, 66, 67]);
    const readOnly = open('log', 0);
    expect(call(O.SYS_WRITE, readOnly, TEXT, 2)).toBe(2n);
    expect(errno()).toBe(ERRNO.EBADF);
  });

  test('remove, rename, a name for a temporary file', () => {
    files.contents.set('a', []);
    const [from, to] = [put('a'), put('b', BUFFER)];
    expect(call(O.SYS_RENAME, TEXT, from, BUFFER, to)).toBe(0n);
    expect(call(O.SYS_REMOVE, TEXT, from)).toBe(-1n);
    expect(call(O.SYS_REMOVE, BUFFER, to)).toBe(0n);
    expect(call(O.SYS_TMPNAM, BUFFER, 7, 64)).toBe(0n);
    expect(text(BUFFER, 19)).toBe('semihosting-007.tmp');
    expect(call(O.SYS_TMPNAM, BUFFER, 7, 19)).toBe(-1n);
    expect(call(O.SYS_TMPNAM, BUFFER, 256, 64)).toBe(-1n);
  });

  test('what cannot be opened', () => {
    expect(open('missing', 0)).toBe(-1n);
    expect(errno()).toBe(ERRNO.ENOENT);
    expect(open('a', 12)).toBe(-1n);
    expect(errno()).toBe(ERRNO.EINVAL);
    for (let count = 0; count < 256; count++) expect(open('many', 4)).toBe(BigInt(count + 1));
    expect(open('many', 4)).toBe(-1n);
    expect(errno()).toBe(ERRNO.EMFILE);
    calls.reset();
    expect(files.opened).toBe(0);
    expect(open('many', 4)).toBe(1n);
  });

  test('the features file', () => {
    const handle = open(':semihosting-features', 0);
    expect(call(O.SYS_READ, handle, BUFFER, 5)).toBe(0n);
    expect(text(BUFFER, 5)).toBe('SHFB\x03');
    expect(open(':semihosting-features', 4)).toBe(-1n);
  });
});

test('time, command line, heap, errors', () => {
  expect(raw(O.SYS_CLOCK, 0n)).toBe(123n);
  expect(raw(O.SYS_TIME, 0n)).toBe(1_700_000_000n);
  expect(raw(O.SYS_TICKFREQ, 0n)).toBe(1_000_000_000n);
  expect(call(O.SYS_ELAPSED, 0)).toBe(0n);
  expect(field(0)).toBe(1_230_000_000n);
  expect(call(O.SYS_GET_CMDLINE, BUFFER, 16)).toBe(0n);
  expect(text(BUFFER, 16)).toBe('program one two\0');
  expect(field(1)).toBe(15n);
  expect(call(O.SYS_GET_CMDLINE, BUFFER, 15)).toBe(-1n);
  expect(call(O.SYS_HEAPINFO, BUFFER)).toBe(0n);
  expect([...new BigUint64Array(ram.bytes.buffer, Number(BUFFER), 4)]).toEqual([1n, 2n, 3n, 4n]);
  expect(call(O.SYS_ISERROR, -5)).toBe(1n);
  expect(call(O.SYS_ISERROR, 5)).toBe(0n);
});

test('exits', () => {
  call(O.SYS_EXIT, 0x20026, 42);
  call(O.SYS_EXIT_EXTENDED, 0x20026, 0x1ff);
  call(O.SYS_EXIT, 0x20024, 0);
  expect(exits).toEqual([42, 255, 1]);
});

test.each(Object.entries(O))('%s survives wild pointers and lengths', (name, operation) => {
  const usesParameter = !['READC', 'CLOCK', 'TIME', 'ERRNO', 'TICKFREQ', 'SYSTEM'].includes(name.slice(4));
  for (const wild of WILD) {
    const result = raw(operation, wild);
    if (!usesParameter || (/WRITE[C0]/.test(name) && wild === WILD[3])) continue;
    expect(result).toBe(-1n);
    expect(errno()).toBe(ERRNO.EFAULT);
  }
  const output = open(':tt', 4);
  for (const wild of WILD) {
    call(operation, wild, wild, wild, wild);
    call(operation, output, wild, wild, wild);
    call(operation, output, TEXT, wild, wild);
    call(operation, TEXT, 4, wild, wild);
  }
  expect(written.join('').length).toBeLessThan(1000);
});

test('unknown operations and commands of the host are refused', () => {
  for (const operation of [0, O.SYS_SYSTEM, 0x17, 0xffff_ffff]) {
    expect(raw(operation, BLOCK)).toBe(-1n);
    expect(errno()).toBe(ERRNO.ENOSYS);
  }
});
