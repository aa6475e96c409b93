/**
 * Virtio block device over a {@link Disk}. Requests are done when the driver's notification returns.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Block Device
 */
import { ArmatureError, checkSnapshot, isArmatureError, type Snapshot } from '@armature/core';
import type { Disk } from '@armature/disk';
import {
  type DescriptorChain,
  featureSet,
  VIRTIO_DEVICE_ID,
  type VirtioDevice,
  type VirtioHost,
  type Virtqueue,
} from '@armature/virtio';
import {
  BLOCK_FEATURE,
  BLOCK_STATUS,
  CONFIGURATION,
  HEADER_BYTES,
  ID_BYTES,
  RANGE_BYTES,
  RANGE_UNMAP,
  REQUEST,
  SECTOR,
} from './definitions.ts';

const SNAPSHOT_TYPE = 'virtio-blk-device';
const SNAPSHOT_VERSION = 1;
const DEFAULT_QUEUE_SIZE = 256;
/** Sectors of a discard (128 MiB) and of a write-zeroes (16 MiB), so that neither takes long. */
const DISCARD_SECTORS = 2 ** 18;
const ZERO_SECTORS = 2 ** 15;
/** Ranges of one such request. */
const RANGES = 4;

export interface VirtioBlkConfig {
  readonly disk: Disk;
  /** What the guest finds as the disk's serial number: at most 20 ASCII characters. Default none. */
  readonly serial?: string;
  /** The guest cannot write, whatever the disk allows. Default false. */
  readonly readOnly?: boolean;
  /** Logical block size in bytes, a power of two from 512 to 32768. Default 512. */
  readonly blockSize?: number;
  /** Descriptors of the queue, a power of two. Default 256. */
  readonly queueSize?: number;
  /** Called for the first failure of each kind that the disk has; the guest gets an I/O error every time. */
  readonly onError?: (error: ArmatureError) => void;
}

/** The state in a snapshot. */
export interface VirtioBlkState {
  /** Sectors. */
  readonly capacity: number;
  readonly writeback: boolean;
  /** The disk's own snapshot, if it has one and the guest can write. */
  readonly disk: Snapshot | null;
}

export class VirtioBlk implements VirtioDevice {
  readonly name = 'virtio-blk';
  readonly deviceId = VIRTIO_DEVICE_ID.BLOCK;
  readonly features: bigint;
  readonly queueSizes: readonly number[];
  readonly configuration = new Uint8Array(CONFIGURATION.bytes);

  private readonly disk: Disk;
  private readonly readOnly: boolean;
  private readonly serial: Uint8Array;
  private readonly onError: ((error: ArmatureError) => void) | undefined;
  private readonly reported = new Set<string>();
  /** Sectors. */
  private readonly capacity: number;
  private readonly fields = new DataView(this.configuration.buffer);
  private readonly header = new DataView(new ArrayBuffer(HEADER_BYTES));
  private readonly headerBytes = new Uint8Array(this.header.buffer);
  private readonly status = new Uint8Array(1);
  private host: VirtioHost | undefined;
  private isFlushNegotiated = false;
  private isCacheNegotiated = false;

  /** @throws CONFIG_INVALID for a serial number, block size or queue size that cannot be */
  constructor(config: VirtioBlkConfig) {
    const { disk, serial = '', blockSize = SECTOR, queueSize = DEFAULT_QUEUE_SIZE } = config;
    if (!/^[\x20-\x7e]{0,20}$/.test(serial)) {
      throw invalid(`the serial number ${JSON.stringify(serial)}`, 'Use at most 20 ASCII characters.', {
        serial,
      });
    }
    if (!(blockSize >= SECTOR && blockSize <= 32768 && Number.isInteger(Math.log2(blockSize)))) {
      throw invalid(`a block size of ${blockSize}`, 'Use a power of two from 512 to 32768.', { blockSize });
    }
    this.disk = disk;
    this.readOnly = config.readOnly || disk.readOnly;
    this.serial = new TextEncoder().encode(serial);
    this.onError = config.onError;
    this.capacity = Math.floor(disk.size / blockSize) * (blockSize / SECTOR);
    this.queueSizes = [queueSize];
    const { SEG_MAX, RO, BLK_SIZE, FLUSH, TOPOLOGY, CONFIG_WCE, DISCARD, WRITE_ZEROES } = BLOCK_FEATURE;
    this.features = this.readOnly
      ? featureSet(SEG_MAX, RO, BLK_SIZE, FLUSH, TOPOLOGY)
      : featureSet(SEG_MAX, BLK_SIZE, FLUSH, TOPOLOGY, CONFIG_WCE, DISCARD, WRITE_ZEROES);
    this.describe(blockSize, queueSize);
  }

