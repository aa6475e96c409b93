/** What a GIC should signal, worked out the long way from its state. */
import { affinityOf, type GicV2State, type GicV3State } from '../src/index.ts';

interface Candidate {
  readonly intid: number;
  readonly priority: number;
  readonly group: number;
}

export interface Expected {
  /** '-', 'irq' or 'fiq'. */
  readonly signal: string;
  /** The highest priority pending interrupt of the enabled groups. */
  readonly highest: Candidate | undefined;
}

type Common = Pick<
  GicV2State,
  'group' | 'enabled' | 'latched' | 'level' | 'edge' | 'active' | 'priority' | 'forwarded'
>;

/** Interrupts that the distributor forwards to a CPU, the next one first. */
function candidates(
  state: Common,
  cpus: number,
  cpu: number,
  targets: (spi: number) => boolean,
): Candidate[] {
  const found: Candidate[] = [];
  const count = 32 + state.priority.length - 32 * cpus;
  for (let intid = 0; intid < count; intid++) {
    const slot = intid < 32 ? 32 * cpu + intid : 32 * cpus + intid - 32;
    const has = (words: readonly number[]): boolean => ((words[slot >> 5] >>> (slot & 31)) & 1) === 1;
    const isPending = has(state.latched) || (has(state.level) && !has(state.edge));
    if (!isPending || !has(state.enabled) || has(state.active)) continue;
    if (intid >= 32 && !targets(intid - 32)) continue;
    const group = has(state.group) ? 1 : 0;
    if (((state.forwarded >> group) & 1) === 0) continue;
    found.push({ intid, group, priority: state.priority[slot] });
  }
  return found.sort((a, b) => a.priority - b.priority || a.intid - b.intid);
}

/** The lowest bit that is set in some words, or -1. */
function lowestBit(words: readonly number[]): number {
  for (let bit = 0; bit < 32 * words.length; bit++) if ((words[bit >> 5] >>> (bit & 31)) & 1) return bit;
  return -1;
}

/** What is left of a priority above the binary point: bits 7 to `lowest`. */
const above = (priority: number, lowest: number): number => Math.floor(priority / 2 ** lowest);

function preempts(next: Candidate, mask: number, running: number | undefined, lowest: number): boolean {
  if (next.priority >= mask) return false;
  return running === undefined || above(next.priority, lowest) < above(running, lowest);
}

export function expectedV2(state: GicV2State, cpu: number): Expected {
  const cpus = state.pmr.length;
  const control = state.ctlr[cpu];
  const targets = (spi: number): boolean => ((state.targets[spi] >> cpu) & 1) === 1;
  const highest = candidates(state, cpus, cpu, targets).find(({ group }) => (control >> group) & 1);
  const words = state.apr.slice(8 * cpu, 8 * cpu + 8);
  const active = lowestBit(words.slice(0, 4).map((word, index) => word | words[4 + index]));
  const running = active < 0 ? undefined : 2 * active;
  if (highest === undefined) return { signal: '-', highest };
  const common = highest.group === 0 || (control & 0x10) !== 0;
  const lowest = common ? state.bpr[cpu] + 1 : state.abpr[cpu];
  if (!preempts(highest, state.pmr[cpu], running, lowest)) return { signal: '-', highest };
  return { signal: highest.group === 0 && control & 8 ? 'fiq' : 'irq', highest };
}

export function expectedV3(state: GicV3State, cpu: number): Expected {
  const cpus = state.pmr.length;
  const targets = (spi: number): boolean =>
    state.routes[2 * spi + 1] === 0 && state.routes[2 * spi] === affinityOf(cpu);
  const forwarded = candidates(state, cpus, cpu, targets);
  const highest = forwarded.find(({ group }) => (state.igrpen[cpu] >> group) & 1);
  const active = lowestBit([state.apr[2 * cpu] | state.apr[2 * cpu + 1]]);
  const running = active < 0 ? undefined : 8 * active;
  if (highest === undefined) return { signal: '-', highest };
  const common = highest.group === 0 || (state.ctlr[cpu] & 1) !== 0;
  const lowest = common ? state.bpr[2 * cpu] + 1 : state.bpr[2 * cpu + 1];
  if (!preempts(highest, state.pmr[cpu], running, lowest)) return { signal: '-', highest };
  return { signal: highest.group === 0 ? 'fiq' : 'irq', highest };
}
