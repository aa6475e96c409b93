import {
  ArmatureError,
  type FrameAllocator,
  type FrameAllocatorFactory,
  formatAddress,
  MiB,
  PAGE_SIZE,
  type Part,
  type PhysicalMemory,
} from '@armature/core';
import { MemoryManager } from './memory-manager.ts';

declare module '@armature/core' {
  /** The capability `memory-management` is the whole public interface of {@link MemoryManager}. */
  interface MemoryManagement extends Pick<MemoryManager, keyof MemoryManager> {}
}

export interface MemoryManagerOptions {
  /** Makes the allocator; its `pages` is how much is managed, default all RAM from `base` on. */
  readonly allocator: FrameAllocatorFactory;
  /** Physical address of the first managed page. Default: the start of the machine's first RAM. */
  readonly base?: number | bigint;
  /** Bytes reserved at the start, for what is loaded there. Default 1 MiB; 0 for none. */
  readonly reserveFirst?: number;
}

/**
 * A memory manager as a part of a machine. It manages frames for programs on the host's side and for bare-metal
 * guests that leave their memory to it; nothing is written to guest memory before the first request.
 *
 * @throws CONFIG_INVALID for options that make no sense; when the machine is built also ADDRESS_RANGE where there
 * is no RAM, and ALLOCATOR_MISBEHAVED when the allocator fails to start
 * @example
 * createMachine().use(memoryManager({ allocator: bitmapAllocator({ pages: 4096 }) }))
 */
export function memoryManager(
  options: MemoryManagerOptions,
): Part<'memory-management', 'ram' | 'page-tables'> {
  const { allocator, reserveFirst = MiB(1) } = options;
  const base = options.base === undefined ? undefined : Number(options.base);
  checkOptions(allocator, base, reserveFirst);
  return {
    name: 'memory',
    provides: ['memory-management'],
    requires: ['ram', 'page-tables'],
    create(context) {
      const memory = context.use('ram');
      const manager = new MemoryManager({
        memory,
        factory: allocator,
        allocator: makeAllocator(allocator, managedRange(memory, allocator, base)),
        tables: context.use('page-tables'),
      });
      const start = manager.allocator.base * PAGE_SIZE;
      const reserved =
        reserveFirst > 0 && manager.reserve(start, Math.ceil(reserveFirst / PAGE_SIZE), 'boot');
      if (reserved && !reserved.ok) {
        const code = reserved.reason === 'ALLOCATOR_MISBEHAVED' ? reserved.reason : 'CONFIG_INVALID';
        throw new ArmatureError(code, `cannot reserve the first ${reserveFirst} bytes: ${reserved.message}`, {
          context: { allocator: allocator.name, start, reserveFirst },
          cause: reserved.cause,
        });
      }
      return {
        capabilities: { 'memory-management': manager },
        reset: () => manager.reset(),
        snapshot: () => manager.snapshot(),
        restore: (snapshot) => manager.restore(snapshot),
      };
    },
    toJSON: () => ({
      part: 'memory',
      allocator: allocator.name,
      ...(allocator.pages !== undefined && { pages: allocator.pages }),
      ...(base !== undefined && { base: formatAddress(base) }),
      reserveFirst,
    }),
  };
}

function checkOptions(
  allocator: FrameAllocatorFactory,
  base: number | undefined,
  reserveFirst: number,
): void {
  const problem =
    typeof allocator?.create !== 'function'
      ? 'without an allocator'
      : base !== undefined && (!Number.isSafeInteger(base) || base < 0 || base % PAGE_SIZE !== 0)
        ? `at ${base}, which is not the start of a page`
        : !Number.isSafeInteger(reserveFirst) || reserveFirst < 0
          ? `with ${reserveFirst} bytes reserved`
          : undefined;
  if (problem === undefined) return;
  throw new ArmatureError('CONFIG_INVALID', `there is no memory manager ${problem}`, {
    context: { base, reserveFirst },
    hint: 'Use memoryManager({ allocator: bitmapAllocator({ pages: 4096 }) }).',
  });
}

/** The frames to manage: as many as the factory says, else to the end of the RAM that holds `base`. */
function managedRange(
  memory: PhysicalMemory,
  { pages }: FrameAllocatorFactory,
  base: number | undefined,
): { base: number; count: number } {
  const region =
    base === undefined ? memory.regions.find(({ kind }) => kind === 'ram') : memory.regionAt(base);
  if (region === undefined || region.kind !== 'ram') {
    const where = base === undefined ? 'anywhere' : `at ${formatAddress(base)}`;
    throw new ArmatureError('ADDRESS_RANGE', `there is no RAM ${where} for the memory manager`, {
      context: { base },
      hint: 'Add ram(), or give memoryManager() the base of one.',
    });
  }
  const start = base ?? region.base;
  const count = pages ?? (region.base + region.size - start) / PAGE_SIZE;
  return { base: start / PAGE_SIZE, count };
}

/** Makes the allocator and holds it to what it was asked for. */
function makeAllocator(
  factory: FrameAllocatorFactory,
  range: { base: number; count: number },
): FrameAllocator {
  let allocator: FrameAllocator | undefined;
  let cause: unknown;
  try {
    allocator = factory.create(range);
  } catch (error) {
    cause = error;
  }
  if (allocator?.base === range.base && allocator.count === range.count) return allocator;
  throw new ArmatureError(
    'ALLOCATOR_MISBEHAVED',
    `the allocator ${factory.name} did not start with ${range.count} frames from ${range.base}`,
    { context: { allocator: factory.name, ...range }, cause },
  );
}
