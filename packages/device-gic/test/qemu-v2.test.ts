import { unconnectedLine } from '@armature/core';
import { afterEach, describe, expect, test } from 'vitest';
import { GICC, GICD, GicV2, V2mFrame } from '../src/index.ts';
import { type QemuGic, qemuAvailable, startQemu } from './qtest.ts';
import { randomNumbers } from './random.ts';

const BASE = { distributor: 0x0800_0000, cpuInterface: 0x0801_0000, v2m: 0x0802_0000 } as const;
type Frame = keyof typeof BASE;

/** QEMU 7.2 has no aliases for group 1. Ours say that nothing is pending. */
const ALIASES: readonly number[] = [GICC.AIAR, GICC.AHPPIR];

let qemu: QemuGic;
afterEach(() => qemu.stop());

async function pair() {
  qemu = await startQemu('virt,gic-version=2');
  const irq = unconnectedLine();
  const gic = new GicV2({ cpus: [{ irq, fiq: unconnectedLine() }] });
  const send = (intid: number): void => gic.table.pulse(intid, 0);
  const frames = {
    distributor: gic.distributor,
    cpuInterface: gic.cpuInterface,
    v2m: new V2mFrame({ firstIntid: 80, count: 64, send }),
  };
  return {
    gic,
    async read(frame: Frame, offset: number, size: 1 | 2 | 4 = 4) {
      return [frames[frame].read(offset, size), await qemu.read(BASE[frame] + offset, size)] as const;
    },
    async write(frame: Frame, offset: number, value: number, size: 1 | 2 | 4 = 4) {
      frames[frame].write(offset, size, value >>> 0);
      await qemu.write(BASE[frame] + offset, value >>> 0, size);
    },
    async setLine(intid: number, level: boolean) {
      gic.table.setLine(intid, 0, level);
      await qemu.setLine(intid >= 32 ? intid - 32 : 256 + intid, level);
    },
  };
}

