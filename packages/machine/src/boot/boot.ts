/**
 * Boot protocols: where images, the initial RAM disk and the device tree go, and what the CPU's registers say
 * when the guest starts. Placement follows QEMU's `-M virt`, so that the same guest finds the same things:
 *
 *     arm64 Image     RAM base + text_offset (+ 2 MiB when that is below 4 KiB); device tree address in X0
 *     raw             RAM base + 512 KiB, then as an Image
 *     raw at address  at that address; device tree at RAM base when there is room; X0 zero
 *     ELF             segments at their physical addresses; device tree at RAM base when there is room; X0 zero
 *     firmware        at address 0; device tree at RAM base; X0 zero; a kernel beside it by fw_cfg
 *
 * For an Image the initial RAM disk is at RAM base + min(RAM / 2, 128 MiB), and the device tree at the next
 * 2 MiB boundary after it, or, when the machine's memory manager has another allocator than the bitmap allocator,
 * where that puts them from there on. X4 holds the entry point, as QEMU's boot stub leaves it.
 *
 * @spec Linux, Documentation/arch/arm64/booting.rst
 */
import { ArmatureError, formatAddress, PAGE_SIZE } from '@armature/core';
import { chooseInDeviceTree, type DeviceTreeOptions } from '../device-tree.ts';
import type { Machine } from '../machine.ts';
import { elfPhysicalEntry, parseElf } from './elf.ts';
import { checkPlausibleCode, detectImage } from './image.ts';
import { parseLinuxImage } from './linux-image.ts';
import { bootRam, checkPieces, type LoadedPiece } from './load-map.ts';
import { BootPlacement } from './placement.ts';

export interface BootOptions {
  /** The guest: an ELF file, an arm64 Image, or raw A64 code. Unpack gzip with `decompressImage` first. */
  readonly image?: Uint8Array;
  /** Firmware for address 0; it finds the image and the RAM disk, if there are any, by fw_cfg. */
  readonly firmware?: Uint8Array;
  /** Loads the image as raw code at this physical address, whatever it looks like. */
  readonly loadAddress?: number;
  /** Starts here instead of at the image's entry point. */
  readonly entry?: number;
  /** Initial RAM disk, for images that take one. */
  readonly initrd?: Uint8Array;
  /** The kernel's command line. */
  readonly bootArguments?: string;
  /** A device tree blob instead of the machine's own. */
  readonly deviceTree?: Uint8Array;
}

export interface BootPlan {
  readonly protocol: 'linux' | 'raw' | 'elf' | 'firmware';
  /** Physical address of the first instruction. */
  readonly entry: number;
  /** Everything put into memory. */
  readonly pieces: readonly LoadedPiece[];
  /** Where the device tree is; undefined when there was no room. */
  readonly deviceTree?: number;
  /** What firmware finds in the firmware configuration device. */
  readonly handedToFirmware?: {
    readonly kernel: Uint8Array | undefined;
    readonly initrd: Uint8Array | undefined;
    readonly commandLine: string | undefined;
  };
  /** X0 to X4 at the start. */
  readonly registers: readonly number[];
}

/** Offset from RAM base of images that do not say. */
const DEFAULT_TEXT_OFFSET = 0x8_0000;
/** QEMU keeps its boot stub in the first 4 KiB of RAM, and moves images that want to be there. */
const STUB_SIZE = 0x1000;
const SECTION = 2 ** 21;
/** Highest offset of an initial RAM disk from RAM base. */
const INITRD_LIMIT = 128 * 2 ** 20;

/**
 * Resets a machine, loads an image and sets the CPU up to run it. Call it again after a reset.
 *
 * @throws IMAGE_INVALID, IMAGE_WRONG_MACHINE, IMAGE_TOO_LARGE, IMAGE_OVERLAP; UNSUPPORTED for combinations
 *   that no protocol knows; CAPABILITY_MISSING when the machine has no CPU
 * @example
 * boot(machine, { image: bytes, bootArguments: 'console=ttyAMA0' });
 * const { reason } = await machine.run();
 */
export function boot(machine: Machine, options: BootOptions): BootPlan {
  const plan = planBoot(machine, options);
  applyBoot(machine, plan);
  return plan;
}

