import { ArmatureError, formatAddress, type MemoryBacking, type Part, toNumber } from '@armature/core';
import { formatSize } from '../format-size.ts';

export interface RamOptions {
  /** Guest physical address, a multiple of 4096. Default: assigned from the machine's device window. */
  readonly base?: number | bigint;
  /** Bytes, a multiple of 4096. */
  readonly size: number | bigint;
  /** Name of the region. Default `ram`. */
  readonly name?: string;
  /**
   * Where its bytes are: `onDemand({ arena, allocator })` has a guest cost what it touches. Default: in one piece of
   * machine memory.
   */
  readonly backing?: MemoryBacking;
}

/**
 * Guest RAM. A machine may have several; together they are its capability `ram`.
 *
 * @example
 * createMachine().use(ram({ base: 0x4000_0000, size: MiB(128) }))
 */
export function ram({ base, size, name = 'ram', backing }: RamOptions): Part<'ram'> {
  const request = {
    name,
    size: toNumber(size),
    ...(base !== undefined && { base: toNumber(base) }),
    ...(backing !== undefined && { backing }),
  };
  return {
    name,
    provides: ['ram'],
    requires: [],
    regions: [{ ...request, kind: 'ram' }],
    create: ({ memory }) => ({ capabilities: { ram: memory } }),
    toJSON: () => ({
      part: 'ram',
      ...(name !== 'ram' && { name }),
      ...(request.base !== undefined && { base: formatAddress(request.base) }),
      size: formatSize(request.size),
      ...(backing && { backing: backing.toJSON() }),
    }),
  };
}

export interface RomOptions {
  /** Guest physical address, a multiple of 4096. Default: assigned from the machine's device window. */
  readonly base?: number | bigint;
  /** Bytes, a multiple of 4096. Default: what `bytes` takes, rounded up. */
  readonly size?: number | bigint;
  /** Contents, from the start; the rest reads as zero. */
  readonly bytes?: Uint8Array;
  /** Name of the region. Default `rom`. */
  readonly name?: string;
}

/**
 * Guest ROM: read and executed like RAM; a guest's write to it is an external abort.
 *
 * @throws CONFIG_INVALID without a size and bytes; IMAGE_TOO_LARGE when the bytes exceed the size
 */
export function rom({ base, size, bytes, name = 'rom' }: RomOptions): Part {
  const length = bytes?.length ?? 0;
  const extent = size === undefined ? Math.ceil(length / 4096) * 4096 : toNumber(size);
  if (extent === 0) {
    throw new ArmatureError('CONFIG_INVALID', `${name} has neither a size nor bytes`, {
      hint: 'Give rom() a size, or the bytes it holds.',
    });
  }
  if (length > extent) {
    throw new ArmatureError(
      'IMAGE_TOO_LARGE',
      `${length} bytes do not fit ${name}, which has ${formatSize(extent)}`,
      { context: { name, length, size: extent }, hint: 'Use a smaller image or a larger ROM.' },
    );
  }
  const request = { name, size: extent, ...(base !== undefined && { base: toNumber(base) }) };
  return {
    name,
    provides: [],
    requires: [],
    regions: [{ ...request, kind: 'rom' }],
    create({ memory, regions }) {
      if (bytes !== undefined) memory.write(regions[name].base, bytes);
      return {};
    },
    toJSON: () => ({
      part: 'rom',
      ...(name !== 'rom' && { name }),
      ...(request.base !== undefined && { base: formatAddress(request.base) }),
      size: formatSize(extent),
    }),
  };
}
