import { BUS_FAULT } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { GICC, GICC_CTLR, GICD, GicV2 } from '../src/index.ts';
import { benchV2 } from './benches.ts';

const SPURIOUS = 1023;

/** A bench with both groups on everywhere and every priority let through. */
function ready(cpus = 1, control = 3) {
  const bench = benchV2(cpus);
  bench.setDist(GICD.CTLR, 3);
  for (let cpu = 0; cpu < cpus; cpu++) {
    bench.setCpuif(GICC.CTLR, control, cpu);
    bench.setCpuif(GICC.PMR, 0xff, cpu);
  }
  const enable = (intid: number, priority = 0x80, cpu = 0): void => {
    bench.setDist(GICD.ISENABLER + 4 * (intid >> 5), 1 << (intid & 31), cpu);
    bench.setDist(GICD.IPRIORITYR + intid, priority, cpu, 1);
  };
  const target = (intid: number, mask: number): void => bench.setDist(GICD.ITARGETSR + intid, mask, 0, 1);
  const edge = (intid: number): void => bench.setDist(GICD.ICFGR + 4 * (intid >> 4), 2 << (2 * (intid & 15)));
  return { ...bench, enable, target, edge };
}

describe('handling of one interrupt', () => {
  test('a level-sensitive interrupt is pending while its line is up', () => {
    const { enable, line, signals, dist, cpuif, setCpuif } = ready();
    enable(40);
    line(40, true);
    expect(signals()).toEqual(['irq']);
    expect(dist(GICD.ISPENDR + 4)).toBe(1 << 8);
    line(40, false);
    expect(signals()).toEqual(['-']);
    expect(dist(GICD.ISPENDR + 4)).toBe(0);
    line(40, true);
    expect(cpuif(GICC.IAR)).toBe(40);
    expect(signals()).toEqual(['-']);
    expect(dist(GICD.ISACTIVER + 4)).toBe(1 << 8);
    expect(dist(GICD.ISPENDR + 4)).toBe(1 << 8);
    expect(cpuif(GICC.IAR)).toBe(SPURIOUS);
    setCpuif(GICC.EOIR, 40);
    expect(signals()).toEqual(['irq']);
    expect(cpuif(GICC.IAR)).toBe(40);
    line(40, false);
    setCpuif(GICC.EOIR, 40);
    expect(signals()).toEqual(['-']);
    expect(dist(GICD.ISACTIVER + 4)).toBe(0);
  });

  test('an edge-triggered interrupt is pending from a rising edge until it is taken', () => {
    const { enable, edge, line, signals, cpuif, setCpuif } = ready();
    edge(40);
    enable(40);
    line(40, true);
    line(40, false);
    expect(cpuif(GICC.IAR)).toBe(40);
    line(40, true);
    expect(signals()).toEqual(['-']);
    setCpuif(GICC.EOIR, 40);
    expect(signals()).toEqual(['irq']);
    expect(cpuif(GICC.IAR)).toBe(40);
    setCpuif(GICC.EOIR, 40);
    expect(signals()).toEqual(['-']);
    line(40, true);
    expect(signals()).toEqual(['-']);
  });

  test('software makes an interrupt pending, whatever its trigger, and clears only what it latched', () => {
    const { enable, line, signals, setDist, cpuif } = ready();
    enable(40);
    setDist(GICD.ISPENDR + 4, 1 << 8);
    expect(signals()).toEqual(['irq']);
    setDist(GICD.ICPENDR + 4, 1 << 8);
    expect(signals()).toEqual(['-']);
    line(40, true);
    setDist(GICD.ICPENDR + 4, 1 << 8);
    expect(signals()).toEqual(['irq']);
    setDist(GICD.ISPENDR + 4, 1 << 8);
    line(40, false);
    expect(signals()).toEqual(['irq']);
    expect(cpuif(GICC.IAR)).toBe(40);
    expect(signals()).toEqual(['-']);
  });

  test('a disabled interrupt is pending without being signalled', () => {
    const { line, signals, dist, enable, setDist } = ready();
    line(41, true);
    expect(signals()).toEqual(['-']);
    expect(dist(GICD.ICPENDR + 4)).toBe(1 << 9);
    enable(41);
    expect(signals()).toEqual(['irq']);
    setDist(GICD.ICENABLER + 4, 1 << 9);
    expect(signals()).toEqual(['-']);
  });

  test('distributor, CPU interface and priority mask each hold interrupts back', () => {
    const { enable, line, signals, setDist, setCpuif, cpuif } = ready();
    enable(40, 0x80);
    line(40, true);
    setDist(GICD.CTLR, 2);
    expect(signals()).toEqual(['-']);
    expect(cpuif(GICC.HPPIR)).toBe(SPURIOUS);
    setDist(GICD.CTLR, 1);
    expect(signals()).toEqual(['irq']);
    setCpuif(GICC.CTLR, 0);
    expect(signals()).toEqual(['-']);
    expect(cpuif(GICC.IAR)).toBe(SPURIOUS);
    setCpuif(GICC.CTLR, 1);
    setCpuif(GICC.PMR, 0x80);
    expect(signals()).toEqual(['-']);
    expect(cpuif(GICC.IAR)).toBe(SPURIOUS);
    expect(cpuif(GICC.HPPIR)).toBe(40);
    setCpuif(GICC.PMR, 0x81);
    expect(signals()).toEqual(['irq']);
  });

  test('end of interrupt and deactivation can be separate', () => {
    const { enable, line, signals, dist, cpuif, setCpuif } = ready(1, 3 | GICC_CTLR.EOImode);
    enable(40, 0x40);
    line(40, true);
    expect(cpuif(GICC.IAR)).toBe(40);
    expect(cpuif(GICC.RPR)).toBe(0x40);
    setCpuif(GICC.EOIR, 40);
    expect(cpuif(GICC.RPR)).toBe(0xff);
    expect(dist(GICD.ISACTIVER + 4)).toBe(1 << 8);
    expect(signals()).toEqual(['-']);
    setCpuif(GICC.DIR, 40);
    expect(dist(GICD.ISACTIVER + 4)).toBe(0);
    expect(signals()).toEqual(['irq']);
  });

  test('GICC_DIR does nothing while they are not, and ends of what is not there neither', () => {
    const { enable, line, dist, cpuif, setCpuif } = ready();
    enable(40, 0x40);
    line(40, true);
    cpuif(GICC.IAR);
    setCpuif(GICC.DIR, 40);
    for (const intid of [SPURIOUS, 1022, 1000, 200]) setCpuif(GICC.EOIR, intid);
    expect(dist(GICD.ISACTIVER + 4)).toBe(1 << 8);
    expect(cpuif(GICC.RPR)).toBe(0x40);
    line(40, false);
    setCpuif(GICC.EOIR, 40);
    setCpuif(GICC.EOIR, 40);
    expect(cpuif(GICC.RPR)).toBe(0xff);
  });
});

