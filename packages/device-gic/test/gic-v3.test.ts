import { BUS_FAULT } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { affinityOf, GICD, GICR, GICR_WAKER, GicV3, ICC_CTLR, REDISTRIBUTOR_SIZE } from '../src/index.ts';
import { benchV3 } from './benches.ts';

const SPURIOUS = 1023;
const { SGI } = GICR;

/** A bench with group 1 everywhere, enabled, and every priority let through. */
function ready(cpus = 1) {
  const bench = benchV3(cpus);
  bench.setDist(GICD.CTLR, 3);
  for (let word = 1; word < 4; word++) bench.setDist(GICD.IGROUPR + 4 * word, 0xffff_ffff);
  for (let cpu = 0; cpu < cpus; cpu++) {
    bench.setRedist(GICR.WAKER, 0, cpu);
    bench.setRedist(SGI + GICD.IGROUPR, 0xffff_ffff, cpu);
    bench.setRedist(SGI + GICD.ISENABLER, 0xffff, cpu);
    bench.setIcc('PMR', 0xff, cpu);
    bench.setIcc('IGRPEN0', 1, cpu);
    bench.setIcc('IGRPEN1', 1, cpu);
  }
  const enable = (intid: number, priority = 0x80, cpu = 0): void => {
    const bit = 1 << (intid & 31);
    if (intid < 32) {
      bench.setRedist(SGI + GICD.ISENABLER, bit, cpu);
      bench.setRedist(SGI + GICD.IPRIORITYR + intid, priority, cpu, 1);
    } else {
      bench.setDist(GICD.ISENABLER + 4 * (intid >> 5), bit);
      bench.setDist(GICD.IPRIORITYR + intid, priority, 1);
    }
  };
  const routeTo = (intid: number, affinity: number, aff3 = 0): void => {
    bench.setDist(GICD.IROUTER + 8 * intid, affinity);
    bench.setDist(GICD.IROUTER + 8 * intid + 4, aff3);
  };
  return { ...bench, enable, routeTo };
}

describe('identification', () => {
  test.each([1, 2, 17, 123])('redistributors of %i CPUs', (cpus) => {
    const { redist, gic } = benchV3(cpus);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const last = cpu === cpus - 1 ? 1 << 4 : 0;
      expect(redist(GICR.TYPER, cpu)).toBe((cpu << 8) | last);
      expect(redist(GICR.TYPER + 4, cpu)).toBe(affinityOf(cpu));
    }
    expect(gic.redistributors.read(cpus * REDISTRIBUTOR_SIZE, 4)).toBe(BUS_FAULT);
    expect(gic.redistributors.write(cpus * REDISTRIBUTOR_SIZE, 4, 0)).toBe(BUS_FAULT);
  });

  test('affinities count to 16 in Aff0, then in Aff1', () => {
    expect([0, 1, 15, 16, 122].map(affinityOf)).toEqual([0, 1, 15, 0x100, 0x70a]);
  });

  test('the distributor', () => {
    const { dist } = benchV3(4, 96);
    expect(dist(GICD.CTLR)).toBe(0x50);
    // Three blocks of SPIs, 16 INTID bits, Aff3, no 1-of-N; no LPIs, no second Security state.
    expect(dist(GICD.TYPER)).toBe(3 | (15 << 19) | (1 << 24) | (1 << 25));
    expect([dist(0xffe8), dist(0xfff0), dist(0xfffc)]).toEqual([0x3b, 0x0d, 0xb1]);
  });

  test('waking is reported at once', () => {
    const { redist, setRedist } = benchV3(2);
    const asleep = GICR_WAKER.ProcessorSleep | GICR_WAKER.ChildrenAsleep;
    expect(redist(GICR.WAKER, 1)).toBe(asleep);
    setRedist(GICR.WAKER, 0, 1);
    expect([redist(GICR.WAKER, 0), redist(GICR.WAKER, 1)]).toEqual([asleep, 0]);
    setRedist(GICR.WAKER, GICR_WAKER.ProcessorSleep, 1);
    expect(redist(GICR.WAKER, 1)).toBe(asleep);
  });
});

