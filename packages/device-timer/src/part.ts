import {
  cells,
  type DeviceTreeNode,
  empty,
  type InterruptController,
  type InterruptSpec,
  type Part,
  ppi,
  strings,
} from '@armature/core';
import { checkFrequency, GenericTimer, type TimerName } from './generic-timer.ts';

export interface GenericTimerOptions {
  /** Ticks of the system counter a second. Default 62.5 MHz, as QEMU's virt. */
  readonly frequency?: number;
}

/** Private interrupts of the timers, as base system architectures fix them: INTIDs 30 and 27. */
const TIMER_INTERRUPT: Readonly<Record<TimerName, InterruptSpec>> = { physical: ppi(14), virtual: ppi(11) };
/** The order of the device-tree binding: secure physical, physical, virtual, hypervisor physical. */
const BINDING_ORDER: readonly InterruptSpec[] = [ppi(13), ppi(14), ppi(11), ppi(10)];

/**
 * The Arm generic timer as a part of a machine. Its timers are connected when the machine has an interrupt
 * controller; without one, the guest polls their status.
 *
 * @throws CONFIG_INVALID
 * @example
 * createMachine().use(gicV3()).use(genericTimer({ frequency: 62_500_000 }))
 */
export function genericTimer({ frequency = 62_500_000 }: GenericTimerOptions = {}): Part {
  checkFrequency(frequency);
  return {
    name: 'timer',
    provides: [],
    requires: [],
    create(context) {
      const controller = context.find('interrupt-controller');
      const timer = new GenericTimer({
        clock: context.clock,
        frequency,
        cpus: context.cpuStates.length,
        output: (cpu, name) => controller?.line(TIMER_INTERRUPT[name], cpu),
      });
      return {
        registers: timer.registers,
        ...(controller && { deviceTree: [deviceTreeNode(controller)] }),
        reset: () => timer.reset(),
        snapshot: () => timer.snapshot(),
        restore: (snapshot) => timer.restore(snapshot),
      };
    },
    toJSON: () => ({ part: 'timer', frequency }),
  };
}

function deviceTreeNode(controller: InterruptController): DeviceTreeNode {
  return {
    name: 'timer',
    properties: {
      compatible: strings('arm,armv8-timer', 'arm,armv7-timer'),
      'always-on': empty,
      interrupts: cells(...BINDING_ORDER.flatMap((spec) => [...controller.deviceTreeCells(spec)])),
    },
  };
}
