import type { Part } from '@armature/core';
import { type VirtioBusName, type VirtioPlacement, virtioPart } from '@armature/virtio';
import { type ConsoleSize, VirtioConsole, type VirtioConsoleConfig } from './console.ts';

/** A virtio console of a machine, as its user sees it: the capability `virtio-console`. */
export interface VirtioConsoleLine {
  /** Sends bytes to the guest. They queue without limit and arrive as the guest makes room. */
  write(bytes: Uint8Array): void;
  /** Calls back with what the guest sends; returns a function that ends it. */
  listen(listener: (bytes: Uint8Array) => void): () => void;
  /** The terminal has another size. @throws UNSUPPORTED when the console was made without one */
  resize(size: ConsoleSize): void;
}

declare module '@armature/core' {
  interface Capabilities {
    'virtio-console': VirtioConsoleLine;
  }
}

export interface VirtioConsoleOptions<Bus extends VirtioBusName = 'virtio-mmio'>
  extends VirtioConsoleConfig,
    VirtioPlacement<Bus> {
  /** Provide the capability `virtio-console`, default true. A machine has one; give further ones `false`. */
  readonly console?: boolean;
}

type Provided<Options> = Options extends { readonly console: false } ? never : 'virtio-console';
type BusOf<Options> = Options extends { readonly bus: infer Bus extends VirtioBusName } ? Bus : 'virtio-mmio';

/**
 * A console of a machine, `hvc0` for Linux.
 *
 * @throws CONFIG_INVALID for a size that is not made of whole numbers from 0 to 65535
 * @example
 * createMachine().use(virtioMmioBus()).use(virtioConsole({ onTransmit: (bytes) => terminal.write(bytes) }))
 */
export function virtioConsole(): Part<'virtio-console', 'virtio-mmio'>;
export function virtioConsole<const Options extends VirtioConsoleOptions<VirtioBusName>>(
  options: Options,
): Part<Provided<Options>, BusOf<Options>>;
export function virtioConsole(
  options: VirtioConsoleOptions<VirtioBusName> = {},
): Part<'virtio-console' | never, VirtioBusName> {
  const { bus, slot, console: isConsole = true, ...config } = options;
  // Made once here, so that options that cannot be are refused before the machine is built.
  new VirtioConsole(config);
  return virtioPart<'virtio-console', VirtioBusName>({
    name: 'virtio-console',
    provides: isConsole ? ['virtio-console'] : [],
    ...(bus !== undefined && { bus }),
    ...(slot !== undefined && { slot }),
    options: {
      ...(config.size && { size: config.size }),
      ...(options.console !== undefined && { console: options.console }),
    },
    create() {
      const listeners = new Set<(bytes: Uint8Array) => void>();
      const device = new VirtioConsole({
        ...(config.size && { size: config.size }),
        onTransmit(bytes) {
          config.onTransmit?.(bytes);
          for (const listener of listeners) listener(bytes);
        },
      });
      const line: VirtioConsoleLine = {
        write: (bytes) => device.receive(bytes),
        resize: (size) => device.resize(size),
        listen(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      };
      return { device, ...(isConsole && { capabilities: { 'virtio-console': line } }) };
    },
  });
}
