import { describe, expect, test } from 'vitest';
import { GICD, GICR } from '../src/index.ts';
import { type GicVersion, Guest, runOnArmature, runOnQemu } from './guest.ts';
import { qemuAvailable } from './qtest.ts';
import { randomNumbers } from './random.ts';

const DISTRIBUTOR = 0x0800_0000;
const SGI_FRAME = 0x080a_0000 + GICR.SGI;

const ICC = {
  PMR: 'S3_0_C4_C6_0',
  IAR0: 'S3_0_C12_C8_0',
  EOIR0: 'S3_0_C12_C8_1',
  HPPIR0: 'S3_0_C12_C8_2',
  BPR0: 'S3_0_C12_C8_3',
  AP0R0: 'S3_0_C12_C8_4',
  AP1R0: 'S3_0_C12_C9_0',
  DIR: 'S3_0_C12_C11_1',
  RPR: 'S3_0_C12_C11_3',
  SGI1R: 'S3_0_C12_C11_5',
  ASGI1R: 'S3_0_C12_C11_6',
  SGI0R: 'S3_0_C12_C11_7',
  IAR1: 'S3_0_C12_C12_0',
  EOIR1: 'S3_0_C12_C12_1',
  HPPIR1: 'S3_0_C12_C12_2',
  BPR1: 'S3_0_C12_C12_3',
  CTLR: 'S3_0_C12_C12_4',
  SRE: 'S3_0_C12_C12_5',
  IGRPEN0: 'S3_0_C12_C12_6',
  IGRPEN1: 'S3_0_C12_C12_7',
} as const;
type IccName = keyof typeof ICC;

/** Runs a program on both; a difference is reported with what was done before. */
async function compare(guest: Guest, version: GicVersion, vectors = ''): Promise<string[]> {
  const image = guest.image(vectors);
  const [ours, theirs] = await Promise.all([runOnArmature(image, version), runOnQemu(image, version)]);
  const line = guest.labels.findIndex((_, index) => ours[index] !== theirs[index]);
  if (line >= 0) {
    const at = guest.steps.findIndex((step) => step.endsWith(`-> line ${line}`));
    const shown = guest.steps.slice(Math.max(0, at - 50), at + 1).map((step) => {
      const index = Number(/line (\d+)$/.exec(step)?.[1] ?? -1);
      return index < 0 ? step : `${step}: ${ours[index]}${index === line ? `, QEMU ${theirs[index]}` : ''}`;
    });
    expect.fail(shown.join('\n'));
  }
  expect(ours.length).toBe(guest.labels.length);
  expect(theirs.length).toBe(guest.labels.length);
  return ours;
}

class V3Guest extends Guest {
  get(...names: IccName[]): this {
    for (const name of names) this.readSystem(`ICC_${name}`, ICC[name]);
    return this;
  }

  set(name: IccName, value: number | bigint): this {
    return this.writeSystem(`ICC_${name}`, ICC[name], value);
  }

  /** What is signalled: ISR_EL1. */
  signalled(): this {
    return this.readSystem('ISR_EL1', 'ISR_EL1');
  }

  private(offset: number, value: number, size: 1 | 4 = 4): this {
    return this.writeDevice(`GICR ${offset.toString(16)}`, SGI_FRAME + offset, value, size);
  }

  shared(offset: number, value: number, size: 1 | 4 = 4): this {
    return this.writeDevice(`GICD ${offset.toString(16)}`, DISTRIBUTOR + offset, value, size);
  }
}

const READABLE: IccName[] = [
  'PMR',
  'HPPIR0',
  'HPPIR1',
  'BPR0',
  'BPR1',
  'AP0R0',
  'AP1R0',
  'RPR',
  'CTLR',
  'SRE',
  'IGRPEN0',
  'IGRPEN1',
];
const STORED: IccName[] = ['PMR', 'BPR0', 'BPR1', 'AP0R0', 'AP1R0', 'CTLR', 'SRE', 'IGRPEN0', 'IGRPEN1'];

/** Lowers the timer's line. */
const SILENCE = 'mov x0, #2; msr CNTV_CTL_EL0, x0; isb';

/** Vectors that print ISR_EL1, take what is pending, print it with the running priority, and end it. */
const IRQ_HANDLER = {
  2: `
    movz x2, #0x0801, lsl #16
    ldr w21, [x2, #0xc]
    mov x0, x21
    bl show
    ldr w0, [x2, #0x14]
    bl show
    ${SILENCE}
    str w21, [x2, #0x10]`,
  3: `
    mrs x21, ${ICC.IAR1}
    mov x0, x21
    bl show
    mrs x0, ${ICC.RPR}
    bl show
    ${SILENCE}
    msr ${ICC.EOIR1}, x21`,
} as const;

/** A vector table for interrupts of EL1 with its own stack pointer. */
const vectors = (version: GicVersion): string => `
  b begin
  .balign 2048
vectors:
  .space 0x280
  mov x22, x30
  mrs x0, ISR_EL1
  bl show
  ${IRQ_HANDLER[version]}
  mov x30, x22
  eret
  .balign 2048
`;

