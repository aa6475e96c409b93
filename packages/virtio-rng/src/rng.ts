/**
 * Virtio entropy device.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Entropy Device
 */
import { ArmatureError, checkSnapshot, type Snapshot } from '@armature/core';
import { VIRTIO_DEVICE_ID, type VirtioDevice, type VirtioHost, type Virtqueue } from '@armature/virtio';
import type { EntropySource } from './entropy.ts';

const SNAPSHOT_TYPE = 'virtio-rng-device';
const SNAPSHOT_VERSION = 1;
const QUEUE_SIZE = 8;
/** Bytes that one buffer gets; a device may give fewer than the buffer holds. */
const BUFFER_LIMIT = 65536;

export class VirtioRng implements VirtioDevice {
  readonly name = 'virtio-rng';
  readonly deviceId = VIRTIO_DEVICE_ID.ENTROPY;
  readonly features = 0n;
  readonly queueSizes = [QUEUE_SIZE];
  readonly configuration = new Uint8Array(0);
  private readonly entropy: EntropySource;
  private host: VirtioHost | undefined;

  constructor(entropy: EntropySource) {
    this.entropy = entropy;
  }

  attach(host: VirtioHost): void {
    this.host = host;
  }

  handle(queue: Virtqueue): void {
    queue.serve((chain) => {
      if (chain.writableBytes === 0) {
        this.host?.fail('a buffer for random bytes that cannot be written');
        return 0;
      }
      const length = Math.min(chain.writableBytes, BUFFER_LIMIT);
      return chain.visitWritable(0, length, (bytes) => this.entropy.fill(bytes));
    });
  }

  /** The source goes on: a machine that was reset does not get the same bytes again. */
  reset(): void {}

  snapshot(): Snapshot<Snapshot | null> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: this.entropy.snapshot?.() ?? null,
    };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const source = snapshot.state as Snapshot | null;
    if ((source !== null) !== (this.entropy.snapshot !== undefined)) {
      throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is of another source of random bytes');
    }
    if (source !== null) this.entropy.restore?.(source);
  }
}
