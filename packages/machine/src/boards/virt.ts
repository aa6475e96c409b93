import {
  ArmatureError,
  type CapabilityName,
  type FrameAllocatorFactory,
  formatBytes,
  type MemoryBacking,
  MiB,
  PAGE_SIZE,
  spi,
  toNumber,
} from '@armature/core';
import { type CpuOptions, cpu } from '@armature/cpu';
import { type FlashBacking, flash } from '@armature/device-flash';
import { fwCfg } from '@armature/device-fwcfg';
import { gicV2, gicV3 } from '@armature/device-gic';
import { pl011 } from '@armature/device-pl011';
import { pl031 } from '@armature/device-pl031';
import { pl061 } from '@armature/device-pl061';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import { memoryManager } from '@armature/memory';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import { virtioMmioBus } from '@armature/virtio';
import { createMachine, type MachineBuilder } from '../builder.ts';
import { allocatorByName } from '../json/part-registry.ts';
import type { MachineOptions } from '../options.ts';
import { ram } from '../parts/ram.ts';

export interface VirtOptions extends Omit<MachineOptions, 'name'> {
  /** Which CPU the guest sees. Default `cortex-a72`. */
  readonly cpu?: NonNullable<CpuOptions['model']>;
  /** How many CPUs, 1 to 8. Default 1. */
  readonly cpus?: number;
  /** Version of the interrupt controller: GICv2 with GICv2m, or GICv3. Default 2. */
  readonly gic?: 2 | 3;
  /** What runs its instructions. Default `auto`: the fastest there is. */
  readonly engine?: NonNullable<CpuOptions['engine']>;
  /** Limits of the engine's compiler. */
  readonly jit?: NonNullable<CpuOptions['jit']>;
  /** RAM in bytes, a multiple of 4096. Default 128 MiB, as QEMU's. */
  readonly memory?: number | bigint;
  /** Where RAM is: `onDemand({ arena, allocator })`. Default: in one piece of machine memory. */
  readonly backing?: MemoryBacking;
  /** The memory manager's allocator: a factory, or the name of a standard one. Default `bitmap`, 16 MiB. */
  readonly allocator?: FrameAllocatorFactory | string;
  /** Firmware for the first flash bank, at address 0, which is read-only; without it there is no flash. */
  readonly flash?: Uint8Array;
  /** What keeps the second flash bank, where firmware has its variables. Default: memory, gone with the machine. */
  readonly flashVariables?: FlashBacking;
  /** Wall-clock time when the machine starts, seconds since 1970. Default 0. */
  readonly startTime?: number;
  /** Called with every byte the guest sends on its console. */
  readonly onTransmit?: (byte: number) => void;
}

/** Address map of the board: the one of QEMU's `virt`. Bases are physical addresses, sizes bytes. */
export const VIRT_MAP = {
  flash: { base: 0x0000_0000, size: 0x0400_0000 },
  variables: { base: 0x0400_0000, size: 0x0400_0000 },
  distributor: { base: 0x0800_0000, size: 0x1_0000 },
  cpuInterface: { base: 0x0801_0000, size: 0x1_0000 },
  v2m: { base: 0x0802_0000, size: 0x1000 },
  redistributors: { base: 0x080a_0000, size: 0xf6_0000 },
  uart: { base: 0x0900_0000, size: 0x1000, interrupt: spi(1) },
  rtc: { base: 0x0901_0000, size: 0x1000, interrupt: spi(2) },
  fwCfg: { base: 0x0902_0000, size: 0x18 },
  gpio: { base: 0x0903_0000, size: 0x1000, interrupt: spi(7), powerButton: 3 },
  virtio: { base: 0x0a00_0000, size: 0x4000, slots: 32, firstInterrupt: spi(16) },
  ram: { base: 0x4000_0000 },
} as const;

const DEFAULT_MEMORY = MiB(128);
/** Frames that the memory manager has unless told otherwise: 16 MiB. */
const DEFAULT_POOL = 4096;

/** What the board's parts provide together. */
export type VirtCapabilities = Extract<
  CapabilityName,
  | 'cpu'
  | 'ram'
  | 'address-translation'
  | 'page-tables'
  | 'exceptions'
  | 'firmware'
  | 'interrupt-controller'
  | 'console'
  | 'gpio'
  | 'power-button'
  | 'firmware-configuration'
  | 'virtio-mmio'
  | 'memory-management'
