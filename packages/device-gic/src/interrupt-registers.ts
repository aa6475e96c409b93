/**
 * The registers that hold a bit, a byte or two bits for each interrupt. GICv2 and GICv3 have them in the
 * distributor, GICv3 also in each redistributor, at the same offsets.
 *
 * @spec IHI 0048B, Distributor register descriptions; IHI 0069, The Distributor register map
 */
import { type InterruptTable, SGI_BITS } from './interrupt-table.ts';

/** Offsets of the first register of each kind. */
export const GICD = {
  CTLR: 0x000 /* RW */,
  TYPER: 0x004 /* RO */,
  IIDR: 0x008 /* RO */,
  IGROUPR: 0x080 /* RW */,
  ISENABLER: 0x100 /* RW1S */,
  ICENABLER: 0x180 /* RW1C */,
  ISPENDR: 0x200 /* RW1S */,
  ICPENDR: 0x280 /* RW1C */,
  ISACTIVER: 0x300 /* RW1S */,
  ICACTIVER: 0x380 /* RW1C */,
  IPRIORITYR: 0x400 /* RW, a byte each */,
  ITARGETSR: 0x800 /* RW, a byte each, GICv2 */,
  ICFGR: 0xc00 /* RW, two bits each */,
  SGIR: 0xf00 /* WO, GICv2 */,
  CPENDSGIR: 0xf10 /* RW1C, GICv2 */,
  SPENDSGIR: 0xf20 /* RW1S, GICv2 */,
  IROUTER: 0x6000 /* RW, 64 bits each, GICv3 */,
} as const;

const BITS_END = GICD.IPRIORITYR;
const PRIORITY_END = GICD.IPRIORITYR + 0x400;
const CONFIGURATION_END = GICD.ICFGR + 0x100;

/** Words of INTIDs that a frame shows, and what software may do to the SGIs among them. */
export interface FrameRules {
  readonly firstWord: number;
  /** One past the last. */
  readonly endWord: number;
  /** SGIs are always enabled, and become pending by registers of their own. */
  readonly sgisAreFixed: boolean;
}

/** Spreads the low 16 bits to the odd bits of 32: the edge bits of ICFGR. */
function spread(value: number): number {
  let bits = value & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff_00ff;
  bits = (bits | (bits << 4)) & 0x0f0f_0f0f;
  bits = (bits | (bits << 2)) & 0x3333_3333;
  bits = (bits | (bits << 1)) & 0x5555_5555;
  return bits << 1;
}

