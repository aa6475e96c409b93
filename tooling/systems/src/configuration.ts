/** What a run of a Linux guest is made of; the same on Armature and on QEMU. */

export const KERNEL_PACKAGES = { cloud: 'linux-image-cloud-arm64', generic: 'linux-image-arm64' } as const;
export type KernelName = keyof typeof KERNEL_PACKAGES;

export type EmulatorName = 'armature' | 'qemu';

/** Engines of our CPU; each configuration runs on one. */
export const ENGINES = ['jit', 'interpreter'] as const;
export type Engine = (typeof ENGINES)[number];

export interface Configuration {
  readonly kernel: KernelName;
  readonly cpu: 'cortex-a53' | 'cortex-a72' | 'max';
  readonly cpus: number;
  readonly gic: 2 | 3;
  readonly engine: Engine;
}

/** RAM of every guest, MiB. */
export const MEMORY_MIB = 512;

export const COMMAND_LINE = 'console=ttyAMA0';

/** What QEMU is told, too: `cloud, cortex-a72, 4 CPUs, GICv3`. */
export function describeBoard({ kernel, cpu, cpus, gic }: Omit<Configuration, 'engine'>): string {
  return `${kernel}, ${cpu}, ${cpus} CPU${cpus === 1 ? '' : 's'}, GICv${gic}`;
}

/** A name for people: `cloud, cortex-a72, 4 CPUs, GICv3, jit`. */
export const describeConfiguration = (configuration: Configuration): string =>
  `${describeBoard(configuration)}, ${configuration.engine}`;

const GIC_AND_CPUS = [
  { gic: 2, cpus: 1 },
  { gic: 2, cpus: 4 },
  { gic: 3, cpus: 1 },
  { gic: 3, cpus: 4 },
] as const;

/** What `.ci/run` boots. */
export const LIVE_MATRIX: readonly Configuration[] = ENGINES.flatMap((engine) =>
  GIC_AND_CPUS.map((each) => ({ kernel: 'cloud', cpu: 'cortex-a72', ...each, engine }) as const),
);

/** What `npm run systems` boots. */
export const MATRIX: readonly Configuration[] = [
  ...LIVE_MATRIX,
  ...ENGINES.flatMap((engine) => [
    ...GIC_AND_CPUS.map((each) => ({ kernel: 'generic', cpu: 'cortex-a72', ...each, engine }) as const),
    { kernel: 'cloud', cpu: 'cortex-a53', cpus: 4, gic: 2, engine } as const,
    { kernel: 'cloud', cpu: 'max', cpus: 4, gic: 3, engine } as const,
  ]),
];