describe('priorities', () => {
  test('the lowest value comes first, then the lowest INTID', () => {
    const { enable, line, cpuif } = ready();
    for (const [intid, priority] of [
      [50, 0x60],
      [41, 0x60],
      [27, 0x60],
      [60, 0x20],
    ]) {
      enable(intid, priority);
      line(intid, true);
    }
    expect(cpuif(GICC.HPPIR)).toBe(60);
    enable(60, 0x70);
    expect(cpuif(GICC.HPPIR)).toBe(27);
    line(27, false);
    expect(cpuif(GICC.HPPIR)).toBe(41);
    enable(50, 0x58);
    expect(cpuif(GICC.HPPIR)).toBe(50);
  });

  test('a higher group priority preempts, and ends restore what ran before', () => {
    const { enable, line, signals, cpuif, setCpuif } = ready();
    enable(40, 0xa0);
    enable(41, 0x60);
    enable(42, 0x20);
    line(40, true);
    expect(cpuif(GICC.IAR)).toBe(40);
    line(41, true);
    expect(signals()).toEqual(['irq']);
    expect(cpuif(GICC.IAR)).toBe(41);
    line(42, true);
    expect(cpuif(GICC.IAR)).toBe(42);
    expect(cpuif(GICC.RPR)).toBe(0x20);
    expect(cpuif(GICC.APR)).toBe(1 << 16);
    expect(cpuif(GICC.APR + 4)).toBe(1 << 16);
    expect(cpuif(GICC.APR + 8)).toBe(1 << 16);
    for (const [intid, running] of [
      [42, 0x60],
      [41, 0xa0],
      [40, 0xff],
    ]) {
      line(intid, false);
      setCpuif(GICC.EOIR, intid);
      expect(cpuif(GICC.RPR)).toBe(running);
    }
  });

  test.each([
    [0, 0x7e, true],
    [0, 0x7f, true],
    [3, 0x70, false],
    [3, 0x6f, true],
    [6, 0x7f, true],
    [6, 0x00, true],
    [7, 0x00, false],
  ])('with binary point %i, priority %i preempts 128 or not', (point, priority, preempts) => {
    const { enable, line, signals, cpuif, setCpuif } = ready();
    setCpuif(GICC.BPR, point);
    enable(40, point === 3 ? 0x78 : 0x80);
    enable(41, priority);
    line(40, true);
    expect(cpuif(GICC.IAR)).toBe(40);
    line(41, true);
    expect(signals()).toEqual([preempts ? 'irq' : '-']);
  });

  test.each([
    [1, 0x7d, true],
    [1, 0x7e, false],
    [5, 0x60, false],
    [5, 0x5f, true],
    [7, 0x00, false],
  ])(
    'with the binary point of group 1 at %i, priority %i preempts 127 or not',
    (point, priority, preempts) => {
      const { enable, line, signals, cpuif, setCpuif, setDist } = ready(1, 7);
      setDist(GICD.IGROUPR + 4, 0xffff_ffff);
      setCpuif(GICC.BPR, 2);
      setCpuif(GICC.ABPR, point);
      enable(40, 0x7f);
      enable(41, priority);
      line(40, true);
      expect(cpuif(GICC.IAR)).toBe(40);
      expect(cpuif(GICC.RPR)).toBe(0x7f & (0xff << point));
      line(41, true);
      expect(signals()).toEqual([preempts ? 'irq' : '-']);
    },
  );

  test('group 1 has a binary point of its own, or shares that of group 0', () => {
    const { enable, line, signals, cpuif, setCpuif, setDist } = ready(1, 7);
    setDist(GICD.IGROUPR + 4, 0xffff_ffff);
    setCpuif(GICC.BPR, 0);
    setCpuif(GICC.ABPR, 7);
    enable(40, 0x70);
    enable(41, 0x10);
    line(40, true);
    expect(cpuif(GICC.IAR)).toBe(40);
    expect(cpuif(GICC.NSAPR)).toBe(1);
    line(41, true);
    expect(signals()).toEqual(['-']);
    setCpuif(GICC.EOIR, 40);
    setCpuif(GICC.CTLR, 7 | GICC_CTLR.CBPR);
    line(41, false);
    expect(cpuif(GICC.IAR)).toBe(40);
    line(41, true);
    expect(signals()).toEqual(['irq']);
    setCpuif(GICC.ABPR, 0);
    expect(cpuif(GICC.ABPR)).toBe(1);
  });
});

