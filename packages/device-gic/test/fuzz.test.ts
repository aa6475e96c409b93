/** Random accesses of everything, checked against the reference; and snapshots at random points. */
import { describe, expect, test } from 'vitest';
import { GICC, GICD, GICR, type GicV2State, type GicV3State, REDISTRIBUTOR_SIZE } from '../src/index.ts';
import { benchV2, benchV3 } from './benches.ts';
import { randomNumbers } from './random.ts';
import { expectedV2, expectedV3 } from './reference.ts';

const ACCESSES = 100_000;
/** Accesses between two comparisons with the reference. */
const INTERVAL = 100;
const SIZES = [1, 2, 4] as const;
const BANKS = [
  GICD.IGROUPR,
  GICD.ISENABLER,
  GICD.ISENABLER,
  GICD.ICENABLER,
  GICD.ISPENDR,
  GICD.ICPENDR,
  GICD.ISACTIVER,
  GICD.ICACTIVER,
  GICD.ICACTIVER,
];
type Random = ReturnType<typeof randomNumbers>;

/** An offset in the distributor: half the time a register of interrupts, else anything. */
function offsetIn(random: Random, size: number): number {
  if (random(2)) return BANKS[random(BANKS.length)] + 4 * random(4);
  return random(2) ? GICD.IPRIORITYR + random(0x80) : random(size);
}

const sparse = (random: Random): number => (random(2 ** 31) & random(2 ** 31)) >>> 0;

function fuzzV2(
  cpus: number,
  seed: number,
  accesses: number,
  each: (bench: ReturnType<typeof benchV2>) => void,
) {
  const random = randomNumbers(seed);
  const bench = benchV2(cpus);
  bench.setDist(GICD.CTLR, 3);
  for (let count = 0; count < accesses; count++) {
    const cpu = random(cpus);
    const size = SIZES[random(3)];
    const value = sparse(random);
    switch (random(8)) {
      case 0:
      case 1:
        bench.setDist(offsetIn(random, 0x1000), value, cpu, size);
        break;
      case 2:
        bench.dist(offsetIn(random, 0x1000), cpu);
        break;
      case 3:
        bench.setCpuif(4 * random(12), random(4) ? value : 0xffff_ffff, cpu);
        break;
      case 4:
        bench.gic.cpuInterface.read(random(0x1100), size);
        break;
      case 5:
        bench.setCpuif(GICC.EOIR, random(128), cpu);
        bench.setCpuif(GICC.DIR, random(128), cpu);
        break;
      case 6:
        bench.cpuif(GICC.IAR, cpu);
        break;
      default:
        bench.line(16 + random(112), random(2) === 1, cpu);
    }
    if (random(200) === 0) for (const at of [0, 4, 8, 12]) bench.setCpuif(GICC.APR + at, 0, cpu);
    if (random(200) === 0) for (const at of [0, 4, 8, 12]) bench.setCpuif(GICC.NSAPR + at, 0, cpu);
    if (count % INTERVAL === 0) each(bench);
  }
}

function checkV2(bench: ReturnType<typeof benchV2>): void {
  const { state } = bench.gic.snapshot();
  state.pmr.forEach((_, cpu) => {
    const { signal, highest } = expectedV2(state, cpu);
    const sources =
      highest === undefined || highest.intid > 15 ? 0 : state.sgiSources[16 * cpu + highest.intid];
    const source = sources === 0 ? 0 : Math.log2(sources & -sources);
    const shown = highest === undefined ? 1023 : highest.intid | (source << 10);
    const isHidden = highest?.group === 1 && (state.ctlr[cpu] & 4) === 0;
    expect([bench.signals()[cpu], bench.cpuif(GICC.HPPIR, cpu)]).toEqual([signal, isHidden ? 1022 : shown]);
    for (let sgi = 0; sgi < 16; sgi++) {
      expect(state.sgiSources[16 * cpu + sgi] !== 0).toBe(((state.latched[cpu] >> sgi) & 1) === 1);
    }
  });
}

const V3_READS = [
  'IAR0',
  'IAR1',
  'HPPIR0',
  'HPPIR1',
  'RPR',
  'BPR0',
  'BPR1',
  'CTLR',
  'PMR',
  'SRE',
  'AP0R0',
  'AP1R0',
];
const V3_WRITES = [
  'BPR0',
  'BPR1',
  'CTLR',
  'PMR',
  'SRE',
  'AP0R0',
  'AP1R0',
  'IGRPEN0',
  'IGRPEN1',
  'SGI0R',
  'SGI1R',
  'ASGI1R',
];

