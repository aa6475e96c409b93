import { cpuWithAffinity } from '@armature/core';

export { cpuAffinity as affinityOf } from '@armature/core';

/** Finds CPUs by affinity. */
export class CpuAffinities {
  private readonly cpus: number;

  constructor(cpus: number) {
    this.cpus = cpus;
  }

  /**
   * Index of the CPU with an affinity, or -1.
   *
   * @param low Aff2.Aff1.Aff0
   * @param high Aff3
   */
  find(low: number, high: number): number {
    return cpuWithAffinity(low, high, this.cpus);
  }
}
