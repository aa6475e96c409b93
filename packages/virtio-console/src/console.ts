/**
 * Virtio console: one port. Like the line of a UART whose far end is ideal: what the guest sends has left when its
 * notification returns, and what the host sends waits until the guest has room.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Console Device
 */
import { ArmatureError, checkSnapshot, type Snapshot } from '@armature/core';
import {
  type DescriptorChain,
  featureSet,
  VIRTIO_DEVICE_ID,
  type VirtioDevice,
  type VirtioHost,
  type Virtqueue,
} from '@armature/virtio';
import { InputQueue } from './input-queue.ts';

const SNAPSHOT_TYPE = 'virtio-console-device';
const SNAPSHOT_VERSION = 1;

/** Numbers of the feature bits. */
export const CONSOLE_FEATURE = { SIZE: 0, EMERG_WRITE: 2 } as const;

/** Offsets of fields in the configuration space. */
const CONFIGURATION = {
  columns: 0 /* le16 */,
  rows: 2 /* le16 */,
  ports: 4 /* le32 */,
  emergencyWrite: 8 /* le32, WO */,
  bytes: 12,
} as const;

const RECEIVE_QUEUE = 0;
const QUEUE_SIZE = 128;

/** Characters that a terminal shows. */
export interface ConsoleSize {
  readonly columns: number;
  readonly rows: number;
}

/** What the device tells its host. */
export interface VirtioConsoleEvents {
  /** The guest sent bytes. They are the listener's to keep. */
  onTransmit?(bytes: Uint8Array): void;
}

export interface VirtioConsoleConfig extends VirtioConsoleEvents {
  /** The terminal's size, for the guest to know. Default: the guest is not told one. */
  readonly size?: ConsoleSize;
}

/** The state in a snapshot. */
export interface VirtioConsoleState {
  readonly size: ConsoleSize | null;
  /** Bytes that wait for the guest to have room. */
  readonly waiting: Uint8Array;
}

export class VirtioConsole implements VirtioDevice {
  readonly name = 'virtio-console';
  readonly deviceId = VIRTIO_DEVICE_ID.CONSOLE;
  readonly features: bigint;
  /** Receive and transmit. */
  readonly queueSizes = [QUEUE_SIZE, QUEUE_SIZE];
  readonly configuration = new Uint8Array(CONFIGURATION.bytes);

  private readonly fields = new DataView(this.configuration.buffer);
  private readonly events: VirtioConsoleEvents;
  private readonly hasSize: boolean;
  private readonly waiting = new InputQueue();
  private host: VirtioHost | undefined;

  /** @throws CONFIG_INVALID for a size that is not made of whole numbers from 0 to 65535 */
  constructor(config: VirtioConsoleConfig = {}) {
    const { SIZE, EMERG_WRITE } = CONSOLE_FEATURE;
    this.events = config;
    this.hasSize = config.size !== undefined;
    this.features = this.hasSize ? featureSet(SIZE, EMERG_WRITE) : featureSet(EMERG_WRITE);
    if (config.size !== undefined) this.writeSize(config.size);
    this.fields.setUint32(CONFIGURATION.ports, 1, true);
  }

  /** Bytes from the host that have not reached the guest yet. */
  get pendingInput(): number {
    return this.waiting.length;
  }

  /** Sends bytes to the guest. They queue without limit and arrive as the guest makes room. */
  receive(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.feed();
  }

  /**
   * The terminal has another size now.
   *
   * @throws CONFIG_INVALID for a size that cannot be; UNSUPPORTED when the console was made without one
   */
  resize(size: ConsoleSize): void {
    if (!this.hasSize) {
      throw new ArmatureError('UNSUPPORTED', 'this virtio console has no size', {
        context: { size },
        hint: 'Make it with a size for the guest to know of changes.',
      });
    }
    this.writeSize(size);
    this.host?.configurationChanged();
  }

  attach(host: VirtioHost): void {
    this.host = host;
  }

  handle(queue: Virtqueue): void {
    if (queue.index === RECEIVE_QUEUE) this.feed();
    else queue.serve((chain) => this.transmit(chain));
  }

  writeConfiguration(offset: number, size: number, value: number): void {
    if (offset !== CONFIGURATION.emergencyWrite || size !== 4) return;
    this.events.onTransmit?.(Uint8Array.of(value & 0xff));
  }

  /** Input that waits stays: it comes from outside. */
  reset(): void {}

  snapshot(): Snapshot<VirtioConsoleState> {
    const size = {
      columns: this.fields.getUint16(CONFIGURATION.columns, true),
      rows: this.fields.getUint16(CONFIGURATION.rows, true),
    };
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: { size: this.hasSize ? size : null, waiting: this.waiting.toBytes() },
    };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const { size, waiting } = snapshot.state as VirtioConsoleState;
    if ((size !== null) !== this.hasSize) {
      throw new ArmatureError('SNAPSHOT_INVALID', 'one of the two consoles has a size, the other has none');
    }
    if (size !== null) this.writeSize(size);
    this.waiting.clear();
    this.waiting.push(waiting);
  }

  private transmit(chain: DescriptorChain): number {
    const { onTransmit } = this.events;
    if (onTransmit !== undefined) {
      chain.visitReadable(0, chain.readableBytes, (bytes) => onTransmit.call(this.events, bytes.slice()));
    }
    return 0;
  }

  /** Moves what waits into the guest's buffers. */
  private feed(): void {
    const queue = this.host?.queues[RECEIVE_QUEUE];
    if (queue === undefined) return;
    queue.serve(
      (chain) => this.fill(chain),
      () => this.waiting.length > 0,
    );
    // While nothing waits, new buffers are of no interest.
    queue.setNotifications(this.waiting.length > 0);
  }

  private fill(chain: DescriptorChain): number {
    if (chain.writableBytes === 0) {
      this.host?.fail('a receive buffer that cannot be written');
      return 0;
    }
    const length = Math.min(chain.writableBytes, this.waiting.length);
    return chain.visitWritable(0, length, (bytes) => this.waiting.take(bytes));
  }

  private writeSize({ columns, rows }: ConsoleSize): void {
    const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff;
    if (!isCount(columns) || !isCount(rows)) {
      throw new ArmatureError('CONFIG_INVALID', `a console cannot have ${columns} columns and ${rows} rows`, {
        context: { columns, rows },
        hint: 'Give whole numbers from 0 to 65535.',
      });
    }
    this.fields.setUint16(CONFIGURATION.columns, columns, true);
    this.fields.setUint16(CONFIGURATION.rows, rows, true);
  }
}
