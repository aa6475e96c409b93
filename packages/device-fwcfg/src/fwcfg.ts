/**
 * QEMU's firmware configuration device (fw_cfg), memory-mapped and big-endian, with its DMA interface.
 *
 * The guest selects an item by its key, then reads it through the data register or has it copied by DMA. All the
 * addresses and lengths of a descriptor are the guest's word: what isn't wholly RAM isn't touched, and gives the
 * error bit.
 *
 * @spec QEMU Firmware Configuration (fw_cfg) Device
 */
import {
  type AccessSize,
  ArmatureError,
  BUS_FAULT,
  checkSnapshot,
  type MmioDevice,
  type PhysicalMemory,
  type Snapshot,
} from '@armature/core';
import { type FileOptions, Items, type SavedFile, type SavedItem } from './items.ts';
import {
  DESCRIPTOR_SIZE,
  DMA_CONTROL,
  DMA_SIGNATURE,
  FWCFG_KEY,
  FWCFG_REGISTER,
  FWCFG_SIZE,
  ID_VALUE,
  KEY_MASK,
} from './registers.ts';

const SNAPSHOT_TYPE = 'fwcfg';
const SNAPSHOT_VERSION = 1;

const SIGNATURE = new TextEncoder().encode(DMA_SIGNATURE);

export interface FwCfgConfig {
  /** Where DMA goes. Without it every transfer fails. */
  readonly memory?: PhysicalMemory;
  /** CPUs of the machine. Default 1. */
  readonly cpus?: number;
  /** The machine's UUID, 16 bytes. Default zeros. */
  readonly uuid?: Uint8Array;
  /** Told about DMA transfers that failed. */
  readonly onError?: (message: () => string) => void;
}

/** The state in a snapshot; its type is `fwcfg`, its version 1. */
export interface FwCfgState {
  /** Key of the selected item, and how far it is read. */
  readonly selected: number;
  readonly offset: number;
  /** High half of a descriptor's address, waiting for the low one. */
  readonly dmaHigh: number;
  readonly items: readonly SavedItem[];
  readonly files: readonly SavedFile[];
}

export class FwCfg implements MmioDevice {
  private readonly memory: PhysicalMemory | undefined;
  private readonly onError: (message: () => string) => void;
  private readonly items = new Items();
  private selected = 0;
  private offset = 0;
  private dmaHigh = 0;

  /** @throws CONFIG_INVALID for a UUID that has not 16 bytes */
  constructor({ memory, cpus = 1, uuid = new Uint8Array(16), onError = () => {} }: FwCfgConfig = {}) {
    if (uuid.length !== 16) {
      throw new ArmatureError('CONFIG_INVALID', `a UUID of ${uuid.length} bytes`, {
        hint: 'Give the 16 bytes of the UUID, in the order of its text form.',
      });
    }
    this.memory = memory;
    this.onError = onError;
    this.items.set(FWCFG_KEY.SIGNATURE, SIGNATURE.subarray(0, 4));
    this.items.set(FWCFG_KEY.ID, littleEndian(ID_VALUE, 4));
    this.items.set(FWCFG_KEY.UUID, uuid);
    this.items.set(FWCFG_KEY.CPU_COUNT, littleEndian(cpus, 2));
  }

  /** Sets an item by key. The bytes are the device's from then on. @throws CONFIG_INVALID for a key of files */
  setItem(key: number, bytes: Uint8Array): void {
    this.items.set(key, bytes);
  }

  /**
   * Adds or replaces a file. Keys follow the order of names, so add files before the guest reads the directory.
   *
   * @throws CONFIG_INVALID for a name that is not 1 to 55 printable ASCII characters
   */
  setFile(name: string, bytes: Uint8Array, options?: FileOptions): void {
    this.items.setFile(name, bytes, options);
  }

  /** A kernel image that firmware may boot. */
  setKernel(bytes: Uint8Array): void {
    this.items.set(FWCFG_KEY.KERNEL_SIZE, littleEndian(bytes.length, 4));
    this.items.set(FWCFG_KEY.KERNEL_DATA, bytes);
  }

  /** An initial RAM disk for the kernel. */
  setInitrd(bytes: Uint8Array): void {
    this.items.set(FWCFG_KEY.INITRD_SIZE, littleEndian(bytes.length, 4));
    this.items.set(FWCFG_KEY.INITRD_DATA, bytes);
  }

  /** The kernel's command line. */
  setCommandLine(text: string): void {
    const bytes = new TextEncoder().encode(`${text}\0`);
    this.items.set(FWCFG_KEY.COMMAND_LINE_SIZE, littleEndian(bytes.length, 4));
    this.items.set(FWCFG_KEY.COMMAND_LINE_DATA, bytes);
  }

  read(offset: number, size: AccessSize): number {
    // A 64-bit access comes as two 32-bit ones, so the data register answers at 4 as well.
    const data = FWCFG_REGISTER.DATA;
    if (offset === data || (offset === data + 4 && size === 4)) return this.readData(size);
    if (offset < FWCFG_REGISTER.DMA || offset % size !== 0 || offset + size > FWCFG_SIZE) return BUS_FAULT;
    let value = 0;
    for (let index = size - 1; index >= 0; index--) {
      value = value * 256 + SIGNATURE[offset - FWCFG_REGISTER.DMA + index];
    }
    return value;
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (offset === FWCFG_REGISTER.DATA || (offset === 4 && size === 4)) return undefined;
    if (offset === FWCFG_REGISTER.SELECTOR && size === 2) {
      this.select(((value & 0xff) << 8) | (value >> 8));
    } else if (offset === FWCFG_REGISTER.DMA && size === 4) {
      this.dmaHigh = swap(value);
    } else if (offset === FWCFG_REGISTER.DMA + 4 && size === 4) {
      const address = this.dmaHigh * 2 ** 32 + swap(value);
      this.dmaHigh = 0;
      this.transfer(address);
    } else {
      return BUS_FAULT;
    }
    return undefined;
  }

