import type { CpuCluster } from '@armature/core';
import { Interpreter } from '../interpreter/engine.ts';
import { listRegion, type RegionListing } from './listing.ts';
import { addCounts, noCounts, type RegionCounts } from './profile.ts';
import type { JitStatistics, ProfiledRegion, RegionCache } from './region-cache.ts';

/** Regions by size: how many have at most so many instructions, and more than the size before. */
export interface RegionSizes {
  readonly upTo: number;
  readonly regions: number;
}

/** A region that was compiled, and what it did. */
export interface RegionReport {
  /** Virtual address of its entry when it was compiled. */
  readonly address: bigint;
  /** Of the guest, in the region; those that it ran are in `counts`. */
  readonly instructions: number;
  /** Of WebAssembly, without counters. */
  readonly bytes: number;
  readonly counts: RegionCounts;
  /** Compiles it once more, to look at. */
  listing(): RegionListing;
}

/** What regions counted: `cpu({ jit: { profile: true } })`. */
export interface JitProfile {
  /** Instructions run in regions, and in the interpreter, since the machine was built or reset. */
  readonly instructions: { readonly regions: number; readonly interpreter: number };
  /** Sums over all regions. */
  readonly counts: RegionCounts;
  readonly sizes: readonly RegionSizes[];
  /** Those that ran the most instructions, first the hottest. */
  readonly hottest: readonly RegionReport[];
}

/** What the compiler did. Times are milliseconds, sizes bytes. */
export interface JitReport {
  readonly statistics: Readonly<JitStatistics>;
  /** Regions in place. */
  readonly installed: number;
  /** Host memory accounted for compiled code, and the limit of it. */
  readonly memory: { readonly used: number; readonly limit: number };
  readonly profile?: JitProfile;
}

export interface JitReportOptions {
  /** How many of the hottest regions. Default 10. */
  readonly top?: number;
}

const SIZES = [4, 8, 16, 32, 64, 128, 320];

/**
 * Reports on the compiler of a machine's CPUs, with a profile where that was asked for.
 *
 * @param cluster the CPUs: `machine.use('cpu')`
 * @returns undefined when the CPUs have no compiler
 * @example
 * const report = jitReport(machine.use('cpu'), { top: 3 });
 */
export function jitReport(
  cluster: Pick<CpuCluster, 'engines'>,
  { top = 10 }: JitReportOptions = {},
): JitReport | undefined {
  const [engine] = cluster.engines;
  const regions = engine instanceof Interpreter ? engine.regions : undefined;
  if (regions === undefined) return undefined;
  const ran = cluster.engines.reduce((sum, { instructions }) => sum + instructions, 0);
  return {
    statistics: { ...regions.statistics },
    installed: regions.installed,
    memory: regions.memory,
    ...(regions.profiled && { profile: profileOf(regions, regions.profiled, ran, top) }),
  };
}

function profileOf(
  cache: RegionCache,
  profiled: readonly ProfiledRegion[],
  ran: number,
  top: number,
): JitProfile {
  const total = noCounts();
  const reports = profiled.map((region): RegionReport => {
    const counts = region.counts();
    addCounts(total, counts);
    return {
      address: region.address,
      instructions: region.words.size,
      bytes: region.bytes,
      counts,
      listing: () => listRegion(cache, region),
    };
  });
  reports.sort((a, b) => b.counts.instructions - a.counts.instructions);
  return {
    instructions: { regions: total.instructions, interpreter: Math.max(0, ran - total.instructions) },
    counts: total,
    sizes: SIZES.map((upTo, index) => ({
      upTo,
      regions: reports.filter(
        ({ instructions }) => instructions <= upTo && instructions > (SIZES[index - 1] ?? 0),
      ).length,
    })),
    hottest: reports.slice(0, top),
  };
}