/** Decides where everything goes and changes nothing. @throws as {@link boot} does */
export function planBoot(machine: Machine, options: BootOptions): BootPlan {
  const { firmware } = options;
  const plan =
    firmware !== undefined ? planFirmware(machine, firmware, options) : planImage(machine, options);
  if (!machine.memory.holds(plan.entry)) {
    throw new ArmatureError(
      'IMAGE_INVALID',
      `the entry point ${formatAddress(plan.entry)} is not in memory`,
      {
        context: { entry: plan.entry },
        hint: 'Check the image’s entry point, or give another.',
      },
    );
  }
  return plan;
}

/** Resets a machine, then does what a plan says. */
export function applyBoot(machine: Machine, plan: BootPlan): void {
  const cpu = machine.cpuStates[0];
  if (cpu === undefined) {
    throw new ArmatureError('CAPABILITY_MISSING', 'this machine has no CPU to boot', {
      hint: 'Add a part that provides cpu.',
    });
  }
  machine.reset();
  if (plan.handedToFirmware !== undefined) {
    const { kernel, initrd, commandLine } = plan.handedToFirmware;
    const configuration = machine.find('firmware-configuration');
    if (kernel !== undefined) configuration?.setKernel(kernel);
    if (initrd !== undefined) configuration?.setInitrd(initrd);
    if (commandLine !== undefined) configuration?.setCommandLine(commandLine);
  }
  for (const { address, bytes, size } of plan.pieces) {
    machine.memory.write(address, bytes);
    if (size > bytes.length) machine.memory.fill(address + bytes.length, size - bytes.length, 0);
  }
  for (const [index, value] of plan.registers.entries()) cpu.setX(index, BigInt(value));
  cpu.pc = BigInt(plan.entry);
}

function planImage(machine: Machine, options: BootOptions): BootPlan {
  const { image = new Uint8Array(0), loadAddress } = options;
  if (loadAddress !== undefined) {
    if (image.length === 0) checkPlausibleCode(image);
    return planRawAt(machine, image, loadAddress, options);
  }
  if (detectImage(image) === 'elf') return planElf(machine, image, options);
  if (detectImage(image) === 'linux') return planLinux(machine, image, options);
  checkPlausibleCode(image);
  if (detectImage(image) === 'gzip') {
    throw new ArmatureError('IMAGE_INVALID', 'the image is gzip data', {
      hint: 'Unpack it with decompressImage() first.',
    });
  }
  return planAsLinux(machine, 'raw', image, DEFAULT_TEXT_OFFSET, image.length, options);
}

function planLinux(machine: Machine, image: Uint8Array, options: BootOptions): BootPlan {
  const header = parseLinuxImage(image);
  if (header.bigEndian) {
    throw new ArmatureError(
      'IMAGE_WRONG_MACHINE',
      'the kernel is big-endian, this machine is little-endian',
      {
        hint: 'Build the kernel without CONFIG_CPU_BIG_ENDIAN.',
      },
    );
  }
  const stated = header.imageSize === 0 ? DEFAULT_TEXT_OFFSET : header.textOffset;
  const offset = stated < STUB_SIZE ? stated + SECTION : stated;
  return planAsLinux(machine, 'linux', image, offset, Math.max(header.imageSize, image.length), options);
}

/** Kernel, initial RAM disk and device tree, in this order. */
function planAsLinux(
  machine: Machine,
  protocol: 'linux' | 'raw',
  image: Uint8Array,
  offset: number,
  size: number,
  options: BootOptions,
): BootPlan {
  const ram = bootRam(machine);
  const address = ram.base + offset;
  const kernel: LoadedPiece = { name: 'the image', address, bytes: image, size };
  checkPieces(machine, [kernel]);
  const pieces = [kernel];

  const placement = new BootPlacement(machine, ram);
  placement.occupy(address, size);
  const low = Math.max(ram.base + Math.min(ram.size / 2, INITRD_LIMIT), address + size);
  const initrd = options.initrd && placeInitrd(placement, options.initrd, low);
  if (initrd !== undefined) pieces.push(initrd);
  const blob = deviceTreeFor(machine, options, initrd && { base: initrd.address, size: initrd.size });
  const deviceTree = placement.place(blob.length, low, SECTION);
  pieces.push({ name: 'the device tree', address: deviceTree, bytes: blob, size: blob.length });
  checkPieces(machine, pieces);
  return {
    protocol,
    entry: options.entry ?? address,
    pieces,
    deviceTree,
    registers: [deviceTree, 0, 0, 0, address],
  };
}

function placeInitrd(placement: BootPlacement, bytes: Uint8Array, low: number): LoadedPiece {
  const size = bytes.length;
  return { name: 'the initial RAM disk', address: placement.place(size, low, PAGE_SIZE), bytes, size };
}