  /** As at power-on; items that the host set stay, what the guest wrote to files is undone. */
  reset(): void {
    this.items.reset();
    this.select(FWCFG_KEY.SIGNATURE);
    this.dmaHigh = 0;
  }

  /** Items are in it by reference: they are never changed in place. */
  snapshot(): Snapshot<FwCfgState> {
    const { selected, offset, dmaHigh } = this;
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { selected, offset, dmaHigh, ...this.items.save() },
    };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const state = snapshot.state as FwCfgState;
    checkState(state);
    this.items.load(state.items, state.files);
    this.selected = state.selected;
    this.offset = state.offset;
    this.dmaHigh = state.dmaHigh;
  }

  private select(key: number): void {
    this.selected = key & KEY_MASK;
    this.offset = 0;
  }

  /** The next bytes of the item, the first one lowest; zeros after its end. */
  private readData(size: AccessSize): number {
    const bytes = this.items.find(this.selected)?.bytes;
    let value = 0;
    for (let index = 0; index < size && bytes !== undefined && this.offset < bytes.length; index++) {
      value += bytes[this.offset++] * 2 ** (8 * index);
    }
    return value;
  }

  private transfer(descriptor: number): void {
    const { memory } = this;
    if (memory === undefined || !memory.contains(descriptor, DESCRIPTOR_SIZE)) {
      this.finish(
        descriptor,
        this.fail(() => `no DMA descriptor at 0x${descriptor.toString(16)}`),
      );
      return;
    }
    const fields = new DataView(memory.read(descriptor, DESCRIPTOR_SIZE).buffer);
    const control = fields.getUint32(0);
    const length = fields.getUint32(4);
    const address = fields.getUint32(8) * 2 ** 32 + fields.getUint32(12);
    if (control & DMA_CONTROL.SELECT) this.select(control >>> 16);
    let status = 0;
    if (length > 0 && control & DMA_CONTROL.READ) status = this.copyOut(memory, address, length);
    else if (length > 0 && control & DMA_CONTROL.WRITE) status = this.copyIn(memory, address, length);
    else if (control & DMA_CONTROL.SKIP) this.offset += Math.min(length, this.left);
    this.finish(descriptor, status);
  }

  /** Bytes of the selected item that are not read yet. */
  private get left(): number {
    return Math.max(0, (this.items.find(this.selected)?.bytes.length ?? 0) - this.offset);
  }

  /** Copies the item to memory, and zeros after its end. */
  private copyOut(memory: PhysicalMemory, address: number, length: number): number {
    const from = this.offset;
    const count = Math.min(length, this.left);
    // As in QEMU, a transfer that fails moves on in the item all the same.
    this.offset += count;
    if (!isRam(memory, address, length)) {
      return this.fail(() => `DMA of ${length} bytes to 0x${address.toString(16)}, which is not RAM`);
    }
    if (count > 0) {
      const { bytes } = this.items.find(this.selected)!;
      memory.write(address, bytes.subarray(from, from + count));
    }
    if (count < length) memory.fill(address + count, length - count, 0);
    return 0;
  }

  /** Copies memory to a writable item. All of it must fit. */
  private copyIn(memory: PhysicalMemory, address: number, length: number): number {
    const item = this.items.find(this.selected);
    const from = this.offset;
    const fits = length <= this.left;
    this.offset += Math.min(length, this.left);
    if (item === undefined || !item.writable || !fits || !memory.contains(address, length)) {
      return this.fail(
        () => `DMA of ${length} bytes from 0x${address.toString(16)} to item ${this.selected}`,
      );
    }
    const bytes = item.bytes.slice();
    bytes.set(memory.read(address, length), from);
    item.bytes = bytes;
    item.onWrite?.(bytes.slice());
    return 0;
  }

  private fail(message: () => string): number {
    this.onError(message);
    return DMA_CONTROL.ERROR;
  }

  private finish(descriptor: number, status: number): void {
    const { memory } = this;
    if (memory !== undefined && isRam(memory, descriptor, 4)) memory.writeU32(descriptor, swap(status));
  }
}

function isRam(memory: PhysicalMemory, address: number, length: number): boolean {
  return memory.regionAt(address)?.kind === 'ram' && memory.contains(address, length);
}

const swap = (value: number): number =>
  ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;

function littleEndian(value: number, size: 2 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function checkState(state: FwCfgState): void {
  const count = (value: unknown, limit: number): boolean =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= limit;
  const isItem = (value: SavedItem): boolean =>
    count(value?.key, KEY_MASK) && value.bytes instanceof Uint8Array;
  const isFile = (value: SavedFile): boolean =>
    typeof value?.name === 'string' &&
    value.bytes instanceof Uint8Array &&
    value.initial instanceof Uint8Array &&
    value.initial.length === value.bytes.length &&
    typeof value.writable === 'boolean';
  const valid: Record<keyof FwCfgState, boolean> = {
    selected: count(state?.selected, KEY_MASK),
    offset: count(state?.offset, Number.MAX_SAFE_INTEGER),
    dmaHigh: count(state?.dmaHigh, 0xffff_ffff),
    items: Array.isArray(state?.items) && state.items.every(isItem),
    files: Array.isArray(state?.files) && state.files.every(isFile),
  };
  const fields = Object.entries(valid).flatMap(([name, good]) => (good ? [] : [name]));
  if (fields.length === 0) return;
  throw new ArmatureError(
    'SNAPSHOT_INVALID',
    `the snapshot of a firmware configuration device has invalid values: ${fields.join(', ')}`,
    { context: { fields } },
  );
}
