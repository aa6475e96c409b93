/** A bare-metal AArch64 memory-management kernel: its assembly text, its image, its layout and its scenarios. */
import { source } from './source/index.ts';

export { type Phase3KernelImage, phase3KernelImage } from './image.ts';
export { phase3KernelLayout } from './layout.ts';
export { PAGE_PROBE_ARGUMENTS, PAGE_PROBE_RESULTS, phase3PageProbe } from './page-probe.ts';
export { type Phase3KernelScenario, phase3KernelScenarios } from './scenarios.ts';
export { testNames as phase3KernelTestNames } from './source/test-table.ts';

/**
 * The whole kernel as one assembly text, in GNU as syntax: plain Armv8.0 integer instructions, one flat
 * section, to be placed at `phase3KernelLayout.imageBase`.
 *
 * @example
 * const text = phase3KernelSource();
 */
export function phase3KernelSource(): string {
  return source;
}