describe('groups', () => {
  test('GICC_IAR gives group 1 only with AckCtl; its alias gives nothing else', () => {
    const { enable, line, cpuif, setCpuif, setDist, signals } = ready();
    setDist(GICD.IGROUPR + 4, 1 << 8);
    enable(40, 0x40);
    line(40, true);
    expect(signals()).toEqual(['irq']);
    expect(cpuif(GICC.IAR)).toBe(1022);
    expect(cpuif(GICC.HPPIR)).toBe(1022);
    expect(cpuif(GICC.AHPPIR)).toBe(40);
    expect(cpuif(GICC.AIAR)).toBe(40);
    setCpuif(GICC.AEOIR, 40);
    setCpuif(GICC.CTLR, 3 | GICC_CTLR.AckCtl);
    expect(cpuif(GICC.HPPIR)).toBe(40);
    expect(cpuif(GICC.IAR)).toBe(40);
    setCpuif(GICC.EOIR, 40);
    enable(41, 0x20);
    line(41, true);
    expect(cpuif(GICC.AIAR)).toBe(SPURIOUS);
    expect(cpuif(GICC.AHPPIR)).toBe(SPURIOUS);
    expect(cpuif(GICC.IAR)).toBe(41);
    setCpuif(GICC.AEOIR, 41);
    expect(cpuif(GICC.RPR)).toBe(0x20);
  });

  test('FIQEn signals group 0 as FIQ', () => {
    const { enable, line, signals, setDist } = ready(1, 3 | GICC_CTLR.FIQEn);
    setDist(GICD.IGROUPR + 4, 1 << 8);
    enable(40, 0x40);
    enable(41, 0x50);
    line(41, true);
    expect(signals()).toEqual(['fiq']);
    line(40, true);
    expect(signals()).toEqual(['irq']);
    line(40, false);
    expect(signals()).toEqual(['fiq']);
  });

  test('a disabled group of higher priority hides nothing', () => {
    const { enable, line, cpuif, setCpuif, setDist } = ready();
    setDist(GICD.IGROUPR + 4, 1 << 8);
    enable(40, 0x10);
    enable(41, 0x50);
    line(40, true);
    line(41, true);
    setDist(GICD.CTLR, 1);
    expect(cpuif(GICC.HPPIR)).toBe(41);
    setDist(GICD.CTLR, 3);
    setCpuif(GICC.CTLR, 1);
    expect(cpuif(GICC.IAR)).toBe(41);
  });
});

