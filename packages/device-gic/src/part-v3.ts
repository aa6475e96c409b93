import { ArmatureError, cells, type DeviceTreeNode, empty, type Part, reg, strings } from '@armature/core';
import { cpuInputs, gicController, v2mNode } from './controller.ts';
import { GicV3 } from './gic-v3.ts';
import { checkSpis } from './limits.ts';
import { REDISTRIBUTOR_SIZE } from './redistributors.ts';
import { type V2mOptions, V2mSetup } from './v2m-options.ts';

export interface GicV3Options {
  /** Shared interrupts, a multiple of 32 from 32 to 960. Default 256. */
  readonly spis?: number;
  /** Physical address of the distributor. Default 0x0800_0000. */
  readonly distributor?: number;
  /** Physical address of the redistributors. Default 0x080a_0000. */
  readonly redistributors?: number;
  /** Bytes for redistributors, 128 KiB for each CPU. Default 0xf6_0000: 123 CPUs. */
  readonly redistributorSpace?: number;
  /** A frame for message-signalled interrupts. Default false: none. */
  readonly v2m?: V2mOptions | false;
}

const DISTRIBUTOR_SIZE = 0x1_0000;
const DEFAULT_SPACE = 0xf6_0000;

/**
 * A GICv3 as a part of a machine. Defaults are those of QEMU's virt.
 *
 * @throws CONFIG_INVALID for numbers of SPIs that it can't have; at build for more CPUs than there is space for
 * @example
 * createMachine().use(cpu()).use(gicV3())
 */
export function gicV3(options: GicV3Options = {}): Part<'interrupt-controller', 'cpu'> {
  const { spis = 256, distributor = 0x0800_0000, redistributors = 0x080a_0000, v2m = false } = options;
  const space = options.redistributorSpace ?? DEFAULT_SPACE;
  checkSpis(spis);
  const msi = v2m === false ? undefined : new V2mSetup(v2m, spis);
  return {
    name: 'gic',
    provides: ['interrupt-controller'],
    requires: ['cpu'],
    regions: [
      { name: 'distributor', base: distributor, size: DISTRIBUTOR_SIZE, kind: 'mmio' },
      { name: 'redistributors', base: redistributors, size: space, kind: 'mmio' },
      ...(msi ? [msi.region] : []),
    ],
    create(context) {
      const cpus = context.cpuStates.length;
      if (cpus * REDISTRIBUTOR_SIZE > space) {
        throw new ArmatureError('CONFIG_INVALID', `${cpus} redistributors do not fit ${space} bytes`, {
          context: { cpus, redistributorSpace: space },
          hint: 'Give 128 KiB for each CPU.',
        });
      }
      const gic = new GicV3({ cpus: cpuInputs(context.use('cpu'), cpus), spis });
      const { regions } = context;
      const node: DeviceTreeNode = {
        name: `intc@${regions['distributor'].base.toString(16)}`,
        label: context.name,
        properties: {
          compatible: strings('arm,gic-v3'),
          '#interrupt-cells': cells(3),
          'interrupt-controller': empty,
          '#address-cells': cells(2),
          '#size-cells': cells(2),
          ranges: empty,
          '#redistributor-regions': cells(1),
          reg: reg(
            [regions['distributor'].base, regions['distributor'].size],
            [regions['redistributors'].base, regions['redistributors'].size],
          ),
        },
        ...(msi && { children: [v2mNode(regions['v2m'].base, regions['v2m'].size)] }),
      };
      return {
        capabilities: { 'interrupt-controller': gicController(gic.table) },
        devices: {
          distributor: gic.distributor,
          redistributors: gic.redistributors,
          ...(msi && { v2m: msi.device(gic.table) }),
        },
        registers: gic.registers,
        deviceTree: [node],
        reset: () => gic.reset(),
        snapshot: () => gic.snapshot(),
        restore: (snapshot) => gic.restore(snapshot),
      };
    },
    toJSON: () => ({ part: 'gic-v3', ...options }),
  };
}
