/** The names that a machine's JSON form knows: one factory for each part, one for each allocator. */
import { bitmapAllocator } from '@armature/allocator-bitmap';
import { buddyAllocator } from '@armature/allocator-buddy';
import { extentAllocator } from '@armature/allocator-extent';
import { hierarchicalAllocator } from '@armature/allocator-hierarchical';
import { treeAllocator } from '@armature/allocator-tree';
import { ArmatureError, type FrameAllocatorFactory, type InterruptSpec, MiB } from '@armature/core';
import { cpu, cpuEngineNames, cpuModelNames, type FeatureChanges, type JitOptions } from '@armature/cpu';
import { flash } from '@armature/device-flash';
import { fwCfg } from '@armature/device-fwcfg';
import { gicV2, gicV3, type V2mOptions } from '@armature/device-gic';
import { pl011 } from '@armature/device-pl011';
import { pl031 } from '@armature/device-pl031';
import { pl061 } from '@armature/device-pl061';
import { genericTimer } from '@armature/device-timer';
import { memoryDisk } from '@armature/disk';
import { aarch64Exceptions } from '@armature/exceptions';
import { memoryManager } from '@armature/memory';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import { type HeapInfo, semihosting } from '@armature/semihosting';
import { virtioMmioBus } from '@armature/virtio';
import { virtioBlock } from '@armature/virtio-blk';
import { type ConsoleSize, virtioConsole } from '@armature/virtio-console';
import { virtioRng } from '@armature/virtio-rng';
import type { AnyPart } from '../any-part.ts';
import type { Arena } from '../memory/arena.ts';
import { ram, rom } from '../parts/ram.ts';
import { wiredInterrupts } from '../parts/wired-interrupts.ts';
import { readBacking } from './backing.ts';
import type { OptionReader } from './option-reader.ts';
import { parseQuantity } from './quantities.ts';

/** Makes a part from its options in a document. Read every option you know: others are refused. */
export type PartFactory = (options: OptionReader) => AnyPart;

const ALLOCATORS: Readonly<Record<string, (options: { pages?: number }) => FrameAllocatorFactory>> = {
  bitmap: bitmapAllocator,
  hierarchical: hierarchicalAllocator,
  buddy: buddyAllocator,
  tree: treeAllocator,
  extent: extentAllocator,
};

/** Names of the frame allocators that a machine's configuration can name. */
export const allocatorNames: readonly string[] = Object.keys(ALLOCATORS);

/**
 * A frame allocator by name.
 *
 * @param pages 4 KiB frames to manage, default what the allocator chooses
 * @throws PART_UNKNOWN listing the known names
 */
export function allocatorByName(name: string, pages?: number): FrameAllocatorFactory {
  if (!Object.hasOwn(ALLOCATORS, name)) {
    const known = allocatorNames.join(', ');
    throw new ArmatureError('PART_UNKNOWN', `there is no allocator ${JSON.stringify(name)}, only ${known}`, {
      context: { allocator: name, known: allocatorNames },
    });
  }
  return ALLOCATORS[name](pages === undefined ? {} : { pages });
}

/** Finds an allocator by name. */
export type FindAllocator = (name: string, pages?: number) => FrameAllocatorFactory;

/** Finds an allocator by name, first among these. */
export function allocatorAmong(allocators: Readonly<Record<string, FrameAllocatorFactory>>): FindAllocator {
  return (name, pages) => {
    if (!Object.hasOwn(allocators, name)) return allocatorByName(name, pages);
    const factory = allocators[name];
    if (pages === undefined) return factory;
    return { name: factory.name, pages, create: (range) => factory.create(range) };
  };
}

/** Gives only the options that a document states, so that the factories' defaults hold. */
function stated<Options extends object>(
  options: Options,
): { [Key in keyof Options]?: NonNullable<Options[Key]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]?: NonNullable<Options[Key]>;
  };
}

const granules = (value: unknown): (4 | 16 | 64)[] | undefined =>
  Array.isArray(value) && value.every((size) => size === 4 || size === 16 || size === 64) ? value : undefined;

const asidBits = (value: unknown): 8 | 16 | undefined => (value === 8 || value === 16 ? value : undefined);

function randomSeed(options: OptionReader | undefined): { seed: number } | undefined {
  if (options === undefined) return undefined;
  const seed = options.required('seed', options.number('seed'));
  options.finish();
  return { seed };
}

