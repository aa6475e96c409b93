/**
 * Arm semihosting: console, files, time and exit by HLT #0xF000.
 *
 * @spec Arm 100863, Semihosting for AArch32 and AArch64
 */
import { CPU_STATE, type CpuState, type GuestMemory, type SemihostingCalls } from '@armature/core';
import { type HostFiles, openMode } from './files.ts';
import {
  consoleHandle,
  constantHandle,
  fileHandle,
  type Handle,
  type SemihostingConsole,
} from './handles.ts';
import { APPLICATION_EXIT, ERRNO, OPERATION } from './operations.ts';
import { BadParameter, fields, ParameterBlock } from './parameter-block.ts';

/** "SHFB", then: SYS_EXIT_EXTENDED is there, and `:tt` distinguishes output from error. */
const FEATURES = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 0x03);
const MOST_HANDLES = 256;
/** Bytes moved at a time. */
const CHUNK = 65536;
const NANOS_PER_SECOND = 1_000_000_000;
const NANOS_PER_CENTISECOND = 10_000_000;

/** Answer of SYS_HEAPINFO; a field that is 0 leaves the matter to the guest. */
export interface HeapInfo {
  readonly heapBase: bigint;
  readonly heapLimit: bigint;
  readonly stackBase: bigint;
  readonly stackLimit: bigint;
}

export interface SemihostingConfig {
  readonly console: SemihostingConsole;
  /** Default: there are no files. */
  readonly files?: HostFiles;
  /** Answer of SYS_GET_CMDLINE. Default: empty. */
  readonly commandLine?: string;
  readonly heap: HeapInfo;
  /** Nanoseconds since the start: SYS_CLOCK and SYS_ELAPSED. */
  readonly now: () => number;
  /** Seconds since 1970: SYS_TIME. Default: seconds since the start. */
  readonly time?: () => number;
  /** Called with the status of a guest that exits. The guest must run no further instruction. */
  readonly exit: (status: number) => void;
  /** Called with every operation and its result, for tracing. */
  readonly onCall?: (operation: number, result: bigint) => void;
}

/** Answers a guest's semihosting calls: the capability `semihosting`. A wrong parameter is an error result. */
export class Semihosting implements SemihostingCalls {
  private readonly config: SemihostingConfig;
  private readonly handles = new Map<bigint, Handle>();
  private errno = 0;

  constructor(config: SemihostingConfig) {
    this.config = config;
  }

  call(cpu: CpuState, memory: GuestMemory): boolean {
    const operation = cpu.lo(CPU_STATE.x) >>> 0;
    const result = this.answer(operation, cpu.x(1), memory);
    cpu.setX(0, BigInt.asUintN(64, result));
    this.config.onCall?.(operation, result);
    return true;
  }

  /** Closes all files. */
  reset(): void {
    for (const handle of this.handles.values()) handle.close();
    this.handles.clear();
    this.errno = 0;
  }

  private answer(operation: number, parameter: bigint, memory: GuestMemory): bigint {
    try {
      return this.perform(operation, parameter, new ParameterBlock(memory, parameter, ERRNO.EFAULT));
    } catch (error) {
      if (!(error instanceof BadParameter)) throw error;
      return this.failed(error.errno);
    }
  }

  private perform(operation: number, parameter: bigint, block: ParameterBlock): bigint {
    const { console } = this.config;
    switch (operation) {
      case OPERATION.SYS_OPEN:
        return this.open(block);
      case OPERATION.SYS_CLOSE:
        return this.close(block.field(0));
      case OPERATION.SYS_WRITEC:
        console.write(block.bytes(parameter, 1), 'stdout');
        return 0n;
      case OPERATION.SYS_WRITE0:
        console.write(block.terminated(parameter), 'stdout');
        return 0n;
      case OPERATION.SYS_WRITE:
        return this.write(block);
      case OPERATION.SYS_READ:
        return this.read(block);
      case OPERATION.SYS_READC: {
        const byte = new Uint8Array(1);
        return console.read(byte) === 1 ? BigInt(byte[0]) : this.failed(ERRNO.EIO);
      }
      case OPERATION.SYS_ISERROR:
        return BigInt.asIntN(64, block.field(0)) < 0n ? 1n : 0n;
      case OPERATION.SYS_ISTTY:
        return this.handle(block.field(0)).interactive ? 1n : 0n;
      case OPERATION.SYS_SEEK:
        return this.seek(block);
      case OPERATION.SYS_FLEN:
        return this.result(this.handle(block.field(0)).length());
      case OPERATION.SYS_TMPNAM:
        return this.temporaryName(block);
      case OPERATION.SYS_REMOVE:
        return this.remove(block);
      case OPERATION.SYS_RENAME:
        return this.rename(block);
      case OPERATION.SYS_CLOCK:
        return BigInt(Math.floor(this.config.now() / NANOS_PER_CENTISECOND));
      case OPERATION.SYS_TIME:
        return BigInt(Math.floor(this.config.time?.() ?? this.config.now() / NANOS_PER_SECOND));
      case OPERATION.SYS_ERRNO:
        return BigInt(this.errno);
      case OPERATION.SYS_GET_CMDLINE:
        return this.commandLine(block);
      case OPERATION.SYS_HEAPINFO: {
        const { heapBase, heapLimit, stackBase, stackLimit } = this.config.heap;
        block.store(block.field(0), fields(heapBase, heapLimit, stackBase, stackLimit));
        return 0n;
      }
      case OPERATION.SYS_EXIT:
      case OPERATION.SYS_EXIT_EXTENDED:
        this.config.exit(block.field(0) === APPLICATION_EXIT ? Number(block.field(1) & 0xffn) : 1);
        return 0n;
      case OPERATION.SYS_ELAPSED:
        block.setField(0, BigInt(Math.floor(this.config.now())));
        return 0n;
      case OPERATION.SYS_TICKFREQ:
        return BigInt(NANOS_PER_SECOND);
      default:
        return this.failed(ERRNO.ENOSYS);
    }
  }

