import {
  ArmatureError,
  type BackingLease,
  formatBytes,
  type MachineMemoryPlan,
  type MemoryBacking,
  type MemoryRegion,
  PhysicalMemory,
  planMachineMemory,
} from '@armature/core';
import type { PlacedRegion } from '../address-map.ts';

/** Bytes of a WebAssembly page. */
const WASM_PAGE = 65536;
/** Pages of machine memory at most: one less than WebAssembly's 4 GiB, for its end is an offset of 32 bits, too. */
const WASM_PAGE_LIMIT = 65535;

export interface MachineMemory {
  readonly plan: MachineMemoryPlan;
  readonly memory: PhysicalMemory;
  /** Gives what the machine has of a shared memory back. */
  readonly close: () => void;
}

/**
 * Makes machine memory, or takes the machine's part of one that its RAM's backing has, and places the guest's memory.
 *
 * @throws MEMORY_EXHAUSTED; CONFIG_INVALID when regions want memory of different pools
 */
export function layOutMemory(
  machine: string,
  regions: readonly PlacedRegion[],
  needs: { readonly cpus: number; readonly codeArenaBytes: number },
): MachineMemory {
  const inMemory = regions.filter(({ kind }) => kind !== 'mmio');
  const backed = inMemory.filter(({ backing }) => backing !== undefined);
  const alone = planMachineMemory(needs);
  const bytes = place(inMemory, alone.guestMemory).end;
  const backing = onePool(backed);
  if (backing === undefined) {
    const { placed } = place(inMemory, alone.guestMemory);
    const memory = makeMemory(bytes, alone.guestMemory);
    return { plan: alone, memory: new PhysicalMemory(memory, placed), close: () => {} };
  }
  const lease = backing.open({ machine, bytes, regions: backed.map(({ size }) => size) });
  const plan = planMachineMemory({ ...needs, offset: lease.offset });
  const { placed } = place(inMemory, plan.guestMemory, lease);
  return { plan, memory: new PhysicalMemory(lease.memory, placed), close: () => lease.close() };
}

/** Places regions one after the other, those of a lease where it has them. */
function place(
  regions: readonly PlacedRegion[],
  start: number,
  lease?: BackingLease,
): { readonly placed: MemoryRegion[]; readonly end: number } {
  let cursor = start;
  let leased = 0;
  const placed = regions.map(({ part, base, size, kind, backing }): MemoryRegion => {
    const region = { name: part, base, size, kind: kind as 'ram' | 'rom' };
    if (backing !== undefined) {
      const frames = lease?.regions[leased++];
      return { ...region, hostOffset: -1, ...(frames && { frames }) };
    }
    const hostOffset = cursor;
    cursor = Math.ceil((cursor + size) / WASM_PAGE) * WASM_PAGE;
    return { ...region, hostOffset };
  });
  return { placed, end: cursor };
}

function onePool(backed: readonly PlacedRegion[]): MemoryBacking | undefined {
  const [first, ...others] = backed;
  const other = others.find(({ backing }) => backing!.pool !== first.backing!.pool);
  if (other === undefined) return first?.backing;
  throw new ArmatureError(
    'CONFIG_INVALID',
    `${first.part} and ${other.part} are backed from different memories, and a machine has one`,
    {
      context: { first: first.part, second: other.part },
      hint: 'Give both the same backing, or backings of the same arena.',
    },
  );
}

function makeMemory(bytes: number, start: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / WASM_PAGE);
  const wanted = formatBytes(bytes - start);
  const limit = Math.floor((WASM_PAGE * WASM_PAGE_LIMIT - start) / 2 ** 20);
  if (pages > WASM_PAGE_LIMIT) {
    throw new ArmatureError('MEMORY_EXHAUSTED', `guest memory of ${wanted} does not fit machine memory`, {
      context: { bytes: bytes - start },
      hint: `RAM and ROM together can have ${limit} MiB: use less, or RAM that is backed on demand.`,
    });
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ArmatureError('MEMORY_EXHAUSTED', `the host does not give guest memory of ${wanted}`, {
      context: { bytes: bytes - start },
      hint: 'Use less RAM, or give the process more address space.',
      cause,
    });
  }
}