describe.skipIf(!qemuAvailable)('GICv2 compared with QEMU', () => {
  test('every register reads the same after reset', async () => {
    const { read } = await pair();
    for (const [frame, size] of [
      ['distributor', 0x1000],
      ['cpuInterface', 0x1100],
      ['v2m', 0x1000],
    ] as const) {
      for (let offset = 0; offset < size; offset += 4) {
        if (frame === 'cpuInterface' && ALIASES.includes(offset)) continue;
        const [ours, theirs] = await read(frame, offset);
        expect([frame, offset.toString(16), ours]).toEqual([frame, offset.toString(16), theirs]);
      }
    }
  });

  test('registers keep the same bits', async () => {
    const { read, write } = await pair();
    for (const value of [0xffff_ffff, 0x5a5a_5a5a, 0]) {
      for (const [frame, size] of [
        ['distributor', 0x1000],
        ['cpuInterface', 0x100],
      ] as const) {
        for (let offset = 0; offset < size; offset += 4) {
          // QEMU keeps SGI sources of CPUs that don't exist.
          if (frame === 'distributor' && offset >= GICD.SGIR && offset < 0xf30) continue;
          if (frame === 'cpuInterface' && ALIASES.includes(offset)) continue;
          await write(frame, offset, value);
          const [ours, theirs] = await read(frame, offset);
          expect([frame, offset.toString(16), ours]).toEqual([frame, offset.toString(16), theirs]);
        }
      }
    }
  });

  test.each([1, 2, 3])('random accesses and line changes, seed %i', async (seed) => {
    const random = randomNumbers(0x9e37_79b9 * seed);
    const { gic, read, write, setLine } = await pair();
    const log: string[] = [];
    const intid = (): number =>
      [random(16), 16 + random(16), 32 + random(8), 80 + random(4), 280 + random(8)][random(5)];
    const check = async (frame: Frame, offset: number, size: 1 | 2 | 4 = 4): Promise<void> => {
      const [ours, theirs] = await read(frame, offset, size);
      log.push(`${frame} ${offset.toString(16)} gives ${ours.toString(16)}`);
      if (ours !== theirs) log.push(`QEMU: ${theirs.toString(16)}`);
      expect(ours, log.slice(-60).join('\n')).toBe(theirs);
    };
    /** QEMU's GICC_HPPIR hides what GICC_PMR masks; the architecture's does not. */
    const checkHighestPending = async (): Promise<void> => {
      const [ours, theirs] = await read('cpuInterface', GICC.HPPIR);
      log.push(`HPPIR gives ${ours}, QEMU's ${theirs}`);
      const mask = gic.cpuInterface.read(GICC.PMR, 4);
      const masked = ours < 1020 && gic.distributor.read(GICD.IPRIORITYR + ours, 1) >= mask;
      if (!masked) expect(ours, log.slice(-60).join('\n')).toBe(theirs);
    };
    const put = async (frame: Frame, offset: number, value: number, size: 1 | 2 | 4 = 4): Promise<void> => {
      log.push(`${frame} ${offset.toString(16)} = ${(value >>> 0).toString(16)} (${size})`);
      await write(frame, offset, value, size);
    };
    await put('distributor', GICD.CTLR, 3);
    await put('cpuInterface', GICC.CTLR, 7);
    await put('cpuInterface', GICC.PMR, 0xf0);
    const taken: number[] = [];
    let acknowledged = 0;
    const steps: (() => Promise<void>)[] = [
      async () => {
        const id = intid();
        const level = random(2) === 1;
        // QEMU's MSI frame pulses the lines of its SPIs.
        if (id < 16 || (id >= 80 && id < 144)) return;
        log.push(`line ${id} ${level}`);
        await setLine(id, level);
      },
      async () => {
        const id = intid();
        const bank = [
          GICD.ISENABLER,
          GICD.ISENABLER,
          GICD.ISENABLER,
          GICD.ICENABLER,
          GICD.ISPENDR,
          GICD.ICPENDR,
        ][random(6)];
        await put('distributor', bank + 4 * (id >> 5), 1 << (id & 31));
      },
      () => put('distributor', GICD.IPRIORITYR + intid(), 4 + 8 * random(31) + random(2), 1),
      () => put('distributor', GICD.SGIR, (random(3) << 24) | (1 << 16) | random(16)),
      async () => {
        const [ours, theirs] = await read('cpuInterface', GICC.IAR);
        log.push(`IAR gives ${ours}`);
        expect(ours, log.slice(-60).join('\n')).toBe(theirs);
        if (ours < 1020) {
          acknowledged++;
          taken.push(ours);
        }
      },
      async () => {
        const id = taken.pop();
        if (id === undefined) return;
        await put('cpuInterface', GICC.EOIR, id);
        if (random(4)) await put('cpuInterface', GICC.DIR, id & 0x3ff);
      },
      () => check('cpuInterface', GICC.RPR),
      async () => {
        const id = intid();
        const bank = [GICD.ISENABLER, GICD.ISPENDR, GICD.ISACTIVER, GICD.ICACTIVER, GICD.IGROUPR][random(5)];
        await check('distributor', bank + 4 * (id >> 5));
        await check('distributor', GICD.IPRIORITYR + (id & ~3));
        await check('distributor', GICD.ICFGR + 4 * (id >> 4));
        await check('distributor', GICD.SPENDSGIR + 4 * random(4));
        await check('cpuInterface', GICC.APR + 4 * random(8));
        await checkHighestPending();
      },
    ];
    const rare: (() => Promise<void>)[] = [
      () => put('cpuInterface', GICC.PMR, 0xff - random(0x80)),
      async () => {
        // QEMU compares the whole priority, ours what the current binary point leaves of both: the same while
        // one binary point is in force.
        if (gic.cpuInterface.read(GICC.RPR, 4) !== 0xff) return;
        const point = random(7);
        await put('cpuInterface', GICC.BPR, point);
        await put('cpuInterface', GICC.ABPR, point + 1);
      },
      async () => {
        const id = intid();
        await put('distributor', GICD.ICFGR + 4 * (id >> 4), random(2) << (2 * (id & 15) + 1));
      },
      async () => {
        const id = intid();
        await put('distributor', GICD.IGROUPR + 4 * (id >> 5), 1 << (id & 31));
      },
      async () => {
        // QEMU's GICC_DIR doesn't deactivate SPIs that GICD_ISACTIVER activated.
        const id = random(32);
        await put('distributor', [GICD.ISACTIVER, GICD.ICACTIVER][random(2)] + 4 * (id >> 5), 1 << (id & 31));
      },
      async () => {
        await put('cpuInterface', GICC.CTLR, 7 | (random(4) ? 0 : 0x200) | (random(4) ? 0 : 0x10));
      },
      () => put('cpuInterface', GICC.DIR, intid()),
      () => put('distributor', [GICD.CPENDSGIR, GICD.SPENDSGIR][random(2)] + random(16), 1, 1),
      () => put('v2m', 0x40, 78 + random(70)),
      // QEMU's GICC_IAR gives interrupts of a group that only the distributor disables.
      () => put('distributor', GICD.CTLR, random(3) ? 3 : 0),
    ];
    for (let step = 0; step < 4000; step++) {
      await (random(10) === 0 ? rare[random(rare.length)]() : steps[random(steps.length)]());
    }
    expect(acknowledged).toBeGreaterThan(100);
  });
});
