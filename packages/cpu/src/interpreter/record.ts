import { CODE_PAGE } from '@armature/core';
import type { Fields, Halves } from '../emitter/emitter.ts';

/**
 * A predecoded instruction record: 16 bytes.
 *
 *     0   u16  handler; 0 is "not decoded yet"
 *     2   u16  \
 *     4   u16   | operands: byte offsets of registers in the state block, and small constants
 *     6   u16  /
 *     8   8 bytes of constants: one i64, two i32, or up to four u16
 *
 * Which operand stands where is found out while a handler is emitted: the emitter asks for operands, the
 * layout hands out places and remembers how to compute each from an instruction's fields.
 */
export const HANDLER_OFFSET = 0;

/** From a page's first record, in the one behind its last: stores to the page until its code is forgotten. */
export const STORES_LEFT_OFFSET = CODE_PAGE.recordCount * CODE_PAGE.recordSize + 4;

/** Handlers of BTI c, j and jc, from this one: indirect branches to guarded pages look for them. */
export const BRANCH_TARGET_HANDLER = 3;

/** In records of instructions that are functions of their own: the function's table index, placed first. */
export const FUNCTION_OFFSET = 2;

type SlotWidth = 2 | 4 | 8;

/** Places of each width, in order of preference: 64-bit and 32-bit constants stay out of the way of small ones. */
const PLACES: Readonly<Record<SlotWidth, readonly number[]>> = {
  2: [2, 4, 6, 14, 12, 10, 8],
  4: [8, 12],
  8: [8],
};

/** A register of an instruction, as its place among the registers of the state block. */
export interface RegisterOperand {
  readonly field: string;
  /** Added to the field's number: the second register of a pair. */
  readonly next: 0 | 1;
  /** What register 31 is. */
  readonly slot31: number;
  /** Bytes of a register. */
  readonly size: 8 | 16;
}

export interface OperandSlot {
  readonly key: string;
  readonly offset: number;
  readonly width: SlotWidth;
  readonly compute: (fields: Fields) => Halves;
  /** What `compute` computes, where it is that. */
  readonly register: RegisterOperand | undefined;
}

/** Offset of a register, by the number that the field has. */
export function registerOffset({ next, slot31, size }: RegisterOperand, first: number): number {
  const number = first + next;
  return size * (number === 31 ? slot31 : number);
}

export class RecordLayout {
  readonly slots: OperandSlot[] = [];
  /** A bit for each byte; the handler number has the first two. */
  private taken = 3;

  /** The place of an operand; asking again for the same key gives the same place. */
  place(
    key: string,
    width: SlotWidth,
    compute: (fields: Fields) => Halves,
    register?: RegisterOperand,
  ): number {
    const known = this.slots.find((slot) => slot.key === key);
    if (known !== undefined) return known.offset;
    for (const offset of PLACES[width]) {
      const bytes = ((1 << width) - 1) << offset;
      if (this.taken & bytes) continue;
      this.taken |= bytes;
      this.slots.push({ key, offset, width, compute, register });
      return offset;
    }
    throw new Error(`code generator: no room in the record for ${key}`);
  }

  placeSmall(key: string, compute: (fields: Fields) => number): number {
    return this.place(key, 2, (fields) => ({ lo: compute(fields), hi: 0 }));
  }

  /** Where a row has no such field, the register is 31. */
  placeRegister(key: string, register: RegisterOperand): number {
    const { field, next } = register;
    const compute = ({ [field]: first = 31 - next }: Fields): Halves => ({
      lo: registerOffset(register, first),
      hi: 0,
    });
    return this.place(key, 2, compute, register);
  }
}
