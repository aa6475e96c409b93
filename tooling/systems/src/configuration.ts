/** What a run of a Linux guest is made of; the same on Armature and on QEMU. */

export const KERNEL_PACKAGES = { cloud: 'linux-image-cloud-arm64', generic: 'linux-image-arm64' } as const;
export type KernelName = keyof typeof KERNEL_PACKAGES;

export type EmulatorName = 'armature' | 'qemu';

export interface Configuration {
  readonly kernel: KernelName;
  readonly cpu: 'cortex-a53' | 'cortex-a72' | 'max';
  readonly cpus: number;
  readonly gic: 2 | 3;
}

/** RAM of every guest, MiB. */
export const MEMORY_MIB = 512;

export const COMMAND_LINE = 'console=ttyAMA0';

/** A name for people: `cloud, cortex-a72, 4 CPUs, GICv3`. */
export function describeConfiguration({ kernel, cpu, cpus, gic }: Configuration): string {
  return `${kernel}, ${cpu}, ${cpus} CPU${cpus === 1 ? '' : 's'}, GICv${gic}`;
}

const GIC_AND_CPUS = [
  { gic: 2, cpus: 1 },
  { gic: 2, cpus: 4 },
  { gic: 3, cpus: 1 },
  { gic: 3, cpus: 4 },
] as const;

/** What `.ci/run` boots. */
export const LIVE_MATRIX: readonly Configuration[] = GIC_AND_CPUS.map((each) => ({
  kernel: 'cloud',
  cpu: 'cortex-a72',
  ...each,
}));

/** What `npm run systems` boots. */
export const MATRIX: readonly Configuration[] = [
  ...LIVE_MATRIX,
  ...GIC_AND_CPUS.map((each) => ({ kernel: 'generic', cpu: 'cortex-a72', ...each }) as const),
  { kernel: 'cloud', cpu: 'cortex-a53', cpus: 4, gic: 2 },
  { kernel: 'cloud', cpu: 'max', cpus: 4, gic: 3 },
];