describe.skipIf(!qemuAvailable)('interrupts taken, compared with QEMU', () => {
  test.each([2, 3] as const)('timer, SGI and SPI on a GICv%i', async (version) => {
    const guest = new V3Guest();
    const privately = version === 2 ? DISTRIBUTOR : SGI_FRAME;
    const write = (offset: number, value: number): Guest => guest.writeDevice('', privately + offset, value);
    guest.code('adr x0, vectors\nmsr VBAR_EL1, x0\nisb');
    guest.shared(GICD.CTLR, 3);
    if (version === 2) {
      guest.writeDevice('GICC_PMR', 0x0801_0004, 0xf0).writeDevice('GICC_CTLR', 0x0801_0000, 1);
    } else {
      guest.set('PMR', 0xf0).set('IGRPEN1', 1);
      write(GICD.IGROUPR, 0xffff_ffff).writeDevice('', DISTRIBUTOR + GICD.IGROUPR + 4, 0xffff_ffff);
    }
    write(GICD.IPRIORITYR + 24, 0x2010_3040);
    write(GICD.ISENABLER, (1 << 27) | 0xffff);
    guest.code('msr DAIFClr, #2').readSystem('CNTV_CTL_EL0', 'CNTV_CTL_EL0');
    // Each interrupt prints three lines before the read that follows.
    const taken = (name: string): void => {
      guest.labels.push(`${name}: ISR_EL1`, `${name}: INTID`, `${name}: running priority`);
      guest.readSystem('after', 'ISR_EL1');
    };
    guest.writeSystem('CNTV_CTL_EL0', 'CNTV_CTL_EL0', 1);
    taken('timer');
    if (version === 2) guest.shared(GICD.SGIR, 0x0200_0005);
    else guest.set('SGI1R', 0x0500_0001);
    taken('SGI');
    guest.shared(GICD.ICFGR + 8, 0xaaaa_aaaa).shared(GICD.ISENABLER + 4, 1 << 2);
    if (version === 2) guest.writeDevice('', 0x0800_0800 + 32, 0x0101_0101);
    guest.shared(GICD.ISPENDR + 4, 1 << 2);
    taken('SPI');
    const lines = await compare(guest, version, vectors(version));
    const intids = lines.filter((_, index) => guest.labels[index].endsWith('INTID'));
    expect(intids).toEqual(['0000001b', '00000005', '00000022']);
  });
});

