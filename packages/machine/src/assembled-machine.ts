import {
  ArmatureError,
  type Bus,
  type Capabilities,
  type CapabilityName,
  type Component,
  type CpuState,
  formatAddress,
  type PhysicalMemory,
  type Snapshot,
  type SystemRegisters,
} from '@armature/core';
import type { PlacedRegion } from './address-map.ts';
import type { NamedPart } from './any-part.ts';
import type { MachineClock } from './clocks.ts';
import { buildDeviceTree, type DeviceTreeOptions } from './device-tree.ts';
import type { MachineDocument } from './json/document.ts';
import { describeMachine } from './json/to-json.ts';
import type { Machine, RunOptions, RunResult } from './machine.ts';
import type { ResolvedOptions } from './options.ts';
import type { Runner } from './runner.ts';
import {
  checkMachineSnapshot,
  loadCpu,
  loadMemory,
  type MachineState,
  machineSnapshot,
  saveCpu,
  saveMemory,
} from './snapshot.ts';
import { ExceptionLog, type ExceptionRecord, type MachineStatistics } from './statistics.ts';
import type { TraceHub, TraceListener } from './trace.ts';

/** A part and the component it made. */
export interface MachinePart extends NamedPart {
  readonly component: Component;
}

export interface Assembly {
  readonly options: ResolvedOptions;
  /** Names of the parts, in the order of use. */
  readonly order: readonly string[];
  /** Parts in the order of creation. */
  readonly made: readonly MachinePart[];
  readonly regions: readonly PlacedRegion[];
  readonly memory: PhysicalMemory;
  readonly bus: Bus;
  readonly clock: MachineClock;
  readonly systemRegisters: SystemRegisters;
  readonly cpuStates: readonly CpuState[];
  readonly runner: Runner;
  readonly trace: TraceHub;
  find<Name extends CapabilityName>(name: Name): Capabilities[Name] | undefined;
  /** Gives what the machine has of a shared memory back. */
  closeMemory(): void;
}

const NO_TRANSLATION = { hits: 0, misses: 0, faults: 0 };

/** A machine, put together by `buildMachine`. */
export class AssembledMachine implements Machine {
  readonly parts: readonly string[];
  readonly regions: readonly PlacedRegion[];
  readonly memory: PhysicalMemory;
  readonly bus: Bus;
  readonly clock: MachineClock;
  readonly systemRegisters: SystemRegisters;
  readonly cpuStates: readonly CpuState[];
  private readonly assembly: Assembly;
  private readonly runner: Runner;
  private readonly log: ExceptionLog;

  constructor(assembly: Assembly) {
    this.assembly = assembly;
    this.parts = assembly.order;
    this.regions = assembly.regions;
    this.memory = assembly.memory;
    this.bus = assembly.bus;
    this.clock = assembly.clock;
    this.systemRegisters = assembly.systemRegisters;
    this.cpuStates = assembly.cpuStates;
    this.runner = assembly.runner;
    const { trace } = assembly;
    this.log = new ExceptionLog({
      taken: (record) =>
        trace.emit(
          'cpu',
          'exceptions',
          () => describeException(record()),
          () => ({ exception: record() }),
        ),
      returned: (cpu) =>
        trace.emit(
          'cpu',
          'exceptions',
          () => `return to EL${cpu.exceptionLevel} at ${formatAddress(cpu.pc)}`,
        ),
      loop: () => this.runner.exceptionLoop(),
    });
    this.runner.attach(assembly.clock, this.log);
    assembly.find('cpu')?.observeExceptions(this.log);
  }

  get statistics(): MachineStatistics {
    return {
      instructions: this.runner.instructions(),
      exceptions: this.log.countsNow(),
      translation: { ...(this.find('cpu')?.translation ?? NO_TRANSLATION) },
      memory: {
        bytes: this.memory.regions.reduce((sum, { size }) => sum + size, 0),
        residentBytes: this.memory.residentBytes,
      },
    };
  }

  run(options: RunOptions = {}): Promise<RunResult> {
    return this.runner.run(options);
  }