>;

/**
 * A machine with the map of QEMU's `virt` board, so that the same images run on both. More parts can be added
 * before it is built.
 *
 * @throws CONFIG_INVALID for a memory size that makes no sense; PART_UNKNOWN for an unknown allocator
 * @example
 * const machine = await virt({ memory: MiB(512) }).build();
 */
export function virt(options: VirtOptions = {}): MachineBuilder<VirtCapabilities, VirtRequirements> {
  const {
    cpu: model,
    cpus: count,
    gic = 2,
    engine,
    jit,
    memory,
    backing,
    allocator,
    flash: firmware,
    flashVariables,
    onTransmit,
    startTime,
    ...machine
  } = options;
  const size = toNumber(memory ?? DEFAULT_MEMORY);
  if (!Number.isSafeInteger(size) || size <= 0 || size % PAGE_SIZE !== 0) {
    throw new ArmatureError('CONFIG_INVALID', `${size} bytes of memory are not whole 4 KiB pages`, {
      context: { memory: size },
      hint: 'Give a multiple of 4096 bytes.',
    });
  }
  const pool = Math.min(DEFAULT_POOL, size / PAGE_SIZE);
  const factory = typeof allocator === 'object' ? allocator : allocatorByName(allocator ?? 'bitmap', pool);
  checkPool(factory, size);
  if (gic !== 2 && gic !== 3) {
    throw new ArmatureError('CONFIG_INVALID', `there is no GICv${gic}`, {
      context: { gic },
      hint: 'The board has a GICv2 (2) or a GICv3 (3).',
    });
  }
  const { uart, rtc, gpio, virtio } = VIRT_MAP;
  const board = createMachine(machine)
    .use(
      cpu({
        ...(model && { model }),
        ...(engine && { engine }),
        ...(jit && { jit }),
        ...(count !== undefined && { count }),
      }),
    )
    .use(ram({ base: VIRT_MAP.ram.base, size, ...(backing && { backing }) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci({ conduit: 'hvc' }))
    .use(gic === 3 ? gicV3() : gicV2())
    .use(genericTimer())
    .use(pl011({ base: uart.base, irq: uart.interrupt, ...(onTransmit && { onTransmit }) }))
    .use(pl031({ base: rtc.base, irq: rtc.interrupt, ...(startTime !== undefined && { startTime }) }))
    .use(pl061({ base: gpio.base, irq: gpio.interrupt, powerButton: gpio.powerButton }))
    .use(fwCfg({ base: VIRT_MAP.fwCfg.base }))
    .use(virtioMmioBus({ base: virtio.base, slots: virtio.slots, firstInterrupt: virtio.firstInterrupt }))
    .use(memoryManager({ allocator: factory, reserveFirst: Math.min(MiB(1), size) }));
  if (firmware === undefined) return board;
  if (firmware.length > VIRT_MAP.flash.size) {
    throw new ArmatureError(
      'IMAGE_TOO_LARGE',
      `${formatBytes(firmware.length)} of firmware do not fit flash, which has ${formatBytes(VIRT_MAP.flash.size)}`,
      { context: { bytes: firmware.length }, hint: 'Give a smaller image.' },
    );
  }
  return board.use(
    flash({
      base: VIRT_MAP.flash.base,
      bankSize: VIRT_MAP.flash.size,
      banks: [{ image: firmware, readOnly: true }, flashVariables ? { backing: flashVariables } : {}],
    }),
  );
}

type VirtRequirements =
  | 'address-translation'
  | 'exceptions'
  | 'ram'
  | 'cpu'
  | 'interrupt-controller'
  | 'page-tables';

function checkPool({ name, pages }: FrameAllocatorFactory, memory: number): void {
  if (pages === undefined || pages * PAGE_SIZE <= memory) return;
  throw new ArmatureError(
    'CONFIG_INVALID',
    `the allocator ${name} manages ${formatBytes(pages * PAGE_SIZE)}, the board has ${formatBytes(memory)}`,
    { context: { pages, memory }, hint: 'Give the allocator fewer pages, or the board more memory.' },
  );
}
