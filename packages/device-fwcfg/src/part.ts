import { empty, type Part, type PartConfig, reg, strings } from '@armature/core';
import { FwCfg } from './fwcfg.ts';
import type { FileOptions } from './items.ts';
import { FWCFG_SIZE } from './registers.ts';

/** What firmware is told about the machine: the capability `firmware-configuration`. */
export interface FirmwareConfiguration {
  /** Adds or replaces a file. @throws CONFIG_INVALID for a name that is not 1 to 55 printable ASCII characters */
  setFile(name: string, bytes: Uint8Array, options?: FileOptions): void;
  /** Sets an item by key. @throws CONFIG_INVALID for a key of files */
  setItem(key: number, bytes: Uint8Array): void;
  /** A kernel that firmware may boot, with its RAM disk and command line. */
  setKernel(bytes: Uint8Array): void;
  setInitrd(bytes: Uint8Array): void;
  setCommandLine(text: string): void;
}

declare module '@armature/core' {
  interface Capabilities {
    'firmware-configuration': FirmwareConfiguration;
  }
}

/** A file's contents: text, or bytes. */
export type FileContents = string | Uint8Array | ({ readonly bytes: string | Uint8Array } & FileOptions);

export interface FwCfgOptions {
  /** Physical address. Default: assigned by the machine. */
  readonly base?: number | bigint;
  /** Files by name: `opt/org.example/key`, `etc/...`. */
  readonly files?: Readonly<Record<string, FileContents>>;
  /** A kernel image that firmware may boot. */
  readonly kernel?: Uint8Array;
  /** An initial RAM disk for the kernel. */
  readonly initrd?: Uint8Array;
  /** The kernel's command line. */
  readonly commandLine?: string;
  /** The machine's UUID, 16 bytes. Default zeros. */
  readonly uuid?: Uint8Array;
}

const toBytes = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new TextEncoder().encode(value) : value;

/**
 * QEMU's firmware configuration device as a part of a machine.
 *
 * @throws CONFIG_INVALID when a file's name or the UUID is not possible
 * @example
 * createMachine().use(fwCfg({ base: 0x0902_0000, files: { 'opt/org.example/name': 'Ada' } }))
 */
export function fwCfg(options: FwCfgOptions = {}): Part<'firmware-configuration'> {
  const { base, files = {}, kernel, initrd, commandLine, uuid } = options;
  const fill = (device: FwCfg): FwCfg => {
    for (const [name, contents] of Object.entries(files)) {
      const { bytes, ...use } =
        typeof contents === 'string' || contents instanceof Uint8Array ? { bytes: contents } : contents;
      device.setFile(name, toBytes(bytes), use);
    }
    if (kernel !== undefined) device.setKernel(kernel);
    if (initrd !== undefined) device.setInitrd(initrd);
    if (commandLine !== undefined) device.setCommandLine(commandLine);
    return device;
  };
  // Mistakes in the options show here, not when the machine is built.
  fill(new FwCfg(uuid && { uuid }));
  return {
    name: 'fw-cfg',
    provides: ['firmware-configuration'],
    requires: [],
    regions: [
      {
        name: 'registers',
        ...(base !== undefined && { base: Number(base) }),
        size: FWCFG_SIZE,
        kind: 'mmio',
      },
    ],
    create(context) {
      const device = fill(
        new FwCfg({
          memory: context.memory,
          cpus: context.cpuStates.length,
          ...(uuid && { uuid }),
          onError: (message) => context.trace('fw-cfg', message),
        }),
      );
      const { base: address, size } = context.regions['registers'];
      return {
        capabilities: { 'firmware-configuration': device },
        devices: { registers: device },
        deviceTree: [
          {
            name: `fw-cfg@${address.toString(16)}`,
            label: context.name,
            properties: {
              compatible: strings('qemu,fw-cfg-mmio'),
              reg: reg([address, size]),
              'dma-coherent': empty,
            },
          },
        ],
        reset: () => device.reset(),
        snapshot: () => device.snapshot(),
        restore: (snapshot) => device.restore(snapshot),
      };
    },
    toJSON(): PartConfig {
      const texts = Object.entries(files).filter(([, contents]) => typeof contents === 'string');
      return {
        part: 'fw-cfg',
        ...(base !== undefined && { base: Number(base) }),
        ...(texts.length > 0 && { files: Object.fromEntries(texts) }),
        ...(commandLine !== undefined && { commandLine }),
      };
    },
  };
}
