import type { SystemRegisters } from '@armature/core';
import { decode, type Feature } from '@armature/isa';
import { inlineAccess } from '../registers/inline-access.ts';
import { HANDLER } from './handlers.ts';
import { registerOffset } from './record.ts';
import { isInPage, type RowPlans } from './row-plans.ts';

/** Records remembered by their words: a program repeats a good half of its instructions. A power of two. */
const REMEMBERED_BITS = 16;
const REMEMBERED = 1 << REMEMBERED_BITS;
const RECORD_WORDS = 4;
/** The distance of what is no branch in its page. */
const NOWHERE = 0x7fff_ffff;

/** Fills predecoded records from instruction words. */
export class Decoder {
  private readonly plans: RowPlans;
  private readonly features: ReadonlySet<Feature>;
  private readonly registers: SystemRegisters;
  private readonly bytes: DataView;
  private readonly words: Int32Array;
  private readonly rememberedWords = new Int32Array(REMEMBERED);
  /** What each became; a handler of 0 is none. */
  private readonly rememberedRecords = new Int32Array(REMEMBERED * RECORD_WORDS);
  /** How far each branches, in bytes: the form of a direct branch depends on where it stands. */
  private readonly rememberedDistances = new Int32Array(REMEMBERED);

  constructor(
    memory: WebAssembly.Memory,
    plans: RowPlans,
    features: ReadonlySet<Feature>,
    registers: SystemRegisters,
  ) {
    this.registers = registers;
    this.bytes = new DataView(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.plans = plans;
    this.features = features;
  }

  /** Decodes the word at `hostOffset`, or another one, into a record; both places are offsets in machine memory. */
  decode(record: number, hostOffset: number, word = this.words[hostOffset >>> 2]): void {
    const slot = Math.imul(word, 0x9e37_79b1) >>> (32 - REMEMBERED_BITS);
    const pageOffset = hostOffset & 0xfff;
    if (this.rememberedWords[slot] === word && this.recall(slot, record, pageOffset)) return;
    const row = decode(word, this.features);
    const plan = row === undefined ? undefined : this.plans.get(row.id);
    if (row === undefined || plan === undefined) {
      this.bytes.setUint16(record, HANDLER.undefined, true);
      return;
    }
    const fields = plan.fieldsOf(word);
    if (plan.isSystemAccess) Object.assign(fields, inlineAccess(row.id, word, this.registers));
    const variant = plan.variantOf(fields, pageOffset);
    const { slots, registerBits } = variant;
    for (let index = 0; index < slots.length; index++) {
      const { compute, offset, register, width } = slots[index];
      const bit = registerBits[index];
      if (bit >= 0) {
        this.bytes.setUint16(record + offset, registerOffset(register!, (word >>> bit) & 31), true);
        continue;
      }
      const { lo, hi } = compute(fields);
      if (width === 2) this.bytes.setUint16(record + offset, lo, true);
      else this.bytes.setInt32(record + offset, lo, true);
      if (width === 8) this.bytes.setInt32(record + offset + 4, hi, true);
    }
    this.bytes.setUint16(record, variant.handler, true);
    if (!plan.isDirectBranch) this.remember(slot, word, record, NOWHERE);
    else if (variant.isNear) this.remember(slot, word, record, plan.distanceOf(fields));
  }

  private recall(slot: number, record: number, pageOffset: number): boolean {
    const from = slot * RECORD_WORDS;
    const { rememberedRecords, words } = this;
    if (rememberedRecords[from] === 0) return false;
    const distance = this.rememberedDistances[slot];
    if (distance !== NOWHERE && !isInPage(pageOffset + distance)) return false;
    const at = record >>> 2;
    words[at + 1] = rememberedRecords[from + 1];
    words[at + 2] = rememberedRecords[from + 2];
    words[at + 3] = rememberedRecords[from + 3];
    words[at] = rememberedRecords[from];
    return true;
  }

  private remember(slot: number, word: number, record: number, distance: number): void {
    const at = record >>> 2;
    this.rememberedWords[slot] = word;
    this.rememberedDistances[slot] = distance;
    const to = slot * RECORD_WORDS;
    for (let word = 0; word < RECORD_WORDS; word++) this.rememberedRecords[to + word] = this.words[at + word];
  }
}
