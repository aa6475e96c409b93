import { unconnectedLine } from '@armature/core';
import { afterEach, describe, expect, test } from 'vitest';
import { GICD, GICR, GicV3, REDISTRIBUTOR_SIZE } from '../src/index.ts';
import { type QemuGic, qemuAvailable, startQemu } from './qtest.ts';
import { randomNumbers } from './random.ts';

const BASE = { distributor: 0x0800_0000, redistributors: 0x080a_0000 } as const;
type Frame = keyof typeof BASE;

let qemu: QemuGic;
afterEach(() => qemu.stop());

async function pair(cpus: number) {
  qemu = await startQemu('virt,gic-version=3,its=off', cpus);
  const inputs = () => ({ irq: unconnectedLine(), fiq: unconnectedLine() });
  const gic = new GicV3({ cpus: Array.from({ length: cpus }, inputs) });
  return {
    async read(frame: Frame, offset: number, size: 1 | 2 | 4 = 4) {
      return [gic[frame].read(offset, size), await qemu.read(BASE[frame] + offset, size)] as const;
    },
    async write(frame: Frame, offset: number, value: number, size: 1 | 2 | 4 = 4) {
      gic[frame].write(offset, size, value >>> 0);
      await qemu.write(BASE[frame] + offset, value >>> 0, size);
    },
    async setLine(intid: number, level: boolean, cpu: number) {
      gic.table.setLine(intid, cpu, level);
      await qemu.setLine(intid >= 32 ? intid - 32 : 256 + 32 * cpu + intid, level);
    },
  };
}

/** Registers that differ, each with how QEMU's value becomes ours. */
function expected(frame: Frame, offset: number, theirs: number): number {
  const inFrame = offset % REDISTRIBUTOR_SIZE;
  if (frame === 'distributor') {
    // QEMU has LPIs, and counts one block of 32 SPIs less than it has.
    if (offset === GICD.TYPER) return (theirs & ~(1 << 17)) + 1;
    // QEMU keeps reserved bits and, though it has no 1-of-N routing, Interrupt_Routing_Mode.
    if (offset >= GICD.IROUTER) return offset & 4 ? theirs & 0xff : theirs & 0xff_ffff;
    return theirs;
  }
  // PLPIS and CommonLPIAff, GICR_CTLR, GICR_PROPBASER and GICR_PENDBASER are about LPIs.
  if (inFrame === GICR.TYPER) return (theirs & ~((1 << 24) | 1)) >>> 0;
  return inFrame === 0 || (inFrame >= 0x70 && inFrame < 0x80) ? 0 : theirs;
}

describe.skipIf(!qemuAvailable)('GICv3 compared with QEMU', () => {
  const name = (frame: Frame, offset: number, value: number) => [
    frame,
    offset.toString(16),
    value.toString(16),
  ];

  test('every register reads the same after reset', async () => {
    const { read } = await pair(2);
    for (const [frame, size] of [
      ['distributor', 0x1_0000],
      ['redistributors', 2 * REDISTRIBUTOR_SIZE],
    ] as const) {
      for (let offset = 0; offset < size; offset += 4) {
        // Where nothing is, one of each 64 bytes.
        if (offset % 0x1_0000 > 0xe00 && offset % 64 !== 0 && offset % 0x1_0000 < 0xffc0) continue;
        const [ours, theirs] = await read(frame, offset);
        const wanted = offset >= 0xe000 || offset < 0x6000 ? expected(frame, offset, theirs) : theirs;
        expect(name(frame, offset, ours)).toEqual(
          name(frame, offset, frame === 'distributor' && offset >= 0x8000 ? theirs : wanted),
        );
      }
    }
  });

  test('registers keep the same bits', async () => {
    const { read, write } = await pair(1);
    const ranges: [Frame, number, number][] = [
      ['distributor', 0, 0xf00],
      ['distributor', 0x6000, 0x6a00],
      ['redistributors', 0, 0x100],
      ['redistributors', GICR.SGI, GICR.SGI + 0xf00],
    ];
    for (const value of [0xffff_ffff, 0x5a5a_5a5a, 0]) {
      for (const [frame, start, end] of ranges) {
        for (let offset = start; offset < end; offset += 4) {
          await write(frame, offset, value);
          const [ours, theirs] = await read(frame, offset);
          expect(name(frame, offset, ours)).toEqual(name(frame, offset, expected(frame, offset, theirs)));
        }
      }
    }
  });

  test.each([1, 2])('random accesses and line changes, seed %i', async (seed) => {
    const random = randomNumbers(0x9e37_79b9 * seed);
    const { read, write, setLine } = await pair(2);
    const log: string[] = [];
    const banks = [
      GICD.IGROUPR,
      GICD.ISENABLER,
      GICD.ICENABLER,
      GICD.ISPENDR,
      GICD.ICPENDR,
      GICD.ISACTIVER,
      GICD.ICACTIVER,
    ];
    const place = (): [Frame, number] =>
      random(2) ? ['distributor', 0] : ['redistributors', random(2) * REDISTRIBUTOR_SIZE + GICR.SGI];
    for (let step = 0; step < 3000; step++) {
      const [frame, start] = place();
      const word = frame === 'distributor' ? random(10) : random(2);
      const value = random(2 ** 31) & random(2 ** 31);
      const intid = [16 + random(16), 32 + random(256)][random(2)];
      const level = random(2) === 1;
      const cpu = random(2);
      const size = ([1, 2, 4] as const)[random(3)];
      const offset = start + banks[random(banks.length)] + 4 * word;
      const priority = start + GICD.IPRIORITYR + random(start === 0 ? 320 : 32);
      switch (random(6)) {
        case 0:
          log.push(`line ${intid} of CPU ${cpu} ${level}`);
          await setLine(intid, level, cpu);
          break;
        case 1:
          log.push(`${frame} ${priority.toString(16)} = ${value.toString(16)} (1)`);
          await write(frame, priority, value & 0xff, 1);
          break;
        case 2:
          log.push(`${frame} ICFGR ${word} = ${value.toString(16)}`);
          await write(frame, start + GICD.ICFGR + 4 * word, value);
          break;
        case 3:
          log.push(`${frame} ${offset.toString(16)} = ${value.toString(16)} (${size})`);
          await write(frame, offset, size === 4 ? value : value & 0xff, size);
          break;
        default: {
          const where = [offset, (priority & ~3) >>> 0, start + GICD.ICFGR + 4 * word][random(3)];
          const [ours, theirs] = await read(frame, where, size);
          log.push(`${frame} ${where.toString(16)} gives ${ours.toString(16)}, QEMU ${theirs.toString(16)}`);
          expect(ours, log.slice(-60).join('\n')).toBe(theirs);
        }
      }
    }
  });
});