function planElf(machine: Machine, image: Uint8Array, options: BootOptions): BootPlan {
  const elf = parseElf(image);
  if (elf.type !== 'executable' && elf.type !== 'shared object') {
    throw new ArmatureError('IMAGE_INVALID', `the ELF file is of type ${elf.type}, not an executable`, {
      context: { type: elf.type },
      hint: 'Link it with ld first.',
    });
  }
  if (elf.interpreted) {
    throw new ArmatureError('IMAGE_INVALID', 'the ELF file is a program of an operating system', {
      hint: 'Give a kernel or a bare-metal program, linked statically for this machine’s RAM.',
    });
  }
  if (elf.segments.length === 0) {
    throw new ArmatureError('IMAGE_INVALID', 'the ELF file has nothing to load', {
      hint: 'Link it with program headers.',
    });
  }
  const entry = options.entry ?? elfPhysicalEntry(elf);
  if (entry === undefined) {
    throw new ArmatureError(
      'IMAGE_INVALID',
      `the ELF file’s entry point ${formatAddress(elf.entry)} is in none of its segments`,
      { context: { entry: elf.entry }, hint: 'Link it with an entry symbol, or give an entry point.' },
    );
  }
  const pieces = elf.segments.map(
    (segment, index): LoadedPiece => ({
      name: `segment ${index}`,
      address: Number(segment.physicalAddress),
      bytes: image.subarray(segment.offset, segment.offset + segment.fileSize),
      size: segment.memorySize,
    }),
  );
  return planBare(machine, 'elf', Number(entry), pieces, options);
}

function planRawAt(machine: Machine, image: Uint8Array, address: number, options: BootOptions): BootPlan {
  const piece = { name: 'the image', address, bytes: image, size: image.length };
  return planBare(machine, 'raw', options.entry ?? address, [piece], options);
}

function planFirmware(machine: Machine, firmware: Uint8Array, options: BootOptions): BootPlan {
  if (firmware.length === 0) checkPlausibleCode(firmware);
  const piece = { name: 'the firmware', address: 0, bytes: firmware, size: firmware.length };
  const { image: kernel, initrd, ...rest } = options;
  const plan = planBare(machine, 'firmware', options.entry ?? 0, [piece], rest);
  if (kernel === undefined && initrd === undefined) return plan;
  if (machine.find('firmware-configuration') === undefined) {
    throw new ArmatureError('UNSUPPORTED', 'this machine has no way to hand its firmware a kernel', {
      hint: 'Add a part that provides firmware-configuration, such as fwCfg().',
    });
  }
  return { ...plan, handedToFirmware: { kernel, initrd, commandLine: options.bootArguments } };
}

/** Guests that know nothing of Linux: they find the device tree at RAM base, when it is free. */
function planBare(
  machine: Machine,
  protocol: 'raw' | 'elf' | 'firmware',
  entry: number,
  pieces: readonly LoadedPiece[],
  options: BootOptions,
): BootPlan {
  if (options.initrd !== undefined) {
    throw new ArmatureError(
      'UNSUPPORTED',
      `an initial RAM disk goes with a Linux Image, not with ${protocol}`,
      {
        hint: 'Leave the initial RAM disk out, or boot an arm64 Image.',
      },
    );
  }
  checkPieces(machine, pieces);
  const registers = [0, 0, 0, 0, 0];
  const ram = machine.memory.regions.find(({ kind }) => kind === 'ram');
  if (ram === undefined) return { protocol, entry, pieces, registers };
  const blob = deviceTreeFor(machine, options, undefined);
  const tree = { name: 'the device tree', address: ram.base, bytes: blob, size: blob.length };
  const placement = new BootPlacement(machine, ram);
  for (const { address, size } of pieces) placement.occupy(address, size);
  if (!placement.placeAt(tree.address, tree.size)) return { protocol, entry, pieces, registers };
  return { protocol, entry, pieces: [...pieces, tree], deviceTree: ram.base, registers };
}

function deviceTreeFor(
  machine: Machine,
  { deviceTree, bootArguments }: BootOptions,
  initrd: { base: number; size: number } | undefined,
): Uint8Array {
  const options: DeviceTreeOptions = {
    ...(bootArguments !== undefined && { bootArguments }),
    ...(initrd !== undefined && { initrd }),
  };
  return deviceTree === undefined ? machine.deviceTree(options) : chooseInDeviceTree(deviceTree, options);
}
