/**
 * The state of a GIC's interrupts, and the one thing that runs often: which pending interrupt comes next.
 *
 * Each property of interrupts is a bit in words of 32 INTIDs. Word 0 (SGIs and PPIs) exists once per CPU; the
 * words of SPIs are shared and follow. A candidate of a CPU is an interrupt that is pending, enabled, not active
 * and routed to it. The best candidate of each group and CPU is kept at all times: a change of one interrupt is
 * compared with it, and words are scanned only when the best itself goes, or when a register changes many.
 *
 * @spec IHI 0048B, Interrupt handling state machine; IHI 0069, Interrupt lifecycle
 */

/** INTID that says "no interrupt". */
export const SPURIOUS = 1023;
/** Lower than every priority. */
export const IDLE_PRIORITY = 0x100;
export const SGI_COUNT = 16;
export const FIRST_SPI = 32;
/** SGIs, in word 0. */
export const SGI_BITS = 0xffff;

export class InterruptTable {
  readonly cpus: number;
  /** Words of SPIs. */
  readonly spiWords: number;
  /** Bit set: group 1. */
  readonly group: Int32Array;
  readonly enabled: Int32Array;
  /** Pending whatever the level: edges, SGIs, and what software made pending. */
  readonly latched: Int32Array;
  /** Levels of the input lines. */
  readonly level: Int32Array;
  /** Bit set: edge-triggered. */
  readonly edge: Int32Array;
  readonly active: Int32Array;
  readonly priority: Uint8Array;
  readonly routed: Int32Array;
  /** Best candidate by 2 * CPU + group: INTID and priority, or SPURIOUS and IDLE_PRIORITY. */
  readonly best: Int32Array;
  readonly bestPriority: Int32Array;
  private forwardedGroups = 0;
  private readonly onChange: (cpu: number) => void;

  /** @param onChange is told that the best candidate of a CPU may be another one */
  constructor(cpus: number, spis: number, onChange: (cpu: number) => void) {
    this.cpus = cpus;
    this.spiWords = spis / 32;
    this.onChange = onChange;
    const words = cpus + this.spiWords;
    this.group = new Int32Array(words);
    this.enabled = new Int32Array(words);
    this.latched = new Int32Array(words);
    this.level = new Int32Array(words);
    this.edge = new Int32Array(words);
    this.active = new Int32Array(words);
    this.priority = new Uint8Array(32 * words);
    this.routed = new Int32Array(cpus * this.spiWords);
    this.best = new Int32Array(2 * cpus).fill(SPURIOUS);
    this.bestPriority = new Int32Array(2 * cpus).fill(IDLE_PRIORITY);
  }

  /** Index of a word of INTIDs as a CPU sees it. */
  at(word: number, cpu: number): number {
    return word === 0 ? cpu : this.cpus + word - 1;
  }

  has(intid: number): boolean {
    return intid < FIRST_SPI + 32 * this.spiWords;
  }

  /** Pending interrupts of a word, by index. */
  pending(at: number): number {
    return this.latched[at] | (this.level[at] & ~this.edge[at]);
  }

  isInGroup1(intid: number, cpu: number): boolean {
    return ((this.group[this.at(intid >> 5, cpu)] >> (intid & 31)) & 1) !== 0;
  }

  /** Groups that the distributor forwards: bit 0 and bit 1. */
  get forwarded(): number {
    return this.forwardedGroups;
  }

  set forwarded(groups: number) {
    this.forwardedGroups = groups & 3;
    this.refreshAll();
  }

  /** The level of an input line. */
  lineLevel(intid: number, cpu: number): boolean {
    return ((this.level[this.at(intid >> 5, cpu)] >> (intid & 31)) & 1) !== 0;
  }

  /** Drives an input line. A rising edge makes an edge-triggered interrupt pending. */
  setLine(intid: number, cpu: number, level: boolean): void {
    const at = this.at(intid >> 5, cpu);
    const bit = 1 << (intid & 31);
    if (((this.level[at] & bit) !== 0) === level) return;
    this.level[at] ^= bit;
    if ((this.edge[at] & bit) === 0) this.reconsider(intid, cpu);
    else if (level) this.latch(intid, cpu);
  }

  /** A message-signalled interrupt: an edge without a line. */
  pulse(intid: number, cpu: number): void {
    if (this.edge[this.at(intid >> 5, cpu)] & (1 << (intid & 31))) this.latch(intid, cpu);
  }

  /** Makes an interrupt pending. */
  latch(intid: number, cpu: number): void {
    this.latched[this.at(intid >> 5, cpu)] |= 1 << (intid & 31);
    this.reconsider(intid, cpu);
  }

  unlatch(intid: number, cpu: number): void {
    this.latched[this.at(intid >> 5, cpu)] &= ~(1 << (intid & 31));
    this.reconsider(intid, cpu);
  }

