/** CPUs that share the lowest affinity level. */
const CLUSTER_SIZE = 16;

/**
 * Affinity of a CPU, Aff3.Aff2.Aff1.Aff0 in a byte each: Aff0 counts to 16, then Aff1, as MPIDR_EL1 has it.
 *
 * @param cpu index in the machine, from 0
 * @spec DDI 0487, MPIDR_EL1
 */
export function affinityOf(cpu: number): number {
  return (Math.floor(cpu / CLUSTER_SIZE) << 8) | (cpu % CLUSTER_SIZE);
}

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
    const aff0 = low & 0xff;
    if (high !== 0 || low >> 16 !== 0 || aff0 >= CLUSTER_SIZE) return -1;
    const cpu = (low >> 8) * CLUSTER_SIZE + aff0;
    return cpu < this.cpus ? cpu : -1;
  }
}