describe('system registers', () => {
  test('are of EL1 and above, in the directions that they have', () => {
    const { gic, access } = benchV3();
    const readOnly = ['IAR0', 'IAR1', 'HPPIR0', 'HPPIR1', 'RPR'];
    const writeOnly = ['EOIR0', 'EOIR1', 'DIR', 'SGI0R', 'SGI1R', 'ASGI1R'];
    expect(gic.registers.length).toBe(20);
    for (const { name: full } of gic.registers) {
      const name = full.slice(4, -4);
      expect([name, access(name, 0, true), access(name, 0, false)]).toEqual([name, 'undefined', 'undefined']);
      const expected = [
        writeOnly.includes(name) ? 'undefined' : 'ok',
        readOnly.includes(name) ? 'undefined' : 'ok',
      ];
      expect([name, access(name, 1, true), access(name, 1, false)]).toEqual([name, ...expected]);
    }
  });

  test('hold what is implemented', () => {
    const { icc, setIcc } = benchV3(2);
    setIcc('PMR', 0xff, 1);
    setIcc('CTLR', 0xffff_ffff, 1);
    setIcc('IGRPEN1', 3, 1);
    setIcc('SRE', 0, 1);
    expect([icc('PMR', 1), icc('PMR', 0)]).toEqual([0xf8, 0]);
    expect(icc('CTLR', 0)).toBe((4 << 8) | (1 << 11) | ICC_CTLR.A3V);
    expect(icc('CTLR', 1)).toBe(icc('CTLR', 0) | ICC_CTLR.CBPR | ICC_CTLR.EOImode);
    expect([icc('IGRPEN1', 1), icc('IGRPEN0', 1), icc('IGRPEN1', 0)]).toEqual([1, 0, 0]);
    expect(icc('SRE', 1)).toBe(7);
  });
});

