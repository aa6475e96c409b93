import type {
  Bus,
  Capabilities,
  CapabilityName,
  Clock,
  CpuState,
  PhysicalMemory,
  Snapshot,
  SystemRegisters,
} from '@armature/core';
import type { PlacedRegion } from './address-map.ts';
import type { DeviceTreeOptions } from './device-tree.ts';
import type { MachineDocument } from './json/document.ts';
import type { ExceptionRecord, MachineStatistics } from './statistics.ts';
import type { TraceListener } from './trace.ts';

export type RunEnd =
  /** The guest, or a power controller, switched the machine off. */
  | 'power-off'
  /** The guest asked for a reset. {@link Machine.reset} does it. */
  | 'reset'
  /** `maxInstructions` ran. */
  | 'budget'
  /** The CPU waits for an interrupt, and nothing in the machine will ever raise one. Input may. */
  | 'waiting'
  /** Exceptions are taken without end; {@link RunResult.exception} began it. */
  | 'exception-loop'
  /** {@link Machine.stop} was called. */
  | 'stopped';

export interface RunResult {
  readonly reason: RunEnd;
  /** Instructions completed by this call. */
  readonly instructions: number;
  /** With `exception-loop`: the exception that began the loop. */
  readonly exception?: ExceptionRecord;
}

export interface RunOptions {
  /** Instructions to run at most. Default: no limit. */
  readonly maxInstructions?: number;
  /** Instructions between two visits to the event loop. Default 1,000,000. */
  readonly slice?: number;
}

/** A machine at work. `Provided` names the capabilities that its parts are known to provide. */
export interface Machine<Provided extends CapabilityName = CapabilityName> {
  /** Names of the parts, in the order of use. */
  readonly parts: readonly string[];
  /** The address map, by address. */
  readonly regions: readonly PlacedRegion[];
  readonly memory: PhysicalMemory;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly systemRegisters: SystemRegisters;
  /** State blocks of the CPUs. */
  readonly cpuStates: readonly CpuState[];
  /** Counts since the machine was built. */
  readonly statistics: MachineStatistics;
  /**
   * Runs the guest, visiting the event loop between slices so that input and timers of the host arrive.
   *
   * @throws CAPABILITY_MISSING when the machine has no CPU; UNSUPPORTED when it is running already
   */
  run(options?: RunOptions): Promise<RunResult>;
  /** Runs the guest without ever visiting the event loop. Where `run` would wait for the host's time, spins. */
  runSync(options?: Pick<RunOptions, 'maxInstructions'>): RunResult;
  /** Ends the current `run` soon. Does nothing when nothing runs. */
  stop(): void;
  /** Resets CPUs and devices. Memory keeps its contents, as it does in hardware: boot again after it. */
  reset(): void;
  /** A capability that the machine's type says it has. @throws CAPABILITY_MISSING */
  use<Name extends Provided>(name: Name): Capabilities[Name];
  /** A capability that the machine may have. */
  find<Name extends CapabilityName>(name: Name): Capabilities[Name] | undefined;
  /** Everything that changes while the machine runs, as a plain object that `structuredClone` takes. */
  snapshot(): Snapshot;
  /**
   * Continues where a snapshot of a machine of the same configuration was taken.
   *
   * @throws SNAPSHOT_INVALID when it is of another configuration or version
   */
  restore(snapshot: Snapshot): void;
  /** Listens to trace topics, `*` being all; returns a function that ends it. */
  onTrace(topics: readonly string[], listener: TraceListener): () => void;
  /** The flattened device tree of this machine. */
  deviceTree(options?: DeviceTreeOptions): Uint8Array;
  /** The configuration that builds this machine again. */
  toJSON(): MachineDocument;
  /** Frees what parts hold of the host. The machine cannot be used afterwards. */
  dispose(): void;
}
