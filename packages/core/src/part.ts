import type { Bus, MmioDevice } from './bus.ts';
import type { Clock } from './clock.ts';
import type { CpuEngine } from './cpu-engine.ts';
import type { CpuState } from './cpu-state.ts';
import type { DeviceTreeNode } from './device-tree.ts';
import type { ExceptionModelFactory, ExceptionObserver, FirmwareCalls } from './exception-model.ts';
import type { FrameAllocator } from './frame-allocator.ts';
import type { InterruptController, InterruptSpec, IrqLine } from './interrupts.ts';
import type { MemoryBacking } from './memory-backing.ts';
import type { PhysicalMemory } from './physical-memory.ts';
import type { SemihostingCalls } from './semihosting.ts';
import type { Snapshot } from './snapshot.ts';
import type { SystemRegisterDefinition, SystemRegisters } from './system-registers.ts';
import type { AddressTranslation, PageTableBuilder, TranslationStatistics } from './translation.ts';

/** CPUs of a machine: what the capability `cpu` gives. */
export interface CpuCluster {
  readonly model: string;
  readonly engines: readonly CpuEngine[];
  readonly states: readonly CpuState[];
  /** Interrupt input of one CPU. */
  interruptInput(cpu: number, line: 'irq' | 'fiq' | 'serror'): IrqLine;
  /** Sum of the CPUs' translators. */
  readonly translation: TranslationStatistics;
  observeExceptions(observer: ExceptionObserver): void;
}

/** The memory manager as other parts and applications see it; its whole interface is in its own package. */
export interface MemoryManagement {
  readonly allocator: FrameAllocator;
  layoutReport(): string;
}

/**
 * What parts offer each other, by name. A package that brings a new capability extends this interface by
 * declaration merging.
 */
export interface Capabilities {
  cpu: CpuCluster;
  ram: PhysicalMemory;
  'address-translation': AddressTranslation;
  'page-tables': PageTableBuilder;
  exceptions: ExceptionModelFactory;
  firmware: FirmwareCalls;
  semihosting: SemihostingCalls;
  'interrupt-controller': InterruptController;
  'memory-management': MemoryManagement;
}

export type CapabilityName = keyof Capabilities;

/** Address space that a part asks for. Without `base`, the machine assigns one from its device window. */
export interface RegionRequest {
  readonly name: string;
  readonly base?: number;
  readonly size: number;
  /**
   * `mmio` regions are answered by the component's devices; `ram` and `rom` are bytes in machine memory. Guest
   * writes to `rom`, and reads while the component hides it, go to the device of the region, if there is one.
   */
  readonly kind: 'mmio' | 'ram' | 'rom';
  /** Of `ram`: where its bytes are. Default: in one piece of machine memory. */
  readonly backing?: MemoryBacking;
}

/** An interrupt that a part asks for. Without `spec`, the machine assigns a free SPI. */
export interface InterruptRequest {
  readonly name: string;
  readonly spec?: InterruptSpec;
}

export interface AssignedRegion extends RegionRequest {
  readonly base: number;
}

/** What a part gets when its component is made. */
export interface PartContext<Requires extends CapabilityName = never> {
  /** Unique name of this part in the machine: `pl011`, `pl011-2`. */
  readonly name: string;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly memory: PhysicalMemory;
  readonly systemRegisters: SystemRegisters;
  /** State blocks of the CPUs, in machine memory. */
  readonly cpuStates: readonly CpuState[];
  /** Offset of the state block that compiled code works on. */
  readonly activeState: number;
  /** Bytes of machine memory for predecoded code. */
  readonly codeArena: { readonly offset: number; readonly size: number };
  /** Regions by the name given in the request, addresses assigned. */
  readonly regions: Readonly<Record<string, AssignedRegion>>;
  /** Lines by the name given in the request. */
  readonly interrupts: Readonly<Record<string, { readonly line: IrqLine; readonly spec: InterruptSpec }>>;
  /** Capabilities named in `requires`. */
  use<Name extends Requires>(name: Name): Capabilities[Name];
  /** A capability that the part can do without. */
  find<Name extends CapabilityName>(name: Name): Capabilities[Name] | undefined;
  /** Ends the run: what firmware and power controllers call. */
  requestPower(action: 'off' | 'reset'): void;
  /** Reports something worth seeing under `--trace TOPIC`. The message is built only when someone listens. */
  trace(topic: string, message: () => string): void;
}

/** A part at work in a machine. */
export interface Component<Provides extends CapabilityName = never> {
  /** The capabilities named in the part's `provides`. */
  readonly capabilities?: { readonly [Name in Provides]: Capabilities[Name] };
  /** Devices by the name of their `mmio` or `rom` region. */
  readonly devices?: Readonly<Record<string, MmioDevice>>;
  /** System registers contributed beyond those of the CPU, MMU and exception model. */
  readonly registers?: readonly SystemRegisterDefinition[];
  /** Nodes for the device tree, made after all addresses are known. */
  readonly deviceTree?: readonly DeviceTreeNode[];
  reset?(): void;
  snapshot?(): Snapshot;
  /** @throws SNAPSHOT_INVALID */
  restore?(snapshot: Snapshot): void;
  dispose?(): void;
}

/** A part's configuration as it stands in a machine's JSON form: `{ "part": "pl011", ...options }`. */
export interface PartConfig {
  readonly part: string;
  readonly [option: string]: unknown;
}

/**
 * A part of a machine: what it offers, what it needs, and how its component is made. Writing one takes a
 * function that returns this object.
 */
export interface Part<Provides extends CapabilityName = never, Requires extends CapabilityName = never> {
  readonly name: string;
  readonly provides: readonly Provides[];
  readonly requires: readonly Requires[];
  readonly regions?: readonly RegionRequest[];
  readonly interrupts?: readonly InterruptRequest[];
  /** CPUs whose state blocks the machine places in memory. */
  readonly cpus?: number;
  create(context: PartContext<Requires>): Component<Provides> | Promise<Component<Provides>>;
  /** The configuration that makes this part again; parts with functions among their options leave those out. */
  toJSON?(): PartConfig;
}