describe('software-generated interrupts', () => {
  const sgi = (filter: number, targets: number, intid: number): number =>
    (filter << 24) | (targets << 16) | intid;

  test('go to the CPUs of the list, to all others, or back', () => {
    const { setDist, signals, cpuif } = ready(4);
    setDist(GICD.SGIR, sgi(0, 0b1010, 3), 0);
    expect(signals()).toEqual(['-', 'irq', '-', 'irq']);
    expect([cpuif(GICC.IAR, 1), cpuif(GICC.IAR, 3)]).toEqual([3, 3]);
    setDist(GICD.SGIR, sgi(1, 0xff, 4), 2);
    expect(signals()).toEqual(['irq', '-', '-', '-']);
    expect(cpuif(GICC.HPPIR, 1)).toBe(4 | (2 << 10));
    setDist(GICD.SGIR, sgi(2, 0, 5), 2);
    expect(cpuif(GICC.IAR, 2)).toBe(5 | (2 << 10));
    setDist(GICD.SGIR, sgi(3, 0xff, 6), 2);
    setDist(GICD.SGIR, sgi(0, 0xf0, 6), 2);
    expect(signals()[2]).toBe('-');
  });

  test('are pending once for each CPU that sent them, the lowest first', () => {
    const { setDist, signals, cpuif, setCpuif, dist } = ready(4);
    for (const sender of [3, 1, 3]) setDist(GICD.SGIR, sgi(0, 1, 9), sender);
    expect(dist(GICD.SPENDSGIR + 8) >>> 8).toBe(0b1010);
    expect(dist(GICD.ISPENDR)).toBe(1 << 9);
    expect(cpuif(GICC.IAR)).toBe(9 | (1 << 10));
    expect(signals()[0]).toBe('-');
    expect(dist(GICD.ISPENDR)).toBe(1 << 9);
    setCpuif(GICC.EOIR, 9 | (1 << 10));
    expect(signals()[0]).toBe('irq');
    expect(cpuif(GICC.IAR)).toBe(9 | (3 << 10));
    setCpuif(GICC.EOIR, 9 | (3 << 10));
    expect(signals()[0]).toBe('-');
    expect(dist(GICD.ISPENDR)).toBe(0);
  });

  test('have pending registers of their own, banked like all state of private interrupts', () => {
    const { setDist, dist, signals } = ready(2);
    setDist(GICD.SPENDSGIR + 4, 0xff00_ff02, 1);
    expect(dist(GICD.CPENDSGIR + 4, 1)).toBe(0x0300_0302);
    expect(dist(GICD.CPENDSGIR + 4, 0)).toBe(0);
    expect(signals()).toEqual(['-', 'irq']);
    setDist(GICD.CPENDSGIR + 4, 0x0200_0302, 1);
    expect(dist(GICD.SPENDSGIR + 4, 1)).toBe(0x0100_0000);
    setDist(GICD.CPENDSGIR + 7, 1, 1, 1);
    expect(signals()).toEqual(['-', '-']);
    setDist(GICD.ISPENDR, 0xffff, 0);
    expect(dist(GICD.ISPENDR, 0)).toBe(0);
    setDist(GICD.ICENABLER, 0xffff_ffff, 0);
    expect(dist(GICD.ISENABLER, 0)).toBe(0xffff);
    setDist(GICD.ICFGR, 0, 0);
    expect(dist(GICD.ICFGR)).toBe(0xaaaa_aaaa);
  });
});

