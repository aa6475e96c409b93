import type { Snapshot } from '@armature/core';
import { featureSet, type VirtioDevice, type VirtioHost, type Virtqueue } from '../src/index.ts';

/** Returns what it is sent; configuration of six bytes, of which the last two are writable. */
export class Echo implements VirtioDevice {
  readonly name = 'virtio-echo';
  readonly deviceId = 63;
  readonly features = featureSet(3);
  readonly queueSizes: readonly number[];
  readonly configuration = Uint8Array.of(1, 2, 3, 4, 0, 0);
  readonly handled: number[] = [];
  host!: VirtioHost;
  resets = 0;

  constructor(queueSizes: readonly number[] = [64, 8]) {
    this.queueSizes = queueSizes;
  }

  attach(host: VirtioHost): void {
    this.host = host;
  }

  writeConfiguration(offset: number, size: number, value: number): void {
    for (let byte = 0; byte < size; byte++) {
      if (offset + byte >= 4) this.configuration[offset + byte] = value >>> (8 * byte);
    }
  }

  handle(queue: Virtqueue): void {
    this.handled.push(queue.index);
    queue.serve((chain) => {
      const bytes = new Uint8Array(Math.min(chain.readableBytes, chain.writableBytes));
      chain.read(0, bytes);
      return chain.write(0, bytes);
    });
  }

  reset(): void {
    this.resets++;
    this.configuration.fill(0, 4);
  }

  snapshot(): Snapshot<readonly number[]> {
    return { type: this.name, version: 1, state: [...this.configuration] };
  }

  restore(snapshot: Snapshot): void {
    this.configuration.set(snapshot.state as readonly number[]);
  }
}