function fuzzV3(
  cpus: number,
  seed: number,
  accesses: number,
  each: (bench: ReturnType<typeof benchV3>) => void,
) {
  const random = randomNumbers(seed);
  const bench = benchV3(cpus);
  bench.setDist(GICD.CTLR, 3);
  for (let count = 0; count < accesses; count++) {
    const cpu = random(cpus);
    const size = SIZES[random(3)];
    const value = sparse(random);
    switch (random(10)) {
      case 0:
        bench.setDist(offsetIn(random, 0x1_0000), value, size);
        break;
      case 1:
        bench.setRedist(GICR.SGI + offsetIn(random, 0x1_0000), value, cpu, size);
        break;
      case 2:
        bench.setDist(GICD.IROUTER + 8 * (32 + random(96)), random(cpus + 1));
        break;
      case 3:
        bench.gic.redistributors.read(random((cpus + 1) * REDISTRIBUTOR_SIZE), size);
        bench.gic.distributor.read(offsetIn(random, 0x1_0000), size);
        break;
      case 4:
        bench.setIcc(
          V3_WRITES[random(V3_WRITES.length)],
          random(4) ? value : 0xffff_ffff,
          cpu,
          sparse(random),
        );
        break;
      case 5:
        bench.icc(V3_READS[random(V3_READS.length)], cpu);
        break;
      case 6:
        bench.setIcc(`EOIR${random(2)}`, random(128), cpu);
        bench.setIcc('DIR', random(128), cpu);
        break;
      case 7:
        bench.icc(`IAR${random(2)}`, cpu);
        break;
      case 8:
        bench.setIcc(`SGI${random(2)}R`, (random(16) << 24) | random(1 << cpus), cpu);
        break;
      default:
        bench.line(16 + random(112), random(2) === 1, cpu);
    }
    if (random(100) === 0) for (const name of ['AP0R0', 'AP1R0']) bench.setIcc(name, 0, cpu);
    if (random(100) === 0) for (const name of ['IGRPEN0', 'IGRPEN1', 'PMR']) bench.setIcc(name, 0xff, cpu);
    if (count % INTERVAL === 0) each(bench);
  }
}

function checkV3(bench: ReturnType<typeof benchV3>): void {
  const { state } = bench.gic.snapshot();
  state.pmr.forEach((_, cpu) => {
    const { signal, highest } = expectedV3(state, cpu);
    const shown = [0, 1].map((group) => (highest?.group === group ? highest.intid : 1023));
    const found = [bench.signals()[cpu], bench.icc('HPPIR0', cpu), bench.icc('HPPIR1', cpu)];
    expect(found).toEqual([signal, ...shown]);
  });
}

describe.each([1, 4])('with %i CPUs', (cpus) => {
  test('a GICv2 signals what the reference expects', () => {
    const seen = new Set<string>();
    fuzzV2(cpus, 0x1234 + cpus, ACCESSES, (bench) => {
      checkV2(bench);
      for (const signal of bench.signals()) seen.add(signal);
    });
    expect([...seen].sort()).toEqual(['-', 'fiq', 'irq']);
  });

  test('a GICv3 signals what the reference expects', () => {
    const seen = new Set<string>();
    fuzzV3(cpus, 0x4321 + cpus, ACCESSES, (bench) => {
      checkV3(bench);
      for (const signal of bench.signals()) seen.add(signal);
    });
    expect([...seen].sort()).toEqual(['-', 'fiq', 'irq']);
  });

  test('snapshots at random points restore everything', () => {
    fuzzV2(cpus, 77, 20_000, (bench) => {
      const copy = benchV2(cpus);
      const snapshot = JSON.parse(JSON.stringify(bench.gic.snapshot())) as { state: GicV2State };
      copy.gic.restore(snapshot as never);
      expect(copy.gic.snapshot()).toEqual(snapshot);
      expect(copy.signals()).toEqual(bench.signals());
    });
    fuzzV3(cpus, 78, 20_000, (bench) => {
      const copy = benchV3(cpus);
      const snapshot = JSON.parse(JSON.stringify(bench.gic.snapshot())) as { state: GicV3State };
      copy.gic.restore(snapshot as never);
      expect(copy.gic.snapshot()).toEqual(snapshot);
      expect(copy.signals()).toEqual(bench.signals());
    });
  });
});