describe('interrupts', () => {
  test('group 1 is IRQ, group 0 FIQ, each with its own registers', () => {
    const { enable, line, setDist, signals, icc, setIcc } = ready();
    enable(40, 0x80);
    enable(41, 0x40);
    setDist(GICD.IGROUPR + 4, ~(1 << 9));
    line(40, true);
    expect(signals()).toEqual(['irq']);
    line(41, true);
    expect(signals()).toEqual(['fiq']);
    expect([icc('IAR1'), icc('HPPIR1'), icc('HPPIR0')]).toEqual([SPURIOUS, SPURIOUS, 41]);
    expect(icc('IAR0')).toBe(41);
    expect([icc('RPR'), icc('AP0R0'), icc('AP1R0')]).toEqual([0x40, 1 << 8, 0]);
    setIcc('EOIR1', 41);
    expect(icc('RPR')).toBe(0x40);
    line(41, false);
    setIcc('EOIR0', 41);
    expect(icc('RPR')).toBe(0xff);
    expect(icc('IAR1')).toBe(40);
    setIcc('EOIR1', 40);
    expect(signals()).toEqual(['irq']);
    line(40, false);
    expect(signals()).toEqual(['-']);
  });

  test('a group disabled at the CPU interface or distributor hides nothing', () => {
    const { enable, line, setDist, signals, icc, setIcc } = ready();
    enable(40, 0x80);
    enable(41, 0x40);
    setDist(GICD.IGROUPR + 4, ~(1 << 9));
    line(40, true);
    line(41, true);
    setIcc('IGRPEN0', 0);
    expect(signals()).toEqual(['irq']);
    expect([icc('HPPIR0'), icc('HPPIR1')]).toEqual([SPURIOUS, 40]);
    setIcc('IGRPEN0', 1);
    setDist(GICD.CTLR, 2);
    expect(icc('IAR1')).toBe(40);
  });

  test('priorities beyond those of the CPU interface order, and do not preempt', () => {
    const { enable, line, signals, icc } = ready();
    enable(40, 0x47);
    enable(41, 0x46);
    enable(42, 0x3f);
    line(40, true);
    line(41, true);
    expect(icc('IAR1')).toBe(41);
    expect(icc('RPR')).toBe(0x40);
    expect(signals()).toEqual(['-']);
    line(42, true);
    expect(signals()).toEqual(['irq']);
    expect(icc('IAR1')).toBe(42);
    expect(icc('AP1R0')).toBe((1 << 7) | (1 << 8));
  });

  test('the binary point of group 1 is one coarser, unless it is common', () => {
    const { enable, line, signals, icc, setIcc } = ready();
    enable(40, 0x70);
    enable(41, 0x40);
    setIcc('BPR1', 6);
    line(40, true);
    expect(icc('IAR1')).toBe(40);
    expect(icc('RPR')).toBe(0x40);
    line(41, true);
    expect(signals()).toEqual(['-']);
    setIcc('EOIR1', 40);
    line(41, false);
    setIcc('CTLR', ICC_CTLR.CBPR);
    setIcc('BPR0', 3);
    expect(icc('BPR1')).toBe(4);
    setIcc('BPR1', 7);
    expect(icc('IAR1')).toBe(40);
    line(41, true);
    expect(signals()).toEqual(['irq']);
    setIcc('CTLR', 0);
    expect(icc('BPR1')).toBe(6);
  });

  test('end of interrupt and deactivation can be separate', () => {
    const { enable, line, signals, icc, setIcc, dist } = ready();
    enable(40);
    line(40, true);
    icc('IAR1');
    setIcc('DIR', 40);
    expect(dist(GICD.ISACTIVER + 4)).toBe(1 << 8);
    setIcc('CTLR', ICC_CTLR.EOImode);
    setIcc('EOIR1', 40);
    expect(icc('RPR')).toBe(0xff);
    expect(signals()).toEqual(['-']);
    setIcc('DIR', 40);
    expect(signals()).toEqual(['irq']);
    for (const intid of [SPURIOUS, 1021, 500]) {
      setIcc('DIR', intid);
      setIcc('EOIR1', intid);
    }
    expect(signals()).toEqual(['irq']);
  });

  test('private interrupts are each CPU’s own', () => {
    const { enable, line, signals, icc } = ready(4);
    enable(27, 0x30, 3);
    line(27, true, 0);
    line(27, true, 3);
    expect(signals()).toEqual(['-', '-', '-', 'irq']);
    expect([icc('IAR1', 0), icc('IAR1', 3)]).toEqual([SPURIOUS, 27]);
  });
});

describe('routing', () => {
  test('an SPI goes to the CPU of its affinity, at once and when that changes', () => {
    const { enable, routeTo, line, signals, icc, setIcc } = ready(4);
    enable(40);
    line(40, true);
    expect(signals()).toEqual(['irq', '-', '-', '-']);
    routeTo(40, 2);
    expect(signals()).toEqual(['-', '-', 'irq', '-']);
    expect(icc('IAR1', 2)).toBe(40);
    routeTo(40, 3);
    expect(signals()).toEqual(['-', '-', '-', '-']);
    setIcc('EOIR1', 40, 2);
    expect(signals()).toEqual(['-', '-', '-', 'irq']);
  });

  test('to a CPU of the second cluster, and to none', () => {
    const { enable, routeTo, line, signals, dist } = ready(18);
    enable(40);
    line(40, true);
    routeTo(40, 0x101);
    expect(signals().indexOf('irq')).toBe(17);
    for (const [affinity, aff3] of [
      [0x102, 0],
      [0x10, 0],
      [0x1_0000, 0],
      [0, 1],
    ]) {
      routeTo(40, affinity, aff3);
      expect(signals().every((signal) => signal === '-')).toBe(true);
    }
    routeTo(40, 0xffff_ffff, 0xffff_ffff);
    expect(dist(GICD.IROUTER + 8 * 40)).toBe(0x00ff_ffff);
    expect(dist(GICD.IROUTER + 8 * 40 + 4)).toBe(0xff);
    expect(dist(GICD.IROUTER + 8 * 31)).toBe(0);
  });
});

