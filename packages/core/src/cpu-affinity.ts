/** CPUs that share the lowest affinity level. */
const CLUSTER_SIZE = 16;

/**
 * Affinity of a CPU, Aff3.Aff2.Aff1.Aff0 in a byte each, as MPIDR_EL1, PSCI, interrupt controllers and the device tree
 * have it: Aff0 counts to 16, then Aff1.
 *
 * @param index of the CPU in its machine, from 0
 * @spec DDI 0487, MPIDR_EL1
 */
export function cpuAffinity(index: number): number {
  return (Math.floor(index / CLUSTER_SIZE) << 8) | (index % CLUSTER_SIZE);
}

/**
 * Index of the CPU with an affinity, or -1 when none of the machine's has it.
 *
 * @param low Aff2.Aff1.Aff0; other bits must be zero
 * @param high Aff3, and what must be zero with it
 */
export function cpuWithAffinity(low: number, high: number, cpus: number): number {
  const aff0 = low & 0xff;
  if (high !== 0 || low >>> 16 !== 0 || aff0 >= CLUSTER_SIZE) return -1;
  const index = (low >>> 8) * CLUSTER_SIZE + aff0;
  return index < cpus ? index : -1;
}
