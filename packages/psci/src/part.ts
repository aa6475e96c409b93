import { ArmatureError, cells, type DeviceTreeNode, type Part, strings } from '@armature/core';
import { FUNCTION, SMC64 } from './functions.ts';
import { Psci } from './psci.ts';

export interface PsciOptions {
  /** The instruction that calls: `hvc` (default, as QEMU's virt) or `smc`. */
  readonly conduit?: 'hvc' | 'smc';
}

/**
 * PSCI 1.1 firmware as a part of a machine.
 *
 * @throws CONFIG_INVALID for another conduit
 * @example
 * createMachine().use(psci({ conduit: 'hvc' }))
 */
export function psci(options: PsciOptions = {}): Part<'firmware'> {
  const { conduit = 'hvc' } = options;
  if (conduit !== 'hvc' && conduit !== 'smc') {
    throw new ArmatureError('CONFIG_INVALID', `PSCI has no conduit '${conduit}'`, {
      context: { conduit },
      hint: 'Use hvc or smc.',
    });
  }
  return {
    name: 'psci',
    provides: ['firmware'],
    requires: [],
    create(context) {
      const firmware = new Psci({
        conduit,
        engines: () => context.find('cpu')?.engines ?? [],
        requestPower: (action) => context.requestPower(action),
        onCall: (identifier, result) =>
          context.trace('firmware', () => `${conduit} 0x${identifier.toString(16)} returns ${result}`),
      });
      return { capabilities: { firmware }, deviceTree: [deviceTreeNode(conduit)] };
    },
    toJSON: () => ({ part: 'psci', conduit }),
  };
}

function deviceTreeNode(method: string): DeviceTreeNode {
  return {
    name: 'psci',
    properties: {
      compatible: strings('arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'),
      method: strings(method),
      cpu_suspend: cells((FUNCTION.CPU_SUSPEND | SMC64) >>> 0),
      cpu_off: cells(FUNCTION.CPU_OFF),
      cpu_on: cells((FUNCTION.CPU_ON | SMC64) >>> 0),
      migrate: cells((FUNCTION.MIGRATE | SMC64) >>> 0),
    },
  };
}