function jitOptions(options: OptionReader | undefined): JitOptions | undefined {
  if (options === undefined) return undefined;
  const read = stated({
    threshold: options.count('threshold'),
    cacheSize: options.size('cacheSize'),
    batch: options.count('batch'),
    profile: options.flag('profile'),
  });
  options.finish();
  return read;
}

/** RAM whose backing may be one of these arenas, or one that joins them. */
export function ramIn(arenas: Map<string, Arena>, find: FindAllocator = allocatorByName): PartFactory {
  return (options) =>
    ram({
      size: options.required('size', options.size('size')),
      ...stated({
        base: options.address('base'),
        name: options.text('name'),
        backing: readBacking(options.object('backing'), arenas, find),
      }),
    });
}

/** The memory manager, whose allocator this finds. */
export function memoryWith(find: FindAllocator): PartFactory {
  return (options) =>
    memoryManager({
      allocator: find(options.text('allocator') ?? 'bitmap', options.count('pages')),
      ...stated({ base: options.address('base'), reserveFirst: options.size('reserveFirst') }),
    });
}

export const standardParts: Readonly<Record<string, PartFactory>> = {
  ram: (options) => ramIn(new Map())(options),
  rom: (options) =>
    rom({
      size: options.required('size', options.size('size')),
      ...stated({ base: options.address('base'), name: options.text('name') }),
    }),
  'wired-interrupts': (options) => wiredInterrupts(stated({ spis: options.count('spis') })),
  cpu: (options) =>
    cpu(
      stated({
        model: options.choice('model', cpuModelNames),
        features: options.convert('features', 'an object with lists "add" and "remove"', featureChanges),
        count: options.count('count'),
        engine: options.choice('engine', cpuEngineNames),
        random: randomSeed(options.object('random')),
        jit: jitOptions(options.object('jit')),
      }),
    ),
  mmu: (options) =>
    vmsav8(
      stated({
        tlbEntries: options.count('tlbEntries'),
        physicalAddressBits: options.count('physicalAddressBits'),
        asidBits: options.convert('asidBits', '8 or 16', asidBits),
        granules: options.convert('granules', 'a list of 4, 16 and 64', granules),
      }),
    ),
  exceptions: (options) =>
    aarch64Exceptions(
      stated({
        pan: options.flag('pan'),
        uao: options.flag('uao'),
        dit: options.flag('dit'),
        ssbs: options.flag('ssbs'),
        bti: options.flag('bti'),
      }),
    ),
  memory: memoryWith(allocatorByName),
  psci: (options) => psci(stated({ conduit: options.choice('conduit', ['hvc', 'smc']) })),
  // A document has no console and no files to give: whoever builds the machine connects those.
  semihosting: (options) =>
    semihosting(stated({ commandLine: options.text('commandLine'), heap: heap(options.object('heap')) })),
  'gic-v2': (options) =>
    gicV2(
      stated({
        spis: options.count('spis'),
        distributor: options.address('distributor'),
        cpuInterface: options.address('cpuInterface'),
        v2m: options.convert('v2m', 'false, or an object', v2m),
      }),
    ),
  'gic-v3': (options) =>
    gicV3(
      stated({
        spis: options.count('spis'),
        distributor: options.address('distributor'),
        redistributors: options.address('redistributors'),
        redistributorSpace: options.size('redistributorSpace'),
        v2m: options.convert('v2m', 'false, or an object', v2m),
      }),
    ),
  timer: (options) => genericTimer(stated({ frequency: options.number('frequency') })),
  pl011: (options) =>
    pl011(
      stated({
        base: options.address('base'),
        irq: options.interrupt('irq'),
        console: options.flag('console'),
        clockFrequency: options.count('clockFrequency'),
        revision: options.choice('revision', ['r1p4', 'r1p5']),
      }),
    ),
  pl031: (options) =>
    pl031(
      stated({
        base: options.address('base'),
        irq: options.interrupt('irq'),
        startTime: options.count('startTime'),
        strict: options.flag('strict'),
      }),
    ),
  pl061: (options) =>
    pl061(
      stated({
        base: options.address('base'),
        irq: options.interrupt('irq'),
        powerButton: options.count('powerButton'),
        gpio: options.flag('gpio'),
      }),
    ) as AnyPart,
  'fw-cfg': (options) =>
    fwCfg(
      stated({
        base: options.address('base'),
        commandLine: options.text('commandLine'),
        files: options.convert('files', 'an object of texts by name', texts),
      }),
    ),
  flash: (options) =>
    flash(
      stated({
        base: options.address('base'),
        bankSize: options.size('bankSize'),
        sectorSize: options.size('sectorSize'),
        fill: options.count('fill'),
        banks: options.convert('banks', 'a list such as [{ "readOnly": true }, {}]', banks),
      }),
    ),
  'virtio-mmio': (options) =>
    virtioMmioBus(
      stated({
        slots: options.count('slots'),
        base: options.address('base'),
        firstInterrupt: options.convert(
          'firstInterrupt',
          'an SPI: { "type": "spi", "number": 16 }',
          interrupt,
        ),
        legacy: options.flag('legacy'),
      }),
    ),
  // Files are not in documents either: a disk of one is memory, and whoever has a file adds a part for it.
  'virtio-blk': (options) =>
    virtioBlock({
      disk: memoryDisk(options.size('size') ?? Number(MiB(64))),
      ...stated({
        slot: options.count('slot'),
        serial: options.text('serial'),
        readOnly: options.flag('readOnly'),
        blockSize: options.count('blockSize'),
        queueSize: options.count('queueSize'),
      }),
    }),
  'virtio-console': (options) =>
    virtioConsole(
      stated({
        slot: options.count('slot'),
        console: options.flag('console'),
        size: options.convert('size', '{ "columns": 80, "rows": 25 }', consoleSize),
      }),
    ) as AnyPart,
  'virtio-rng': (options) => virtioRng(stated({ slot: options.count('slot'), seed: options.count('seed') })),
};