  private open(block: ParameterBlock): bigint {
    const mode = block.field(1);
    if (mode > 11n) return this.failed(ERRNO.EINVAL);
    const handle = this.openPath(block.text(block.field(0), block.field(2)), Number(mode));
    if (typeof handle === 'number') return this.result(handle);
    let number = 1n;
    while (this.handles.has(number)) number++;
    this.handles.set(number, handle);
    return number;
  }

  private openPath(path: string, number: number): Handle | number {
    if (this.handles.size >= MOST_HANDLES) return -ERRNO.EMFILE;
    const mode = openMode(number);
    if (path === ':tt') return consoleHandle(this.config.console, mode);
    if (path === ':semihosting-features') return mode.write ? -ERRNO.EACCES : constantHandle(FEATURES);
    const file = this.config.files?.open(path, mode) ?? -ERRNO.EACCES;
    return typeof file === 'number' ? file : fileHandle(file, mode);
  }

  private close(number: bigint): bigint {
    this.handle(number).close();
    this.handles.delete(number);
    return 0n;
  }

  /** The number of bytes not written. */
  private write(block: ParameterBlock): bigint {
    const handle = this.handle(block.field(0));
    return this.transfer(block, block.field(2), 'read', (address, size) =>
      handle.write(block.bytes(address, size)),
    );
  }

  /** The number of bytes not read: all of them at the end of the file. */
  private read(block: ParameterBlock): bigint {
    const handle = this.handle(block.field(0));
    return this.transfer(block, block.field(2), 'write', (address, size) => {
      const bytes = new Uint8Array(size);
      const count = handle.read(bytes);
      if (count > 0) block.store(address, bytes.subarray(0, count));
      return count;
    });
  }

  /** Moves bytes by chunks until one comes out short; gives the number left. */
  private transfer(
    block: ParameterBlock,
    length: bigint,
    access: 'read' | 'write',
    move: (address: bigint, size: number) => number,
  ): bigint {
    const buffer = block.field(1);
    block.check(buffer, length, access);
    const total = Number(length);
    for (let done = 0; done < total; ) {
      const size = Math.min(CHUNK, total - done);
      const count = move(buffer + BigInt(done), size);
      if (count < 0) this.errno = -count;
      else done += count;
      if (count < size) return BigInt(total - done);
    }
    return 0n;
  }

  private seek(block: ParameterBlock): bigint {
    const handle = this.handle(block.field(0));
    const position = block.field(1);
    if (position > BigInt(Number.MAX_SAFE_INTEGER)) return this.failed(ERRNO.EINVAL);
    return this.result(handle.seek(Number(position)));
  }

  private temporaryName(block: ParameterBlock): bigint {
    const identifier = block.field(1);
    if (identifier > 255n) return this.failed(ERRNO.EINVAL);
    const name = new TextEncoder().encode(`semihosting-${identifier.toString().padStart(3, '0')}.tmp\0`);
    if (BigInt(name.length) > block.field(2)) return this.failed(ERRNO.ENAMETOOLONG);
    block.store(block.field(0), name);
    return 0n;
  }

  private remove(block: ParameterBlock): bigint {
    const path = block.text(block.field(0), block.field(1));
    return this.result(this.config.files?.remove(path) ?? -ERRNO.EACCES);
  }

  private rename(block: ParameterBlock): bigint {
    const from = block.text(block.field(0), block.field(1));
    const to = block.text(block.field(2), block.field(3));
    return this.result(this.config.files?.rename(from, to) ?? -ERRNO.EACCES);
  }

  private commandLine(block: ParameterBlock): bigint {
    const text = new TextEncoder().encode(`${this.config.commandLine ?? ''}\0`);
    if (BigInt(text.length) > block.field(1)) return this.failed(ERRNO.EINVAL);
    block.store(block.field(0), text);
    block.setField(1, BigInt(text.length - 1));
    return 0n;
  }

  /** @throws BadParameter when there is no such handle */
  private handle(number: bigint): Handle {
    const handle = this.handles.get(number);
    if (handle === undefined) throw new BadParameter(ERRNO.EBADF);
    return handle;
  }

  private result(value: number): bigint {
    return value < 0 ? this.failed(-value) : BigInt(value);
  }

  private failed(errno: number): bigint {
    this.errno = errno;
    return -1n;
  }
}
