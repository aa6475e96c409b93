import type { Phandle } from './phandle.ts';

/** A value that the writer completes: pieces of bytes and phandles, in order. */
export interface CompositeValue {
  readonly parts: readonly (Uint8Array | Phandle)[];
}

/** What a property may hold when it is written: bytes, a phandle (one cell), or a sequence of both. */
export type PropertyValue = Uint8Array | Phandle | CompositeValue;

/** A node as the writer takes it. Every {@link FdtNode} is one, so a parsed tree can be written again. */
export interface NodeSource {
  /** Node name with its unit address, e.g. `pl011@9000000`; the root's is the empty string. */
  readonly name: string;
  readonly properties: ReadonlyMap<string, PropertyValue>;
  readonly children: readonly NodeSource[];
}

/** A node as the reader gives it: every value is bytes. */
export interface FdtNode extends NodeSource {
  readonly properties: ReadonlyMap<string, Uint8Array>;
  readonly children: readonly FdtNode[];
}

/**
 * A range of physical memory that the client program must not use.
 *
 * @spec Devicetree Specification v0.4, Memory Reservation Block
 */
export interface MemoryReservation {
  /** Physical address, bytes. */
  readonly address: bigint;
  /** Length, bytes. */
  readonly size: bigint;
}

/** What {@link writeFdt} takes. */
export interface DeviceTreeSource {
  readonly root: NodeSource;
  readonly memoryReservations?: readonly MemoryReservation[];
  /** Physical id of the boot CPU; matches a `reg` under `/cpus`. Default 0. */
  readonly bootCpuId?: number;
}

/** What {@link parseFdt} gives. */
export interface DeviceTree extends DeviceTreeSource {
  readonly root: FdtNode;
  readonly memoryReservations: readonly MemoryReservation[];
  readonly bootCpuId: number;
}