describe('several CPUs', () => {
  test('private interrupts are each CPU’s own', () => {
    const { enable, line, signals, dist, cpuif, setDist } = ready(2);
    enable(27, 0x30, 1);
    line(27, true, 0);
    expect(signals()).toEqual(['-', '-']);
    line(27, true, 1);
    expect(signals()).toEqual(['-', 'irq']);
    expect([dist(GICD.IPRIORITYR + 24, 0) >>> 24, dist(GICD.IPRIORITYR + 24, 1) >>> 24]).toEqual([0, 0x30]);
    expect(cpuif(GICC.IAR, 0)).toBe(SPURIOUS);
    expect(cpuif(GICC.IAR, 1)).toBe(27);
    setDist(GICD.IGROUPR, 1 << 27, 0);
    expect([dist(GICD.IGROUPR, 0), dist(GICD.IGROUPR, 1)]).toEqual([1 << 27, 0]);
  });

  test('a shared interrupt goes to all its targets, and the first to take it has it', () => {
    const { enable, target, line, signals, cpuif, setCpuif } = ready(4);
    enable(45);
    line(45, true);
    expect(signals()).toEqual(['-', '-', '-', '-']);
    target(45, 0b1101);
    expect(signals()).toEqual(['irq', '-', 'irq', 'irq']);
    expect(cpuif(GICC.IAR, 2)).toBe(45);
    expect(signals()).toEqual(['-', '-', '-', '-']);
    expect(cpuif(GICC.IAR, 0)).toBe(SPURIOUS);
    target(45, 0b0010);
    setCpuif(GICC.EOIR, 45, 2);
    expect(signals()).toEqual(['-', 'irq', '-', '-']);
  });

  test('targets: of private interrupts oneself, read-only; of SPIs the CPUs there are', () => {
    const { dist, setDist } = ready(4);
    expect(dist(GICD.ITARGETSR + 12, 2)).toBe(0x0404_0404);
    setDist(GICD.ITARGETSR, 0xffff_ffff, 1);
    expect(dist(GICD.ITARGETSR, 1)).toBe(0x0202_0202);
    setDist(GICD.ITARGETSR + 32, 0xffff_0102);
    expect(dist(GICD.ITARGETSR + 32)).toBe(0x0f0f_0102);
    setDist(GICD.ITARGETSR + 34, 0x4, 0, 1);
    expect(dist(GICD.ITARGETSR + 32)).toBe(0x0f04_0102);
    setDist(GICD.ITARGETSR + 32 + 96, 0xffff_ffff);
    expect(dist(GICD.ITARGETSR + 32 + 96)).toBe(0);
  });

  test('GICD_TYPER tells CPUs and interrupts', () => {
    expect(benchV2(1, 96).dist(GICD.TYPER)).toBe(3);
    expect(benchV2(4, 256).dist(GICD.TYPER)).toBe(8 | (3 << 5));
    expect(benchV2(8, 960).dist(GICD.TYPER)).toBe(30 | (7 << 5));
  });

  test('with one CPU, targets are fixed and read as zero', () => {
    const { dist, setDist, enable, line, signals } = ready();
    setDist(GICD.ITARGETSR + 40, 0xff, 0, 1);
    expect([dist(GICD.ITARGETSR), dist(GICD.ITARGETSR + 40)]).toEqual([0, 0]);
    enable(40);
    line(40, true);
    expect(signals()).toEqual(['irq']);
  });
});

describe('accesses', () => {
  test('bytes and half-words of the distributor take part in their words', () => {
    const { gic, dist } = ready();
    const { distributor } = gic;
    distributor.write(GICD.IPRIORITYR + 41, 1, 0xab);
    distributor.write(GICD.IPRIORITYR + 42, 2, 0xcdef);
    expect(dist(GICD.IPRIORITYR + 40)).toBe(0xcdef_ab00);
    expect(distributor.read(GICD.IPRIORITYR + 42, 2)).toBe(0xcdef);
    expect(distributor.read(GICD.IPRIORITYR + 43, 1)).toBe(0xcd);
    distributor.write(GICD.ISENABLER + 5, 1, 0x81);
    expect(dist(GICD.ISENABLER + 4)).toBe(0x8100);
    distributor.write(GICD.ICENABLER + 5, 1, 0x01);
    expect(dist(GICD.ISENABLER + 4)).toBe(0x8000);
    distributor.write(GICD.IGROUPR + 4, 4, 0xffff_ffff);
    distributor.write(GICD.IGROUPR + 6, 2, 0);
    expect(dist(GICD.IGROUPR + 4)).toBe(0xffff);
    distributor.write(GICD.ICFGR + 9, 1, 0xff);
    expect(dist(GICD.ICFGR + 8)).toBe(0xaa00);
  });

  test('misaligned ones read as zero and ignore writes', () => {
    const { gic } = ready();
    gic.distributor.write(GICD.IPRIORITYR + 41, 4, 0xffff_ffff);
    gic.distributor.write(GICD.IPRIORITYR + 41, 2, 0xffff);
    expect(gic.distributor.read(GICD.IPRIORITYR + 40, 4)).toBe(0);
    expect(gic.distributor.read(GICD.TYPER + 1, 4)).toBe(0);
    gic.cpuInterface.write(GICC.PMR + 2, 2, 0);
    expect(gic.cpuInterface.read(GICC.PMR, 1)).toBe(0xff);
    expect(gic.cpuInterface.read(GICC.PMR + 1, 1)).toBe(0);
  });

  test('an SGI takes a whole word', () => {
    const { gic, signals } = ready();
    gic.distributor.write(GICD.SGIR + 2, 2, 0x0200);
    expect(signals()).toEqual(['-']);
  });

  test('past the registers are external aborts', () => {
    const { gic } = ready();
    expect(gic.distributor.read(0x1000, 4)).toBe(BUS_FAULT);
    expect(gic.distributor.write(0x1000, 4, 0)).toBe(BUS_FAULT);
    expect(gic.cpuInterface.read(0x2000, 4)).toBe(BUS_FAULT);
    expect(gic.cpuInterface.write(0x2000, 1, 0)).toBe(BUS_FAULT);
    expect(gic.cpuInterface.read(0x1ffc, 4)).toBe(0);
  });
});

