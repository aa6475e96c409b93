import {
  ArmatureError,
  type Capabilities,
  type CapabilityName,
  type Component,
  CpuState,
  type PartContext,
} from '@armature/core';
import { createSystemRegisters } from '@armature/sysregs';
import { type PlacedRegion, placeRegions } from './address-map.ts';
import { type AnyPart, type NamedPart, nameParts } from './any-part.ts';
import { AssembledMachine, type MachinePart } from './assembled-machine.ts';
import { HostClock, InstructionClock, type MachineClock } from './clocks.ts';
import { orderParts } from './creation-order.ts';
import { InterruptMap } from './interrupt-map.ts';
import type { Machine } from './machine.ts';
import { layOutMemory } from './memory/layout.ts';
import { MmioBus } from './mmio-bus.ts';
import { type MachineOptions, resolveOptions } from './options.ts';
import { Runner } from './runner.ts';
import { TraceHub } from './trace.ts';

/**
 * Builds a machine from a list of parts, with every check at run time. `createMachine()` does the same with
 * the capabilities checked by the compiler.
 *
 * @throws CAPABILITY_MISSING, CAPABILITY_DUPLICATE, ADDRESS_OVERLAP, ADDRESS_RANGE, INTERRUPT_CONFLICT,
 *   INTERRUPT_UNAVAILABLE, MEMORY_EXHAUSTED, CONFIG_INVALID
 */
export async function buildMachine(
  parts: readonly AnyPart[],
  machineOptions: MachineOptions = {},
): Promise<Machine> {
  const options = resolveOptions(machineOptions);
  const named = nameParts(parts);
  const ordered = orderParts(named);
  const regions = placeRegions(named, options.deviceWindow);
  const runner = new Runner();
  const interrupts = new InterruptMap(named, runner.wake);

  const cpuCount = named.reduce((total, { part }) => total + (part.cpus ?? 0), 0);
  const { plan, memory, close } = layOutMemory(options.name, regions, {
    cpus: cpuCount,
    codeArenaBytes: cpuCount === 0 ? 0 : options.codeArenaBytes,
  });
  const cpuStates = plan.cpuBlocks.map((base, index) => new CpuState(memory.memory, base, index));
  const bus = new MmioBus(regions.filter(({ kind }) => kind !== 'ram'));
  const systemRegisters = createSystemRegisters();
  const clock: MachineClock =
    options.clock === 'host'
      ? new HostClock(options.hostTime, runner.deadlineAdded)
      : new InstructionClock(runner.instructions, options.nanosPerInstruction, runner.deadlineAdded);
  const trace = new TraceHub(() => clock.now());

  const capabilities = new Map<CapabilityName, unknown>();
  const find = <Name extends CapabilityName>(name: Name): Capabilities[Name] | undefined =>
    capabilities.get(name) as Capabilities[Name] | undefined;

  const made: MachinePart[] = [];
  try {
    for (const entry of ordered) {
      const context: PartContext<CapabilityName> = {
        name: entry.name,
        clock,
        bus,
        memory,
        systemRegisters,
        cpuStates,
        activeState: plan.activeState,
        codeArena: plan.codeArena,
        regions: Object.fromEntries(
          regions.filter(({ part }) => part === entry.name).map((region) => [region.name, region]),
        ),
        interrupts: interrupts.connect(entry, find('interrupt-controller')),
        use: (name) => find(name)!,
        find,
        requestPower: (action) => runner.requestPower(action),
        trace: (topic, message) => trace.emit(entry.name, topic, message),
      };
      const component = await entry.part.create(context);
      made.push({ ...entry, component });
      install(entry, component, regions, bus, capabilities);
      if (component.registers !== undefined) systemRegisters.add(component.registers, entry.name);
    }
  } catch (error) {
    for (const { component } of made) component.dispose?.();
    close();
    throw error;
  }

  runner.connect(find('cpu'));
  const machine = new AssembledMachine({
    options,
    order: named.map(({ name }) => name),
    made,
    regions,
    memory,
    bus,
    clock,
    systemRegisters,
    cpuStates,
    runner,
    trace,
    find,
    closeMemory: close,
  });
  machine.reset();
  return machine;
}

function install(
  { name, part }: NamedPart,
  component: Component,
  regions: readonly PlacedRegion[],
  bus: MmioBus,
  capabilities: Map<CapabilityName, unknown>,
): void {
  const given = (component.capabilities ?? {}) as Partial<Capabilities>;
  for (const capability of part.provides) {
    if (given[capability] === undefined) {
      throw new ArmatureError('CONFIG_INVALID', `${name} says it provides ${capability}, and does not`, {
        context: { part: name, capability },
        hint: 'Its component must give every capability that its part names.',
      });
    }
    capabilities.set(capability, given[capability]);
  }
  for (const region of regions) {
    if (region.part !== name || region.kind === 'ram') continue;
    const device = component.devices?.[region.name];
    if (device === undefined && region.kind === 'rom') continue;
    if (device === undefined) {
      throw new ArmatureError('CONFIG_INVALID', `${name} has no device for its region ${region.name}`, {
        context: { part: name, region: region.name },
        hint: 'Its component must give a device for every mmio region that its part asks for.',
      });
    }
    bus.attach(region.base, device);
  }
}