  runSync(options: Pick<RunOptions, 'maxInstructions'> = {}): RunResult {
    return this.runner.runSync(options.maxInstructions ?? Number.POSITIVE_INFINITY);
  }

  stop(): void {
    this.runner.stop();
  }

  reset(): void {
    for (const cpu of this.cpuStates) this.systemRegisters.reset(cpu);
    for (const { component } of this.assembly.made) component.reset?.();
    this.runner.reset();
    this.log.reset();
  }

  use<Name extends CapabilityName>(name: Name): Capabilities[Name] {
    const capability = this.find(name);
    if (capability === undefined) {
      throw new ArmatureError('CAPABILITY_MISSING', `no part of this machine provides ${name}`, {
        context: { capability: name },
        hint: `Add a part that provides ${name}, or ask with find().`,
      });
    }
    return capability;
  }

  find<Name extends CapabilityName>(name: Name): Capabilities[Name] | undefined {
    return this.assembly.find(name);
  }

  snapshot(): Snapshot<MachineState> {
    const parts: Record<string, Snapshot> = {};
    for (const { name, component } of this.assembly.made) {
      if (component.snapshot !== undefined) parts[name] = component.snapshot();
    }
    return machineSnapshot({
      time: this.clock.now(),
      progress: this.runner.progress,
      memory: saveMemory(this.memory),
      cpus: this.cpuStates.map((cpu) => saveCpu(cpu, this.systemRegisters)),
      parts,
    });
  }

  restore(snapshot: Snapshot): void {
    const { made } = this.assembly;
    const state = checkMachineSnapshot(snapshot, {
      memory: this.memory,
      cpus: this.cpuStates.length,
      parts: made.filter(({ component }) => component.snapshot !== undefined).map(({ name }) => name),
    });
    this.reset();
    this.runner.progress = state.progress;
    this.clock.setTime(state.time);
    loadMemory(this.memory, state.memory);
    for (const [index, cpu] of this.cpuStates.entries())
      loadCpu(cpu, this.systemRegisters, state.cpus[index]);
    for (const { name, component } of made) {
      if (component.snapshot !== undefined) component.restore?.(state.parts[name]);
    }
    for (const engine of this.find('cpu')?.engines ?? []) engine.interruptsChanged();
  }

  onTrace(topics: readonly string[], listener: TraceListener): () => void {
    return this.assembly.trace.listen(topics, listener);
  }

  deviceTree(options: DeviceTreeOptions = {}): Uint8Array {
    const { made, order } = this.assembly;
    const inOrder = order.map((name) => made.find((each) => each.name === name)!);
    const cluster = this.find('cpu');
    const consoleNodes = inOrder
      .filter(({ part }) => (part.provides as readonly string[]).includes('console'))
      .flatMap(({ component }) => component.deviceTree ?? []);
    return buildDeviceTree(
      {
        model: this.assembly.options.name,
        regions: this.regions,
        nodes: inOrder.flatMap(({ component }) => component.deviceTree ?? []),
        console: consoleNodes.find(({ properties }) => properties['reg'] !== undefined),
        cpu: cluster && { model: cluster.model, count: this.cpuStates.length },
        hasFirmware: this.find('firmware') !== undefined,
      },
      options,
    );
  }

  toJSON(): MachineDocument {
    const { made, order, options } = this.assembly;
    return describeMachine(
      order.map((name) => made.find((each) => each.name === name)!.part),
      options.given,
    );
  }

  dispose(): void {
    for (const { component } of this.assembly.made) component.dispose?.();
    this.runner.retire(() => this.assembly.closeMemory());
  }
}

function describeException(record: ExceptionRecord): string {
  const { kind, syndrome, returnAddress, faultAddress, vector, level } = record;
  const address = (value: bigint): string => formatAddress(value);
  const cause = kind === 'synchronous' ? `ESR 0x${syndrome.toString(16)} FAR ${address(faultAddress)} ` : '';
  return `${kind} to EL${level}: ${cause}ELR ${address(returnAddress)} vector ${address(vector)}`;
}