describe('the component', () => {
  test('refuses numbers that it cannot have', () => {
    const one = { irq: { level: false, set: () => {} }, fiq: { level: false, set: () => {} } };
    const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
    expect(() => new GicV2({ cpus: [] })).toThrow(invalid);
    expect(() => new GicV2({ cpus: Array(9).fill(one) })).toThrow(invalid);
    for (const spis of [0, 31, 33, 992, -32, Number.NaN]) {
      expect(() => new GicV2({ cpus: [one], spis })).toThrow(invalid);
    }
  });

  test('a reset drives the lines down and forgets everything', () => {
    const bench = ready(2);
    const fresh = benchV2(2).gic.snapshot();
    bench.target(45, 3);
    bench.enable(45);
    bench.line(45, true);
    bench.setDist(GICD.SGIR, (1 << 24) | 3);
    expect(bench.signals()).toEqual(['irq', 'irq']);
    bench.gic.reset();
    expect(bench.signals()).toEqual(['-', '-']);
    expect(bench.gic.snapshot()).toEqual(fresh);
  });

  test('a snapshot in the middle of an interrupt goes on elsewhere, lines included', () => {
    const first = ready(4);
    first.target(45, 0b0110);
    first.enable(45, 0x40);
    first.enable(46, 0x20);
    first.target(46, 0b0010);
    first.line(45, true);
    first.cpuif(GICC.IAR, 1);
    first.line(46, true);
    for (const sender of [0, 3]) first.setDist(GICD.SGIR, (1 << (16 + 2)) | 7, sender);
    const second = benchV2(4);
    second.gic.restore(structuredClone(first.gic.snapshot()));
    expect(second.signals()).toEqual(['-', 'irq', 'irq', '-']);
    expect(second.gic.snapshot()).toEqual(first.gic.snapshot());
    for (const { cpuif, setCpuif, line, signals } of [first, second]) {
      expect(cpuif(GICC.IAR, 1)).toBe(46);
      line(46, false);
      setCpuif(GICC.EOIR, 46, 1);
      expect(cpuif(GICC.RPR, 1)).toBe(0x40);
      setCpuif(GICC.EOIR, 45, 1);
      expect(cpuif(GICC.IAR, 2)).toBe(7);
      expect(cpuif(GICC.IAR, 1)).toBe(45);
      setCpuif(GICC.EOIR, 7, 2);
      expect(cpuif(GICC.IAR, 2)).toBe(7 | (3 << 10));
      expect(signals()).toEqual(['-', '-', '-', '-']);
    }
  });

  test('a snapshot of another shape is refused', () => {
    const invalid = expect.objectContaining({ code: 'SNAPSHOT_INVALID' });
    const { gic } = benchV2(2);
    expect(() => gic.restore(benchV2(4).gic.snapshot())).toThrow(invalid);
    expect(() => gic.restore(benchV2(2, 128).gic.snapshot())).toThrow(invalid);
    const before = gic.snapshot();
    const { state, ...header } = benchV2(2).gic.snapshot();
    const broken = { ...state, priority: state.priority.map(() => 1), apr: undefined };
    expect(() => gic.restore({ ...header, state: broken })).toThrow(invalid);
    expect(gic.snapshot()).toEqual(before);
  });
});
