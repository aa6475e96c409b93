import {
  type CpuState,
  cells,
  type DeviceTreeNode,
  empty,
  type Part,
  type PartContext,
  reg,
  strings,
} from '@armature/core';
import { cpuInputs, gicController, v2mNode } from './controller.ts';
import { GicV2 } from './gic-v2.ts';
import { checkSpis } from './limits.ts';
import { type V2mOptions, V2mSetup } from './v2m-options.ts';

export interface GicV2Options {
  /** Shared interrupts, a multiple of 32 from 32 to 960. Default 256. */
  readonly spis?: number;
  /** Physical address of the distributor. Default 0x0800_0000. */
  readonly distributor?: number;
  /** Physical address of the CPU interface. Default 0x0801_0000. */
  readonly cpuInterface?: number;
  /** The frame for message-signalled interrupts, or false for none. */
  readonly v2m?: V2mOptions | false;
}

const FRAME_SIZE = 0x1_0000;

/**
 * A GICv2 with a GICv2m frame as a part of a machine of at most 8 CPUs. Defaults are those of QEMU's virt.
 *
 * @throws CONFIG_INVALID for numbers of SPIs that it can't have; at build for more than 8 CPUs
 * @example
 * createMachine().use(cpu()).use(gicV2())
 */
export function gicV2(options: GicV2Options = {}): Part<'interrupt-controller', 'cpu'> {
  const { spis = 256, distributor = 0x0800_0000, cpuInterface = 0x0801_0000, v2m = {} } = options;
  checkSpis(spis);
  const msi = v2m === false ? undefined : new V2mSetup(v2m, spis);
  return {
    name: 'gic',
    provides: ['interrupt-controller'],
    requires: ['cpu'],
    regions: [
      { name: 'distributor', base: distributor, size: FRAME_SIZE, kind: 'mmio' },
      { name: 'cpu-interface', base: cpuInterface, size: FRAME_SIZE, kind: 'mmio' },
      ...(msi ? [msi.region] : []),
    ],
    create(context) {
      const cpus = context.cpuStates.length;
      const gic = new GicV2({
        cpus: cpuInputs(context.use('cpu'), cpus),
        spis,
        accessingCpu: accessingCpu(context),
      });
      const { regions } = context;
      const node: DeviceTreeNode = {
        name: `intc@${regions['distributor'].base.toString(16)}`,
        label: context.name,
        properties: {
          compatible: strings('arm,cortex-a15-gic'),
          '#interrupt-cells': cells(3),
          'interrupt-controller': empty,
          '#address-cells': cells(2),
          '#size-cells': cells(2),
          ranges: empty,
          reg: reg(
            [regions['distributor'].base, regions['distributor'].size],
            [regions['cpu-interface'].base, regions['cpu-interface'].size],
          ),
        },
        ...(msi && { children: [v2mNode(regions['v2m'].base, regions['v2m'].size)] }),
      };
      return {
        capabilities: { 'interrupt-controller': gicController(gic.table, ((1 << cpus) - 1) << 8) },
        devices: {
          distributor: gic.distributor,
          'cpu-interface': gic.cpuInterface,
          ...(msi && { v2m: msi.device(gic.table) }),
        },
        deviceTree: [node],
        reset: () => gic.reset(),
        snapshot: () => gic.snapshot(),
        restore: (snapshot) => gic.restore(snapshot),
      };
    },
    toJSON: () => ({ part: 'gic-v2', ...options }),
  };
}

/** The CPU that runs: CPUs take turns, and the one whose turn it is has its state where code works on it. */
function accessingCpu({ cpuStates, activeState }: PartContext<'cpu'>): () => number {
  let last: CpuState = cpuStates[0];
  return () => {
    if (last.base !== activeState) last = cpuStates.find(({ base }) => base === activeState) ?? last;
    return last.index;
  };
}
