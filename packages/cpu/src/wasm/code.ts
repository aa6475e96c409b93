import { OP, SIMD_PREFIX, TYPE, type ValueType } from './opcodes.ts';
import { simdOpcode } from './simd-opcodes.ts';

/** Growable bytes with the encodings of the WebAssembly binary format. */
export class Bytes {
  protected buffer = new Uint8Array(256);
  length = 0;

  byte(value: number): void {
    if (this.length === this.buffer.length) this.grow(1);
    this.buffer[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.buffer.length) this.grow(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Unsigned LEB128. */
  unsigned(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit value. */
  signed32(value: number): void {
    this.signed64(value, value >> 31);
  }

  /** Signed LEB128 of a 64-bit value in halves. */
  signed64(lo: number, hi: number): void {
    let low = lo | 0;
    let high = hi | 0;
    for (;;) {
      const group = low & 0x7f;
      low = (low >>> 7) | (high << 25);
      high >>= 7;
      const sign = group & 0x40 ? -1 : 0;
      if (low === sign && high === sign) {
        this.byte(group);
        return;
      }
      this.byte(group | 0x80);
    }
  }

  name(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private grow(by: number): void {
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.length + by));
    grown.set(this.view());
    this.buffer = grown;
  }
}

/** A label that lies outside a piece of code: its depth is known when the piece is placed. */
export interface OuterLabel {
  readonly outer: string;
}

/** A label opened by {@link Code.block} or {@link Code.loop}. */
export interface InnerLabel {
  readonly depth: number;
}

export type Label = OuterLabel | InnerLabel;

interface Fixup {
  readonly at: number;
  readonly label: string;
  readonly depth: number;
}

export interface BranchHint {
  readonly at: number;
  readonly likely: boolean;
}

/**
 * Instructions of a piece of a function body. Branches to outer labels are written with three-byte indices
 * that {@link Code.placeInto} fills in, so that a piece can be placed at any nesting depth.
 */
export class Code extends Bytes {
  /** Nesting depth inside this piece. */
  depth = 0;
  private readonly fixups: Fixup[] = [];
  private readonly insertions: { readonly at: number; readonly code: Code }[] = [];
  /** What {@link mark} noted, by place in this code. */
  readonly marks: { readonly at: number; readonly id: number }[] = [];
  /** Branches that are hardly ever taken, or nearly always, by place in this code. */
  readonly hints: BranchHint[] = [];

  op(opcode: number): void {
    this.byte(opcode);
  }

  localGet(index: number): void {
    this.byte(OP.localGet);
    this.unsigned(index);
  }

  localSet(index: number): void {
    this.byte(OP.localSet);
    this.unsigned(index);
  }

  localTee(index: number): void {
    this.byte(OP.localTee);
    this.unsigned(index);
  }

  i32Const(value: number): void {
    this.byte(OP.i32Const);
    this.signed32(value | 0);
  }

  i64Const(lo: number, hi: number): void {
    this.byte(OP.i64Const);
    this.signed64(lo, hi);
  }

  /** A load or store; guest memory has no useful alignment, so the hint is always one byte. */
  memory(opcode: number, offset: number): void {
    this.byte(opcode);
    this.byte(0);
    this.unsigned(offset);
  }

  /** A load or store of a vector. */
  simdMemory(name: 'v128.load' | 'v128.load64_zero' | 'v128.store', offset: number): void {
    this.byte(SIMD_PREFIX);
    this.unsigned(simdOpcode(name));
    this.byte(0);
    this.unsigned(offset);
  }

  call(index: number): void {
    this.byte(OP.call);
    this.unsigned(index);
  }

  /** Calls an entry of a table, whose index is on the stack above the arguments. */
  callIndirect(signature: number, table: number): void {
    this.byte(OP.callIndirect);
    this.unsigned(signature);
    this.unsigned(table);
  }

  /** The same in place of this function, whose frame is gone then. */
  returnCallIndirect(signature: number, table: number): void {
    this.byte(OP.returnCallIndirect);
    this.unsigned(signature);
    this.unsigned(table);
  }

  block(): InnerLabel {
    return this.open(OP.block);
  }

  loop(): InnerLabel {
    return this.open(OP.loop);
  }

  if(result?: ValueType): InnerLabel {
    return this.open(OP.if, result);
  }

  else(): void {
    this.byte(OP.else);
  }

  end(): void {
    this.byte(OP.end);
    this.depth--;
  }

  br(label: Label): void {
    this.branch(OP.br, label);
  }

  brIf(label: Label): void {
    this.branch(OP.brIf, label);
  }

  /** Branches by the number on the stack to labels given as depths from here. */
  brTable(depths: readonly number[], otherwise: number): void {
    this.byte(OP.brTable);
    this.unsigned(depths.length);
    for (const depth of depths) this.unsigned(depth);
    this.unsigned(otherwise);
  }

  /** Says of the `if` or `br_if` that comes next whether its condition mostly holds. */
  hint(likely: boolean): void {
    this.hints.push({ at: this.length, likely });
  }

  /** A place in this code for what is found out later: straight code that leaves nothing on the stack. */
  insertion(): Code {
    const code = new Code();
    this.insertions.push({ at: this.length, code });
    return code;
  }

  /** Notes that what follows is for `id`. */
  mark(id: number): void {
    this.marks.push({ at: this.length, id });
  }

  /** Appends this code, with what was inserted into it and its marks, to `target`. It must not have outer labels. */
  appendTo(target: Code): void {
    let from = 0;
    let marked = 0;
    let hinted = 0;
    const appendUpTo = (to: number): void => {
      for (; hinted < this.hints.length && this.hints[hinted].at < to; hinted++) {
        const { at, likely } = this.hints[hinted];
        target.hints.push({ at: target.length + at - from, likely });
      }
      for (; marked < this.marks.length && this.marks[marked].at <= to; marked++) {
        const { at, id } = this.marks[marked];
        target.marks.push({ at: target.length + at - from, id });
      }
      target.append(this.buffer.subarray(from, to));
      from = to;
    };
    for (const { at, code } of this.insertions) {
      appendUpTo(at);
      code.appendTo(target);
    }
    appendUpTo(this.length);
  }

  /** Copies this piece into `target`, whose outer labels are given as depths in `target`. */
  placeInto(target: Code, labels: Readonly<Record<string, InnerLabel>>): void {
    const start = target.length;
    target.append(this.view());
    for (const { at, likely } of this.hints) target.hints.push({ at: start + at, likely });
    for (const { at, label, depth } of this.fixups) {
      const found = labels[label];
      if (found === undefined) throw new Error(`code generator: no label ${label}`);
      target.patchIndex(start + at, depth + target.depth - found.depth);
    }
  }

  /** True for the same instructions with the same outer labels. */
  equals(other: Code): boolean {
    if (this.length !== other.length || this.fixups.length !== other.fixups.length) return false;
    for (let index = 0; index < this.length; index++) {
      if (this.buffer[index] !== other.buffer[index]) return false;
    }
    return this.fixups.every(({ label }, index) => label === other.fixups[index].label);
  }

  private patchIndex(at: number, value: number): void {
    this.buffer[at] = (value & 0x7f) | 0x80;
    this.buffer[at + 1] = ((value >>> 7) & 0x7f) | 0x80;
    this.buffer[at + 2] = value >>> 14;
  }

  private open(opcode: number, result?: ValueType): InnerLabel {
    this.byte(opcode);
    this.byte(result === undefined ? TYPE.empty : TYPE[result]);
    this.depth++;
    return { depth: this.depth };
  }

  private branch(opcode: number, label: Label): void {
    this.byte(opcode);
    if ('outer' in label) {
      this.fixups.push({ at: this.length, label: label.outer, depth: this.depth });
      this.byte(0x80);
      this.byte(0x80);
      this.byte(0);
    } else {
      this.unsigned(this.depth - label.depth);
    }
  }
}
