/**
 * One bank of CFI parallel NOR flash with the Intel command set: two 16-bit chips side by side on a 32-bit bus.
 *
 * Terms: in *array mode* reads give the contents; in every other mode they give status, identification or the CFI
 * table, the same from both chips. The contents are bytes that the owner may also serve by itself while the bank is
 * in array mode, which `onModeChange` tells it of.
 *
 * Invariants: both chips take each command at the same time, whatever lanes it is written to; programming and
 * erasing end before the write that starts them returns, so the bank is always ready.
 *
 * @spec Numonyx StrataFlash Embedded Memory (P30), Command Set
 */
import {
  type AccessSize,
  ArmatureError,
  checkSnapshot,
  formatBytes,
  type MmioDevice,
  type Snapshot,
} from '@armature/core';
import { cfiTable } from './cfi-table.ts';
import {
  BUFFER_SIZE,
  BUS_WIDTH,
  DEVICE_CODE,
  FLASH_COMMAND,
  FLASH_STATUS,
  LOCK_BIT,
  LOCK_COMMAND,
  MANUFACTURER,
} from './commands.ts';
import {
  checkState,
  type FlashMode,
  type FlashState,
  type PendingCommand,
  type PendingWrite,
} from './state.ts';

const SNAPSHOT_TYPE = 'cfi-flash';
const SNAPSHOT_VERSION = 1;

export interface CfiFlashConfig {
  /** The contents, a power of two of bytes. The device changes them in place. */
  readonly contents: Uint8Array;
  /** Bytes of an erase block, both chips together: a power of two. Default 256 KiB. */
  readonly sectorSize?: number;
  /** Programming and erasing fail. Default false. */
  readonly readOnly?: boolean;
  /** The bank entered or left array mode. */
  readonly onModeChange?: (array: boolean) => void;
  /** Called before the contents change. When it throws they stay, and the guest sees the operation fail. */
  readonly store?: (offset: number, bytes: Uint8Array) => void;
  /** Called after contents changed. */
  readonly onChange?: (offset: number, length: number) => void;
  /** Told why `store` failed. */
  readonly onError?: (message: () => string) => void;
}

const DEFAULT_SECTOR = 256 * 1024;
const SMALLEST_SECTOR = 512;
const MOST_SECTORS = 65536;
const ERASED = 0xff;

export class CfiFlash implements MmioDevice {
  readonly sectorSize: number;
  private readonly config: CfiFlashConfig;
  private readonly contents: Uint8Array;
  private readonly view: DataView;
  private readonly table: Uint8Array;
  private mode: FlashMode = 'array';
  private pending: PendingCommand = 'none';
  private status: number = FLASH_STATUS.READY;
  /** Writes still to come, with those that have, while a buffer fills. */
  private expected = 0;
  private buffer: PendingWrite[] = [];
  /** Lock bits of sectors that have any. */
  private readonly locks = new Map<number, number>();