describe('software-generated interrupts', () => {
  const [IRM_HIGH, INTID_SHIFT] = [1 << 8, 24];

  test('go to the CPUs of a list in a cluster', () => {
    const { signals, setIcc } = ready(20);
    setIcc('SGI1R', (5 << INTID_SHIFT) | 0b1010_0000_0000_0010, 3);
    const signalled = (): number[] => signals().flatMap((signal, cpu) => (signal === 'irq' ? [cpu] : []));
    expect(signalled()).toEqual([1, 13, 15]);
    setIcc('SGI1R', (5 << INTID_SHIFT) | (1 << 16) | 0b1001, 3);
    expect(signalled()).toEqual([1, 13, 15, 16, 19]);
    for (const high of [1 << 16, 1]) setIcc('SGI1R', (5 << INTID_SHIFT) | 1, 3, high);
    expect(signalled()).toEqual([1, 13, 15, 16, 19]);
  });

  test('go to all others', () => {
    const { signals, icc, setIcc } = ready(4);
    setIcc('SGI1R', 7 << INTID_SHIFT, 2, IRM_HIGH);
    expect(signals()).toEqual(['irq', 'irq', '-', 'irq']);
    expect(icc('IAR1', 3)).toBe(7);
    setIcc('EOIR1', 7, 3);
    expect(signals()).toEqual(['irq', 'irq', '-', '-']);
  });

  test('reach CPUs where they are of the register’s group', () => {
    const { signals, setIcc, setRedist } = ready(2);
    setRedist(SGI + GICD.IGROUPR, 0xffff_ff7f, 1);
    setIcc('SGI1R', (7 << INTID_SHIFT) | 0b11);
    expect(signals()).toEqual(['irq', '-']);
    setIcc('SGI0R', (7 << INTID_SHIFT) | 0b11);
    expect(signals()).toEqual(['irq', 'fiq']);
    setRedist(SGI + GICD.ICPENDR, 1 << 7, 1);
    expect(signals()).toEqual(['irq', '-']);
    setIcc('ASGI1R', (7 << INTID_SHIFT) | 0b11);
    expect(signals()).toEqual(['irq', 'fiq']);
  });

  test('can be made pending and disabled like others', () => {
    const { signals, setRedist, redist } = ready(2);
    setRedist(SGI + GICD.ISPENDR, 1 << 3, 1);
    expect(signals()).toEqual(['-', 'irq']);
    setRedist(SGI + GICD.ICENABLER, 1 << 3, 1);
    expect(signals()).toEqual(['-', '-']);
    expect(redist(SGI + GICD.ISENABLER, 1)).toBe(0xfff7);
  });
});

