import {
  ArmatureError,
  type CpuCluster,
  type DeviceTreeNode,
  empty,
  type InterruptController,
  type InterruptSpec,
  type IrqLine,
  reg,
  strings,
} from '@armature/core';
import type { CpuInputs } from './cpu-outputs.ts';
import { FIRST_SPI, type InterruptTable, SGI_COUNT } from './interrupt-table.ts';

const PPI_COUNT = 16;
/** First cell of an `interrupts` property, and the trigger in the last: level-sensitive, active high. */
const BINDING = { spi: 0, ppi: 1, levelHigh: 4 } as const;

/** Label of the MSI frame's node in the device tree, for `msi-parent` and `msi-map`. */
export const V2M_LABEL = 'v2m';

/** Interrupt inputs of every CPU of a machine. */
export function cpuInputs(cluster: CpuCluster, cpus: number): CpuInputs[] {
  return Array.from({ length: cpus }, (_, cpu) => ({
    irq: cluster.interruptInput(cpu, 'irq'),
    fiq: cluster.interruptInput(cpu, 'fiq'),
  }));
}

/**
 * The lines of a GIC.
 *
 * @param ppiFlags what the device tree adds to the trigger of a private interrupt
 */
export function gicController(table: InterruptTable, ppiFlags = 0): InterruptController {
  const lines = { spi: 32 * table.spiWords, ppi: PPI_COUNT };
  return {
    lines,
    line(spec, cpu = 0): IrqLine {
      const intid = intidOf(spec, lines);
      if (!Number.isInteger(cpu) || cpu < 0 || cpu >= table.cpus) {
        throw new ArmatureError('INTERRUPT_UNAVAILABLE', `the interrupt controller has no CPU ${cpu}`, {
          context: { cpu, cpus: table.cpus },
          hint: `Choose a CPU from 0 to ${table.cpus - 1}.`,
        });
      }
      return {
        get level() {
          return table.lineLevel(intid, cpu);
        },
        set: (level) => table.setLine(intid, cpu, level),
      };
    },
    deviceTreeCells: ({ type, number }) => [
      BINDING[type],
      number,
      type === 'ppi' ? BINDING.levelHigh | ppiFlags : BINDING.levelHigh,
    ],
  };
}

function intidOf({ type, number }: InterruptSpec, lines: InterruptController['lines']): number {
  if (Number.isInteger(number) && number >= 0 && number < lines[type]) {
    return type === 'spi' ? FIRST_SPI + number : SGI_COUNT + number;
  }
  const name = type.toUpperCase();
  throw new ArmatureError('INTERRUPT_UNAVAILABLE', `the interrupt controller has no ${name} ${number}`, {
    context: { type, number },
    hint: `Choose a ${name} from 0 to ${lines[type] - 1}.`,
  });
}

/** The node of a GICv2m frame, a child of the interrupt controller's. */
export function v2mNode(base: number, size: number): DeviceTreeNode {
  return {
    name: `v2m@${base.toString(16)}`,
    label: V2M_LABEL,
    properties: {
      compatible: strings('arm,gic-v2m-frame'),
      'msi-controller': empty,
      reg: reg([base, size]),
    },
  };
}