  attach(host: VirtioHost): void {
    this.host = host;
  }

  negotiated(): void {
    this.isFlushNegotiated = this.host?.hasFeature(BLOCK_FEATURE.FLUSH) ?? false;
    this.isCacheNegotiated = this.host?.hasFeature(BLOCK_FEATURE.CONFIG_WCE) ?? false;
    // A driver that can neither flush nor choose must find what it wrote durable.
    const isCaching = this.isCacheNegotiated || this.isFlushNegotiated;
    this.configuration[CONFIGURATION.writeback] = isCaching ? 1 : 0;
  }

  writeConfiguration(offset: number, size: number, value: number): void {
    if (offset !== CONFIGURATION.writeback || size !== 1 || !this.isCacheNegotiated) return;
    const wasCaching = this.isCaching;
    this.configuration[CONFIGURATION.writeback] = value & 1;
    if (wasCaching && !this.isCaching) this.attempt(() => this.disk.flush());
  }

  handle(queue: Virtqueue): void {
    queue.serve((chain) => this.serve(chain));
  }

  reset(): void {
    this.isFlushNegotiated = false;
    this.isCacheNegotiated = false;
    this.configuration[CONFIGURATION.writeback] = 1;
  }

  snapshot(): Snapshot<VirtioBlkState> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: {
        capacity: this.capacity,
        writeback: this.isCaching,
        disk: this.hasContents ? (this.disk.snapshot?.() ?? null) : null,
      },
    };
  }

  /** @throws SNAPSHOT_INVALID when the disk had another size, or was of another kind */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const { capacity, writeback, disk } = snapshot.state as VirtioBlkState;
    if (capacity !== this.capacity || (disk !== null) !== this.hasContents) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `the disk had ${capacity} sectors and is another, with ${this.capacity} sectors`,
        { context: { capacity }, hint: 'Restore it with a disk of the same kind and size.' },
      );
    }
    if (disk !== null) this.disk.restore?.(disk);
    this.configuration[CONFIGURATION.writeback] = writeback ? 1 : 0;
  }

  /** What the guest writes is part of the device's snapshots. */
  private get hasContents(): boolean {
    return !this.readOnly && this.disk.snapshot !== undefined;
  }

  /** What is written may stay in the host's caches until the driver flushes. */
  private get isCaching(): boolean {
    return this.configuration[CONFIGURATION.writeback] === 1;
  }

  private describe(blockSize: number, queueSize: number): void {
    const { fields } = this;
    fields.setBigUint64(CONFIGURATION.capacity, BigInt(this.capacity), true);
    // A request also has a header and a status.
    fields.setUint32(CONFIGURATION.segMax, Math.max(1, queueSize - 2), true);
    fields.setUint32(CONFIGURATION.blockSize, blockSize, true);
    fields.setUint8(CONFIGURATION.writeback, 1);
    fields.setUint16(CONFIGURATION.queues, 1, true);
    if (this.readOnly) return;
    fields.setUint32(CONFIGURATION.maximumDiscardSectors, DISCARD_SECTORS, true);
    fields.setUint32(CONFIGURATION.maximumDiscardRanges, RANGES, true);
    fields.setUint32(CONFIGURATION.discardAlignment, blockSize / SECTOR, true);
    fields.setUint32(CONFIGURATION.maximumZeroSectors, ZERO_SECTORS, true);
    fields.setUint32(CONFIGURATION.maximumZeroRanges, RANGES, true);
    fields.setUint8(CONFIGURATION.zeroMayUnmap, 1);
  }

  /** Does one request; gives the bytes written. */
  private serve(chain: DescriptorChain): number {
    if (chain.read(0, this.headerBytes) < HEADER_BYTES || chain.writableBytes < 1) {
      this.host?.fail(
        `a request of ${chain.readableBytes} readable and ${chain.writableBytes} writable bytes`,
      );
      return 0;
    }
    const type = this.header.getUint32(0, true);
    const sector = this.header.getUint32(8, true) + 2 ** 32 * this.header.getUint32(12, true);
    const room = chain.writableBytes - 1;
    this.status[0] = this.perform(type, sector, chain, room);
    chain.write(room, this.status);
    // Of a request that failed nothing is promised but the status, which is not at the start.
    return this.status[0] === BLOCK_STATUS.OK || room === 0 ? chain.writableBytes : 0;
  }

  private perform(type: number, sector: number, chain: DescriptorChain, room: number): number {
    switch (type) {
      case REQUEST.IN:
        return this.read(sector, chain, room);
      case REQUEST.OUT:
        return this.write(sector, chain);
      case REQUEST.FLUSH:
        return this.attempt(() => this.disk.flush());
      case REQUEST.GET_ID:
        return this.identify(chain, room);
      case REQUEST.DISCARD:
      case REQUEST.WRITE_ZEROES:
        return this.release(type, chain);
      default:
        return BLOCK_STATUS.UNSUPP;
    }
  }

  private read(sector: number, chain: DescriptorChain, length: number): number {
    if (!this.isOnDisk(sector, length)) return BLOCK_STATUS.IOERR;
    const offset = sector * SECTOR;
    return this.attempt(() => {
      chain.visitWritable(0, length, (bytes, at) => this.disk.read(offset + at, bytes));
    });
  }

  private write(sector: number, chain: DescriptorChain): number {
    const length = chain.readableBytes - HEADER_BYTES;
    if (this.readOnly || !this.isOnDisk(sector, length)) return BLOCK_STATUS.IOERR;
    const offset = sector * SECTOR;
    return this.change(() => {
      chain.visitReadable(HEADER_BYTES, length, (bytes, at) => this.disk.write(offset + at, bytes));
    });
  }

  private identify(chain: DescriptorChain, room: number): number {
    const id = new Uint8Array(Math.min(ID_BYTES, room));
    id.set(this.serial.subarray(0, id.length));
    chain.write(0, id);
    return BLOCK_STATUS.OK;
  }

  private release(type: number, chain: DescriptorChain): number {
    const length = chain.readableBytes - HEADER_BYTES;
    const isDiscard = type === REQUEST.DISCARD;
    if (this.readOnly) return BLOCK_STATUS.IOERR;
    if (length < RANGE_BYTES || length % RANGE_BYTES !== 0 || length > RANGES * RANGE_BYTES) {
      return BLOCK_STATUS.IOERR;
    }
    const bytes = new Uint8Array(length);
    chain.read(HEADER_BYTES, bytes);
    const ranges = new DataView(bytes.buffer);
    const most = isDiscard ? DISCARD_SECTORS : ZERO_SECTORS;
    const allowed = isDiscard ? 0 : RANGE_UNMAP;
    for (let at = 0; at < length; at += RANGE_BYTES) {
      if (ranges.getUint32(at + 12, true) & ~allowed) return BLOCK_STATUS.UNSUPP;
      const sectors = ranges.getUint32(at + 8, true);
      const fits = sectors <= most && this.isOnDisk(sectorOf(ranges, at), sectors * SECTOR);
      if (!fits) return BLOCK_STATUS.IOERR;
    }
    return this.change(() => {
      for (let at = 0; at < length; at += RANGE_BYTES) {
        const offset = sectorOf(ranges, at) * SECTOR;
        const size = ranges.getUint32(at + 8, true) * SECTOR;
        if (isDiscard) this.disk.discard(offset, size);
        else this.disk.writeZeroes(offset, size);
      }
    });
  }

  private isOnDisk(sector: number, length: number): boolean {
    return length % SECTOR === 0 && sector + length / SECTOR <= this.capacity;
  }

  private change(action: () => void): number {
    return this.attempt(() => {
      action();
      if (!this.isCaching) this.disk.flush();
    });
  }

  /** What goes wrong on the host is an I/O error for the guest, and no error of the machine. */
  private attempt(action: () => void): number {
    try {
      action();
      return BLOCK_STATUS.OK;
    } catch (cause) {
      this.report(asError(cause));
      return BLOCK_STATUS.IOERR;
    }
  }

  private report(error: ArmatureError): void {
    this.host?.trace(() => `virtio-blk: ${error.code}: ${error.message}`);
    if (this.reported.has(error.code)) return;
    this.reported.add(error.code);
    this.onError?.(error);
  }
}

function sectorOf(ranges: DataView, at: number): number {
  return ranges.getUint32(at, true) + 2 ** 32 * ranges.getUint32(at + 4, true);
}

function asError(cause: unknown): ArmatureError {
  if (isArmatureError(cause)) return cause;
  return new ArmatureError('DISK_FAILED', cause instanceof Error ? cause.message : String(cause), { cause });
}

function invalid(what: string, hint: string, context: Record<string, unknown>): ArmatureError {
  return new ArmatureError('CONFIG_INVALID', `a virtio disk cannot have ${what}`, { context, hint });
}