  /** @throws CONFIG_INVALID when the sizes are not powers of two, or there would be too many sectors */
  constructor(config: CfiFlashConfig) {
    const { contents, sectorSize = DEFAULT_SECTOR } = config;
    const size = contents.length;
    const isPower = (value: number): boolean => Number.isInteger(Math.log2(value));
    const sectors = size / sectorSize;
    if (
      !isPower(size) ||
      !isPower(sectorSize) ||
      sectorSize < SMALLEST_SECTOR ||
      !(sectors >= 1 && sectors <= MOST_SECTORS)
    ) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `a flash bank of ${formatBytes(size)} cannot have sectors of ${formatBytes(sectorSize)}`,
        {
          context: { size, sectorSize },
          hint: 'Use powers of two: sectors of at least 512 bytes, at most 65,536 of them.',
        },
      );
    }
    this.config = config;
    this.contents = contents;
    this.sectorSize = sectorSize;
    this.view = new DataView(contents.buffer, contents.byteOffset, size);
    this.table = cfiTable({ size, sectorSize });
  }

  /** True while reads give the contents. */
  get inArrayMode(): boolean {
    return this.mode === 'array';
  }

  read(offset: number, size: AccessSize): number {
    if (this.mode === 'array') {
      if (size === 1) return this.view.getUint8(offset);
      return size === 2 ? this.view.getUint16(offset, true) : this.view.getUint32(offset, true);
    }
    const answer = this.answer(offset);
    const value = ((answer << 16) | answer) >>> (8 * (offset & (BUS_WIDTH - 1)));
    return size === 4 ? value >>> 0 : value & (size === 2 ? 0xffff : 0xff);
  }

  write(offset: number, size: AccessSize, value: number): undefined {
    switch (this.pending) {
      case 'none':
        this.command(value & 0xff);
        break;
      case 'program':
        this.program([{ offset, size, value }]);
        break;
      case 'erase':
        this.confirmErase(offset, value & 0xff);
        break;
      case 'lock':
        this.confirmLock(offset, value & 0xff);
        break;
      case 'buffer-count':
        this.beginBuffer(value & 0xffff);
        break;
      case 'buffer-data':
        this.buffer.push({ offset, size, value });
        if (this.buffer.length === this.expected) this.pending = 'buffer-confirm';
        break;
      case 'buffer-confirm':
        this.confirmBuffer(value & 0xff);
        break;
    }
  }

  /** As at power-on, except for the contents: array mode, no errors, every block unlocked. */
  reset(): void {
    this.endCommand();
    this.status = FLASH_STATUS.READY;
    this.locks.clear();
    this.setMode('array');
  }

  /** Everything but the contents. */
  snapshot(): Snapshot<FlashState> {
    const { mode, pending, status, expected } = this;
    const buffer = this.buffer.map((write) => ({ ...write }));
    const locks = [...this.locks].sort(([a], [b]) => a - b);
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { mode, pending, status, expected, buffer, locks },
    };
  }

  /** Continues from a snapshot; the contents must be there already. @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as FlashState;
    checkState(state, { size: this.contents.length, sectorSize: this.sectorSize });
    this.pending = state.pending;
    this.status = state.status;
    this.expected = state.expected;
    this.buffer = state.buffer.map((write) => ({ ...write }));
    this.locks.clear();
    for (const [sector, bits] of state.locks) this.locks.set(sector, bits);
    this.setMode(state.mode);
  }

  /** What each chip answers, 16 bits, outside array mode. */
  private answer(offset: number): number {
    const address = Math.floor(offset / BUS_WIDTH);
    if (this.mode === 'status') return this.status;
    if (this.mode === 'cfi') return this.table[address] ?? 0;
    switch (address & 0xff) {
      case 0:
        return MANUFACTURER;
      case 1:
        return DEVICE_CODE;
      case 2:
        return this.locks.get(this.sectorOf(offset)) ?? 0;
      default:
        return 0;
    }
  }

  private command(command: number): void {
    switch (command) {
      case FLASH_COMMAND.PROGRAM:
      case FLASH_COMMAND.PROGRAM_ALTERNATE:
        this.begin('program');
        break;
      case FLASH_COMMAND.BUFFERED_PROGRAM:
        this.begin('buffer-count');
        break;
      case FLASH_COMMAND.BLOCK_ERASE:
        this.begin('erase');
        break;
      case FLASH_COMMAND.LOCK_SETUP:
        this.begin('lock');
        break;
      case FLASH_COMMAND.READ_STATUS:
      // Nothing is ever under way: suspending and resuming find the bank ready.
      case FLASH_COMMAND.SUSPEND:
      case FLASH_COMMAND.CONFIRM:
        this.setMode('status');
        break;
      case FLASH_COMMAND.READ_ID:
        this.setMode('id');
        break;
      case FLASH_COMMAND.CFI_QUERY:
        this.setMode('cfi');
        break;
      case FLASH_COMMAND.CLEAR_STATUS:
        this.status = FLASH_STATUS.READY;
        this.setMode('array');
        break;
      default:
        this.setMode('array');
    }
  }

  private begin(command: PendingCommand): void {
    this.pending = command;
    this.setMode('status');
  }

  private endCommand(): void {
    this.pending = 'none';
    this.expected = 0;
    this.buffer = [];
  }

  /** A second cycle that doesn't follow its first one. READ_ARRAY gives up without an error. */
  private abandon(command: number): void {
    this.endCommand();
    if (command === FLASH_COMMAND.READ_ARRAY) this.setMode('array');
    else this.status |= FLASH_STATUS.SEQUENCE_ERROR;
  }

  private confirmErase(offset: number, command: number): void {
    if (command !== FLASH_COMMAND.CONFIRM) {
      this.abandon(command);
      return;
    }
    this.endCommand();
    const start = this.sectorOf(offset) * this.sectorSize;
    if (!this.mayChange(start, FLASH_STATUS.ERASE_ERROR)) return;
    this.change(start, new Uint8Array(this.sectorSize).fill(ERASED), FLASH_STATUS.ERASE_ERROR);
  }

  private confirmLock(offset: number, command: number): void {
    const sector = this.sectorOf(offset);
    const bits = this.locks.get(sector) ?? 0;
    switch (command) {
      case LOCK_COMMAND.LOCK:
        this.locks.set(sector, bits | LOCK_BIT.LOCKED);
        break;
      case LOCK_COMMAND.LOCK_DOWN:
        this.locks.set(sector, LOCK_BIT.LOCKED | LOCK_BIT.LOCKED_DOWN);
        break;
      case FLASH_COMMAND.CONFIRM:
        if (!(bits & LOCK_BIT.LOCKED_DOWN)) this.locks.delete(sector);
        break;
      case LOCK_COMMAND.SET_READ_CONFIGURATION:
        break;
      default:
        this.abandon(command);
        return;
    }
    this.endCommand();
  }

  private beginBuffer(count: number): void {
    if ((count + 1) * BUS_WIDTH > BUFFER_SIZE) {
      this.endCommand();
      this.status |= FLASH_STATUS.SEQUENCE_ERROR;
      return;
    }
    this.expected = count + 1;
    this.pending = 'buffer-data';
  }

  private confirmBuffer(command: number): void {
    const { buffer } = this;
    const sector = this.sectorOf(buffer[0].offset);
    const inOneSector = buffer.every(({ offset }) => this.sectorOf(offset) === sector);
    if (command !== FLASH_COMMAND.CONFIRM || !inOneSector) {
      this.abandon(inOneSector ? command : FLASH_COMMAND.CONFIRM);
      return;
    }
    this.program(buffer);
  }

  /** Programs words of one sector. Programming turns ones to zeros, never zeros to ones. */
  private program(writes: readonly PendingWrite[]): void {
    this.endCommand();
    const start = Math.min(...writes.map(({ offset }) => offset));
    const end = Math.max(...writes.map(({ offset, size }) => offset + size));
    if (!this.mayChange(start, FLASH_STATUS.PROGRAM_ERROR)) return;
    const bytes = this.contents.slice(start, end);
    for (const { offset, size, value } of writes) {
      for (let index = 0; index < size; index++) bytes[offset - start + index] &= value >>> (8 * index);
    }
    this.change(start, bytes, FLASH_STATUS.PROGRAM_ERROR);
  }

  private mayChange(offset: number, error: number): boolean {
    const locked = ((this.locks.get(this.sectorOf(offset)) ?? 0) & LOCK_BIT.LOCKED) !== 0;
    if (locked) this.status |= error | FLASH_STATUS.LOCKED;
    if (this.config.readOnly) this.status |= error;
    return !locked && !this.config.readOnly;
  }

  private change(offset: number, bytes: Uint8Array, error: number): void {
    try {
      this.config.store?.(offset, bytes);
    } catch (cause) {
      this.status |= error;
      this.config.onError?.(
        () => `${bytes.length} bytes at offset ${offset} were not stored: ${String(cause)}`,
      );
      return;
    }
    this.contents.set(bytes, offset);
    this.config.onChange?.(offset, bytes.length);
  }

  private sectorOf(offset: number): number {
    return Math.floor(offset / this.sectorSize);
  }

  private setMode(mode: FlashMode): void {
    const before = this.inArrayMode;
    this.mode = mode;
    if (before !== this.inArrayMode) this.config.onModeChange?.(!before);
  }
}