describe.skipIf(!qemuAvailable)('GICv3 CPU interface compared with QEMU', () => {
  test('registers after reset, and what they keep', async () => {
    const guest = new V3Guest().get(...READABLE).get('IAR0', 'IAR1');
    for (const value of [0xffff_ffffn, 0n, 0x5a5a_5a5an, 1n, 2n, 3n, 4n, 5n, 6n, 7n]) {
      for (const name of STORED) {
        // QEMU keeps reserved bits of ICC_PMR_EL1, and compares those of ICC_BPRn_EL1 with the least value.
        const mask = name === 'PMR' ? 0xffn : name.startsWith('BPR') ? 7n : -1n;
        guest.set(name, value & mask).get(name, 'BPR0', 'BPR1', 'RPR');
      }
    }
    await compare(guest, 3);
  });

  test('SGIs of both groups, from waking to the end', async () => {
    const guest = new V3Guest()
      .shared(GICD.CTLR, 3)
      .set('PMR', 0xf0)
      .set('IGRPEN0', 1)
      .set('IGRPEN1', 1)
      .private(GICD.IGROUPR, 0xff00)
      .private(GICD.ISENABLER, 0xffff);
    for (const intid of [3, 9]) {
      for (const register of ['SGI1R', 'ASGI1R', 'SGI0R'] as const) {
        guest
          .set(register, (BigInt(intid) << 24n) | 1n)
          .signalled()
          .get('HPPIR0', 'HPPIR1', 'IAR0', 'IAR1');
        guest
          .signalled()
          .get('RPR', 'AP0R0', 'AP1R0', 'HPPIR1')
          .set('EOIR0', intid)
          .get('RPR')
          .set('EOIR1', intid)
          .get('RPR');
      }
      // To others, to another cluster, to another CPU: none of them is here.
      for (const where of [
        (1n << 40n) | 1n,
        (1n << 16n) | 1n,
        2n,
        (1n << 44n) | 1n,
        (1n << 32n) | 1n,
        (1n << 48n) | 1n,
      ]) {
        guest
          .set('SGI1R', (BigInt(intid) << 24n) | where)
          .signalled()
          .get('HPPIR0', 'HPPIR1');
      }
    }
    await compare(guest, 3);
  });

  test('the level of a timer holds its private interrupt pending', async () => {
    const guest = new V3Guest()
      .shared(GICD.CTLR, 3)
      .set('PMR', 0xff)
      .set('IGRPEN1', 1)
      .private(GICD.IGROUPR, 0xffff_ffff)
      .private(GICD.ISENABLER, 1 << 27)
      .writeSystem('CNTV_CVAL_EL0', 'CNTV_CVAL_EL0', 0)
      .writeSystem('CNTV_CTL_EL0', 'CNTV_CTL_EL0', 1);
    const pending = (): Guest => guest.readDevice('GICR_ISPENDR0', SGI_FRAME + GICD.ISPENDR);
    pending();
    guest.signalled().get('IAR1');
    pending();
    guest.signalled().set('EOIR1', 27).signalled();
    guest.private(GICD.ICPENDR, 1 << 27);
    pending();
    guest.signalled().writeSystem('CNTV_CTL_EL0', 'CNTV_CTL_EL0', 3);
    pending();
    guest.signalled().get('IAR1');
    await compare(guest, 3);
  });

  test.each([1, 2, 3, 4])('random sequences, seed %i', async (seed) => {
    const random = randomNumbers(0x9e37_79b9 * seed);
    const guest = new V3Guest()
      .shared(GICD.CTLR, 3)
      .set('PMR', 0xf8)
      .set('IGRPEN0', 1)
      .set('IGRPEN1', 1)
      .private(GICD.IGROUPR, 0xffff_0f0f)
      .private(GICD.ISENABLER, 0xffff)
      .shared(GICD.IGROUPR + 4, 0xff);
    const bit = (intid: number): number => 1 << (intid & 31);
    const bank = (offset: number, intid: number): Guest =>
      intid < 32 ? guest.private(offset, bit(intid)) : guest.shared(offset + 4, bit(intid));
    const intid = (): number => [random(16), 16 + random(8), 32 + random(16)][random(3)];
    for (const id of [0, 5, 9, 17, 19, 33, 35, 40, 44]) {
      bank(GICD.ISENABLER, id);
    }
    const usual: (() => unknown)[] = [
      () => guest.set('SGI1R', (BigInt(random(16)) << 24n) | 1n),
      () => guest.set('SGI0R', (BigInt(random(16)) << 24n) | 1n),
      () => bank(GICD.ISPENDR, intid()),
      () => {
        const id = intid();
        if (id < 32) guest.private(GICD.IPRIORITYR + id, 2 ** 8 - 1 - random(255), 1);
        else guest.shared(GICD.IPRIORITYR + id, 2 ** 8 - 1 - random(255), 1);
      },
      () => guest.signalled().get('HPPIR0', 'HPPIR1'),
      () => guest.get('IAR1').code('mov x25, x0'),
      () => guest.get('IAR0').code('mov x26, x0'),
      () => guest.signalled().get('RPR', 'AP0R0', 'AP1R0'),
      () =>
        guest
          .code(`msr ${ICC.EOIR1}, x25\nisb`)
          .get('RPR')
          .code(random(3) ? `msr ${ICC.DIR}, x25` : ''),
      () =>
        guest
          .code(`msr ${ICC.EOIR0}, x26\nisb`)
          .get('RPR')
          .code(random(3) ? `msr ${ICC.DIR}, x26` : ''),
      () => guest.set('EOIR1', intid()).get('RPR'),
      () => {
        guest.set('AP0R0', 0).set('AP1R0', 0);
        guest.private(GICD.ICACTIVER, 0xffff_ffff).shared(GICD.ICACTIVER + 4, 0xffff_ffff);
        guest.shared(GICD.CTLR, 3).set('PMR', 0xff).set('IGRPEN0', 1).set('IGRPEN1', 1);
      },
    ];
    const rare: (() => unknown)[] = [
      () => bank(GICD.ISENABLER, intid()),
      () => bank(GICD.ICENABLER, intid()),
      () => bank(GICD.ICPENDR, intid()),
      () => bank(GICD.ICACTIVER, intid()),
      () => bank(GICD.ISACTIVER, intid()),
      () => bank(GICD.IGROUPR, intid()),
      () => guest.set('PMR', 0xff - random(0x60)),
      () => guest.set('BPR0', random(8)),
      () => guest.set('BPR1', random(8)),
      () => guest.set('CTLR', random(4)),
      // Of a group that one CPU interface disables, QEMU's interrupts hide those of the other group.
      () => guest.set('IGRPEN0', 0).set('IGRPEN1', 0).signalled().get('HPPIR0', 'HPPIR1', 'IAR0', 'IAR1'),
      () => guest.set('IGRPEN0', 1).set('IGRPEN1', 1),
      () => guest.set('DIR', intid()),
      () => guest.shared(GICD.CTLR, random(3) ? 3 : random(4)),
      () => guest.get('BPR0', 'BPR1', 'CTLR'),
    ];
    for (let step = 0; step < 1200; step++) {
      if (random(8) === 0) rare[random(rare.length)]();
      else usual[random(usual.length)]();
    }
    const lines = await compare(guest, 3);
    const taken = lines.filter((line, index) => /IAR/.test(guest.labels[index]) && line !== '000003ff');
    expect(taken.length).toBeGreaterThan(30);
  });
});
