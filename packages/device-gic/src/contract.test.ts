import { unconnectedLine } from '@armature/core';
import { type DeviceUnderTest, mmioDeviceContract } from '@armature/core/contract';
import { describe, test } from 'vitest';
import { GicV2 } from './gic-v2.ts';
import { GicV3 } from './gic-v3.ts';
import { REDISTRIBUTOR_SIZE } from './redistributors.ts';
import { V2M_SIZE, V2mFrame } from './v2m.ts';

const inputs = (count: number) =>
  Array.from({ length: count }, () => ({ irq: unconnectedLine(), fiq: unconnectedLine() }));

const devices: Record<string, () => DeviceUnderTest> = {
  'GICv2 distributor': () => {
    const gic = new GicV2({ cpus: inputs(1) });
    return { device: gic.distributor, size: 0x1_0000, component: gic };
  },
  'GICv2 distributor, fourth of 4 CPUs': () => {
    const gic = new GicV2({ cpus: inputs(4), accessingCpu: () => 3 });
    return { device: gic.distributor, size: 0x1000, component: gic };
  },
  'GICv2 CPU interface': () => {
    const gic = new GicV2({ cpus: inputs(1), spis: 32 });
    gic.distributor.write(0, 4, 3);
    gic.distributor.write(0x200, 4, 0xffff_0000);
    gic.distributor.write(0x100, 4, 0xffff_0000);
    const reset = (): void => {
      gic.reset();
      gic.distributor.write(0, 4, 3);
      gic.distributor.write(0x200, 4, 0xffff_0000);
      gic.distributor.write(0x100, 4, 0xffff_0000);
    };
    const component = { reset, snapshot: () => gic.snapshot(), restore: gic.restore.bind(gic) };
    return { device: gic.cpuInterface, size: 0x2000, component };
  },
  'GICv3 distributor': () => {
    const gic = new GicV3({ cpus: inputs(4) });
    return { device: gic.distributor, size: 0x1_0000, component: gic };
  },
  'GICv3 redistributors': () => {
    const gic = new GicV3({ cpus: inputs(2) });
    return { device: gic.redistributors, size: 3 * REDISTRIBUTOR_SIZE, component: gic };
  },
  'GICv2m frame': () => ({
    device: new V2mFrame({ firstIntid: 80, count: 64, send: () => {} }),
    size: V2M_SIZE,
    component: { reset: () => {} },
  }),
};

describe.each(Object.entries(devices))('%s', (_name, make) => {
  for (const { name, run } of mmioDeviceContract(make)) test(name, run);
});