describe('accesses', () => {
  test('the distributor shows no private interrupts, redistributors no others', () => {
    const { dist, setDist, redist, setRedist } = benchV3(2);
    for (const offset of [
      GICD.IGROUPR,
      GICD.ISENABLER,
      GICD.IPRIORITYR,
      GICD.ICFGR,
      GICD.ITARGETSR,
      GICD.SGIR,
    ]) {
      setDist(offset, 0xffff_ffff);
      expect([offset, dist(offset)]).toEqual([offset, 0]);
      setRedist(SGI + offset + 0x24, 0xffff_ffff);
      expect([offset, redist(SGI + offset + 0x24)]).toEqual([offset, 0]);
    }
    expect(redist(SGI + GICD.ICFGR)).toBe(0xaaaa_aaaa);
    setRedist(SGI + GICD.ICFGR + 4, 0xffff_ffff, 1);
    expect([redist(SGI + GICD.ICFGR + 4, 0), redist(SGI + GICD.ICFGR + 4, 1)]).toEqual([0, 0xaaaa_aaaa]);
  });

  test('bytes are of priorities only', () => {
    const { gic, dist, redist } = benchV3(2);
    gic.distributor.write(GICD.IPRIORITYR + 42, 1, 0xab);
    gic.distributor.write(GICD.IPRIORITYR + 40, 2, 0xffff);
    gic.distributor.write(GICD.ISENABLER + 4, 1, 0xff);
    expect([dist(GICD.IPRIORITYR + 40), dist(GICD.ISENABLER + 4)]).toEqual([0xab_0000, 0]);
    expect(gic.distributor.read(GICD.IPRIORITYR + 42, 1)).toBe(0xab);
    expect(gic.distributor.read(GICD.TYPER, 1)).toBe(0);
    gic.redistributors.write(REDISTRIBUTOR_SIZE + SGI + GICD.IPRIORITYR + 3, 1, 0xcd);
    gic.redistributors.write(REDISTRIBUTOR_SIZE + SGI + GICD.ISENABLER, 2, 0xffff);
    expect(redist(SGI + GICD.IPRIORITYR, 1) >>> 0).toBe(0xcd00_0000);
    expect(redist(SGI + GICD.ISENABLER, 1)).toBe(0);
    expect(gic.redistributors.read(GICR.IIDR, 2)).toBe(0);
    expect(gic.redistributors.read(GICR.IIDR + 1, 4)).toBe(0);
    expect(gic.distributor.read(0x1_0000, 4)).toBe(BUS_FAULT);
    expect(gic.distributor.write(0x1_0000, 4, 0)).toBe(BUS_FAULT);
  });
});

describe('the component', () => {
  test('refuses numbers that it cannot have', () => {
    const one = { irq: { level: false, set: () => {} }, fiq: { level: false, set: () => {} } };
    const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
    expect(() => new GicV3({ cpus: [] })).toThrow(invalid);
    expect(() => new GicV3({ cpus: Array(124).fill(one) })).toThrow(invalid);
    expect(() => new GicV3({ cpus: [one], spis: 100 })).toThrow(invalid);
  });

  test('a reset drives the lines down and forgets everything', () => {
    const bench = ready(2);
    bench.enable(45);
    bench.routeTo(45, 1);
    bench.line(45, true);
    bench.setIcc('SGI1R', 1);
    expect(bench.signals()).toEqual(['irq', 'irq']);
    bench.gic.reset();
    expect(bench.signals()).toEqual(['-', '-']);
    expect(bench.gic.snapshot()).toEqual(benchV3(2).gic.snapshot());
  });

  test('a snapshot in the middle of an interrupt goes on elsewhere, lines included', () => {
    const first = ready(4);
    first.enable(45, 0x40);
    first.enable(46, 0x20);
    first.routeTo(45, 1);
    first.routeTo(46, 1);
    first.line(45, true);
    first.icc('IAR1', 1);
    first.line(46, true);
    first.setIcc('SGI0R', 1 << 3);
    first.setIcc('SGI1R', 1 << 2);
    const second = benchV3(4);
    second.gic.restore(structuredClone(first.gic.snapshot()));
    expect(second.signals()).toEqual(['-', 'irq', 'irq', '-']);
    expect(second.gic.snapshot()).toEqual(first.gic.snapshot());
    for (const { icc, setIcc, line, signals } of [first, second]) {
      expect(icc('IAR1', 1)).toBe(46);
      line(46, false);
      setIcc('EOIR1', 46, 1);
      expect(icc('RPR', 1)).toBe(0x40);
      line(45, false);
      setIcc('EOIR1', 45, 1);
      expect(icc('IAR1', 2)).toBe(0);
      expect(signals()).toEqual(['-', '-', '-', '-']);
    }
  });

  test('a snapshot of another shape is refused and changes nothing', () => {
    const { gic } = ready(2);
    const before = gic.snapshot();
    const invalid = expect.objectContaining({ code: 'SNAPSHOT_INVALID' });
    expect(() => gic.restore(benchV3(4).gic.snapshot())).toThrow(invalid);
    expect(() => gic.restore({ ...before, state: undefined })).toThrow(invalid);
    expect(gic.snapshot()).toEqual(before);
  });
});