/** Gathers the odd bits of a value: the inverse of {@link spread}. */
function gather(value: number): number {
  let bits = (value >>> 1) & 0x5555_5555;
  bits = (bits | (bits >>> 1)) & 0x3333_3333;
  bits = (bits | (bits >>> 2)) & 0x0f0f_0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff_00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

/** One frame of such registers. */
export class InterruptRegisters {
  private readonly table: InterruptTable;
  private readonly rules: FrameRules;

  constructor(table: InterruptTable, rules: FrameRules) {
    this.table = table;
    this.rules = rules;
  }

  private shows(word: number): boolean {
    return word >= this.rules.firstWord && word < this.rules.endWord;
  }

  /** Value of the 32-bit register at an aligned offset, signed; zero where there is none. */
  read(offset: number, cpu: number): number {
    const { table } = this;
    if (offset >= GICD.IGROUPR && offset < BITS_END) {
      const word = (offset & 0x7c) >> 2;
      if (!this.shows(word)) return 0;
      const at = table.at(word, cpu);
      switch (offset & ~0x7f) {
        case GICD.IGROUPR:
          return table.group[at];
        case GICD.ISENABLER:
        case GICD.ICENABLER:
          return table.enabled[at];
        case GICD.ISPENDR:
        case GICD.ICPENDR:
          return table.pending(at);
        default:
          return table.active[at];
      }
    }
    if (offset >= GICD.IPRIORITYR && offset < PRIORITY_END) {
      const intid = offset - GICD.IPRIORITYR;
      if (!this.shows(intid >> 5)) return 0;
      const at = 32 * table.at(intid >> 5, cpu) + (intid & 31);
      const { priority } = table;
      return priority[at] | (priority[at + 1] << 8) | (priority[at + 2] << 16) | (priority[at + 3] << 24);
    }
    if (offset >= GICD.ICFGR && offset < CONFIGURATION_END) {
      const intid = (offset - GICD.ICFGR) << 2;
      if (!this.shows(intid >> 5)) return 0;
      return spread(table.edge[table.at(intid >> 5, cpu)] >>> (intid & 16));
    }
    return 0;
  }

  /** Writes the bits of `mask` of the 32-bit register at an aligned offset. */
  write(offset: number, cpu: number, value: number, mask: number): void {
    if (offset >= GICD.IGROUPR && offset < BITS_END) this.writeBits(offset, cpu, value & mask, mask);
    else if (offset >= GICD.IPRIORITYR && offset < PRIORITY_END) this.writePriority(offset, cpu, value, mask);
    else if (offset >= GICD.ICFGR && offset < CONFIGURATION_END) {
      this.writeConfiguration(offset, cpu, value, mask);
    }
  }

  private writeBits(offset: number, cpu: number, ones: number, mask: number): void {
    const { table } = this;
    const word = (offset & 0x7c) >> 2;
    if (!this.shows(word)) return;
    const at = table.at(word, cpu);
    const changeable = word === 0 && this.rules.sgisAreFixed ? ones & ~SGI_BITS : ones;
    switch (offset & ~0x7f) {
      case GICD.IGROUPR:
        table.group[at] = (table.group[at] & ~mask) | ones;
        table.refreshWord(word, cpu);
        break;
      case GICD.ISENABLER:
        this.assign(table.enabled, at, word, cpu, table.enabled[at] | changeable);
        break;
      case GICD.ICENABLER:
        this.assign(table.enabled, at, word, cpu, table.enabled[at] & ~changeable);
        break;
      case GICD.ISPENDR:
        this.assign(table.latched, at, word, cpu, table.latched[at] | changeable);
        break;
      case GICD.ICPENDR:
        this.assign(table.latched, at, word, cpu, table.latched[at] & ~changeable);
        break;
      case GICD.ISACTIVER:
        this.assign(table.active, at, word, cpu, table.active[at] | ones);
        break;
      default:
        this.assign(table.active, at, word, cpu, table.active[at] & ~ones);
    }
  }

  /** Gives a word of a property another value. Mostly one bit changes: software masks interrupts one by one. */
  private assign(property: Int32Array, at: number, word: number, cpu: number, value: number): void {
    const changed = property[at] ^ value;
    if (changed === 0) return;
    property[at] = value;
    if ((changed & (changed - 1)) === 0) this.table.reconsider(32 * word + 31 - Math.clz32(changed), cpu);
    else this.table.refreshWord(word, cpu);
  }

  private writePriority(offset: number, cpu: number, value: number, mask: number): void {
    const { table } = this;
    const intid = offset - GICD.IPRIORITYR;
    if (!this.shows(intid >> 5)) return;
    const at = 32 * table.at(intid >> 5, cpu) + (intid & 31);
    for (let lane = 0; lane < 4; lane++) {
      if ((mask >>> (8 * lane)) & 0xff) table.priority[at + lane] = value >>> (8 * lane);
    }
    table.refreshWord(intid >> 5, cpu);
  }

  /** The low bit of each field is reserved; SGIs are always edges. */
  private writeConfiguration(offset: number, cpu: number, value: number, mask: number): void {
    const { table } = this;
    const intid = (offset - GICD.ICFGR) << 2;
    if (!this.shows(intid >> 5) || intid === 0) return;
    const at = table.at(intid >> 5, cpu);
    const shift = intid & 16;
    const written = gather(mask) << shift;
    table.edge[at] = (table.edge[at] & ~written) | ((gather(value) << shift) & written);
    table.refreshWord(intid >> 5, cpu);
  }
}