  /** Makes a pending interrupt active. It stays pending while its line is up, or when told to. */
  activate(intid: number, cpu: number, staysLatched = false): void {
    const at = this.at(intid >> 5, cpu);
    const bit = 1 << (intid & 31);
    this.active[at] |= bit;
    if (!staysLatched) this.latched[at] &= ~bit;
    this.reconsider(intid, cpu);
  }

  deactivate(intid: number, cpu: number): void {
    this.active[this.at(intid >> 5, cpu)] &= ~(1 << (intid & 31));
    this.reconsider(intid, cpu);
  }

  /** One interrupt is pending, enabled or active, or no longer: that of one CPU if it is private. */
  reconsider(intid: number, cpu: number): void {
    if (intid < FIRST_SPI) {
      this.compare(intid, cpu, cpu);
      return;
    }
    const word = (intid >> 5) - 1;
    const bit = 1 << (intid & 31);
    for (let target = 0; target < this.cpus; target++) {
      if (this.routed[target * this.spiWords + word] & bit) this.compare(intid, this.cpus + word, target);
    }
  }

  private compare(intid: number, at: number, cpu: number): void {
    const bit = intid & 31;
    const group = (this.group[at] >> bit) & 1;
    const best = 2 * cpu + group;
    const candidate = (this.pending(at) & this.enabled[at] & ~this.active[at]) >> bit;
    if ((candidate & (this.forwardedGroups >> group) & 1) === 0) {
      if (this.best[best] === intid) this.refresh(cpu);
      return;
    }
    const priority = this.priority[32 * at + bit];
    if (this.precedes(priority, intid, best)) {
      this.best[best] = intid;
      this.bestPriority[best] = priority;
      this.onChange(cpu);
    }
  }

  /** Of equal priorities, the lowest INTID comes first. */
  private precedes(priority: number, intid: number, best: number): boolean {
    const other = this.bestPriority[best];
    return priority < other || (priority === other && intid < this.best[best]);
  }

  /** Group of the best candidate of a CPU among some groups (bit 0, bit 1), or -1. */
  bestGroup(cpu: number, groups: number): number {
    const { best, bestPriority } = this;
    const zero = groups & 1 ? bestPriority[2 * cpu] : IDLE_PRIORITY;
    const one = groups & 2 ? bestPriority[2 * cpu + 1] : IDLE_PRIORITY;
    if (zero === one) return zero === IDLE_PRIORITY ? -1 : best[2 * cpu] < best[2 * cpu + 1] ? 0 : 1;
    return zero < one ? 0 : 1;
  }

  /** Properties of many interrupts changed: those of one CPU if they are private. */
  refreshWord(word: number, cpu: number): void {
    if (word === 0) this.refresh(cpu);
    else this.refreshAll();
  }

  refreshAll(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.refresh(cpu);
  }

  /** Finds the best candidates of a CPU anew. */
  refresh(cpu: number): void {
    const { best, bestPriority, spiWords } = this;
    for (let group = 0; group < 2; group++) {
      best[2 * cpu + group] = SPURIOUS;
      bestPriority[2 * cpu + group] = IDLE_PRIORITY;
    }
    this.scan(cpu, cpu, 0, -1);
    for (let word = 0; word < spiWords; word++) {
      this.scan(cpu, this.cpus + word, word + 1, this.routed[cpu * spiWords + word]);
    }
    this.onChange(cpu);
  }

  private scan(cpu: number, at: number, word: number, routed: number): void {
    const candidates = this.pending(at) & this.enabled[at] & ~this.active[at] & routed;
    if (candidates === 0) return;
    const group = this.group[at];
    if (this.forwardedGroups & 1) this.offer(candidates & ~group, at, word, 2 * cpu);
    if (this.forwardedGroups & 2) this.offer(candidates & group, at, word, 2 * cpu + 1);
  }

  private offer(candidates: number, at: number, word: number, best: number): void {
    for (let left = candidates; left !== 0; left &= left - 1) {
      const bit = 31 - Math.clz32(left & -left);
      const priority = this.priority[32 * at + bit];
      if (!this.precedes(priority, 32 * word + bit, best)) continue;
      this.best[best] = 32 * word + bit;
      this.bestPriority[best] = priority;
    }
  }

  /** All state but what is derived: routes and best candidates. */
  arrays() {
    const { group, enabled, latched, level, edge, active, priority } = this;
    return { group, enabled, latched, level, edge, active, priority };
  }

  /** All interrupts disabled, inactive, of group 0 and priority 0, lines down; SGIs are edges. */
  reset(): void {
    for (const array of Object.values(this.arrays())) array.fill(0);
    this.edge.fill(SGI_BITS, 0, this.cpus);
    this.routed.fill(0);
    this.forwarded = 0;
  }
}