function v2m(value: unknown): V2mOptions | false | undefined {
  return value === false || (typeof value === 'object' && value !== null)
    ? (value as V2mOptions | false)
    : undefined;
}

/** Contents are not in documents: whoever builds the machine has them. */
function banks(value: unknown): { readOnly?: boolean }[] | undefined {
  const isBank = (bank: unknown): boolean =>
    typeof bank === 'object' &&
    bank !== null &&
    Object.entries(bank).every(([name, given]) => name === 'readOnly' && typeof given === 'boolean');
  return Array.isArray(value) && value.every(isBank) ? value : undefined;
}

function consoleSize(value: unknown): ConsoleSize | undefined {
  const size = value as Partial<ConsoleSize> | null;
  const known = typeof size?.columns === 'number' && typeof size.rows === 'number';
  return known ? (size as ConsoleSize) : undefined;
}

function texts(value: unknown): Record<string, string> | undefined {
  const isTexts =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((contents) => typeof contents === 'string');
  return isTexts ? (value as Record<string, string>) : undefined;
}

function interrupt(value: unknown): InterruptSpec | undefined {
  const spec = value as Partial<InterruptSpec> | null;
  const known = typeof spec === 'object' && (spec?.type === 'spi' || spec?.type === 'ppi');
  return known && typeof spec.number === 'number' ? { type: spec.type!, number: spec.number } : undefined;
}

/** Guest virtual addresses, each with all 64 bits, so as strings above 2^53. */
function heap(options: OptionReader | undefined): HeapInfo | undefined {
  if (options === undefined) return undefined;
  const address = (name: keyof HeapInfo): bigint =>
    options.required(name, options.convert(name, 'an address such as "0x4000_0000"', guestVirtualAddress));
  const info = {
    heapBase: address('heapBase'),
    heapLimit: address('heapLimit'),
    stackBase: address('stackBase'),
    stackLimit: address('stackLimit'),
  };
  options.finish();
  return info;
}

function guestVirtualAddress(value: unknown): bigint | undefined {
  const quantity = parseQuantity(value);
  if (quantity !== undefined) return BigInt(quantity);
  if (typeof value !== 'string' || !/^0x[0-9a-f]+(_[0-9a-f]+)*$/i.test(value)) return undefined;
  const address = BigInt(value.replaceAll('_', ''));
  return address < 2n ** 64n ? address : undefined;
}

/** Names of features are the CPU's to check. */
function featureChanges(value: unknown): FeatureChanges | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = (list: unknown): boolean =>
    Array.isArray(list) && list.every((feature) => typeof feature === 'string');
  const known = Object.entries(value).every(([name, list]) => /^(add|remove)$/.test(name) && isList(list));
  return known ? (value as FeatureChanges) : undefined;
}
