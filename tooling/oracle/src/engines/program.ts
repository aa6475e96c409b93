import { PAGE } from './layout.ts';

/** A place in a program. */
export type Label = number & { readonly brand: 'label' };

/** A word that depends on where it is, or on where labels are. */
export type PlacedWord = (address: number, addressOf: (label: Label) => number) => number;
export type Word = number | PlacedWord;

/** Instructions that stay together: a test case is reduced by leaving out whole items. */
export interface Item {
  readonly words: readonly Word[];
}

/** Where the next item is. */
export interface Mark {
  readonly label: Label;
}

export type Entry = Item | Mark;

/** A run of items at a chosen place, so that code lies in several pages and across their ends. */
export interface Section {
  /** Page and byte offset from the start of the program's region. */
  readonly page: number;
  readonly offset: number;
  readonly entries: readonly Entry[];
}

export interface Program {
  readonly sections: readonly Section[];
}

export const isMark = (entry: Entry): entry is Mark => 'label' in entry;

/** A program with its addresses. */
export interface PlacedProgram {
  readonly segments: readonly { readonly address: number; readonly words: Uint32Array }[];
  readonly addressOf: (label: Label) => number;
}

/** @throws Error when sections overlap, or a branch does not reach */
export function place(program: Program, base: number): PlacedProgram {
  const addresses = new Map<Label, number>();
  const spans: { from: number; to: number }[] = [];
  for (const { page, offset, entries } of program.sections) {
    const from = base + page * PAGE + offset;
    let address = from;
    for (const entry of entries) {
      if (isMark(entry)) addresses.set(entry.label, address);
      else address += 4 * entry.words.length;
    }
    const overlap = spans.find((span) => from < span.to && span.from < address);
    if (overlap !== undefined) throw new Error(`sections overlap at 0x${from.toString(16)}`);
    spans.push({ from, to: address });
  }
  const addressOf = (label: Label): number => {
    const address = addresses.get(label);
    if (address === undefined) throw new Error(`label ${label} is nowhere`);
    return address;
  };
  const segments = program.sections.map(({ entries }, section) => {
    const address = spans[section]!.from;
    const list: number[] = [];
    for (const entry of entries) {
      if (isMark(entry)) continue;
      for (const word of entry.words) {
        list.push(typeof word === 'number' ? word : word(address + 4 * list.length, addressOf));
      }
    }
    return { address, words: Uint32Array.from(list) };
  });
  return { segments, addressOf };
}

/** Collects the entries of a section. */
export class Code {
  readonly entries: Entry[] = [];
  private readonly labels: { next: number };

  /** @param labels what gives labels their numbers: shared by the sections of a program */
  constructor(labels: { next: number } = { next: 0 }) {
    this.labels = labels;
  }

  /** Number of instructions so far. */
  get length(): number {
    return this.entries.reduce((sum, entry) => sum + (isMark(entry) ? 0 : entry.words.length), 0);
  }

  /** A label without a place yet. */
  newLabel(): Label {
    return this.labels.next++ as Label;
  }

  /** Puts a label here. */
  mark(label: Label = this.newLabel()): Label {
    this.entries.push({ label });
    return label;
  }

  /** Adds instructions, each of which may be left out alone. */
  add(...words: readonly Word[]): void {
    for (const word of words) this.entries.push({ words: [word] });
  }

  /** Adds instructions that stay together. */
  group(words: readonly Word[]): void {
    this.entries.push({ words });
  }
}

const FIELDS = { imm26: [0, 26], imm19: [5, 19], imm14: [5, 14] } as const;

/** A branch of which all but its target is given. */
export function branchTo(word: number, field: keyof typeof FIELDS, label: Label): PlacedWord {
  const [lo, width] = FIELDS[field];
  return (address, addressOf) => {
    const distance = (addressOf(label) - address) / 4;
    if (distance < -(2 ** (width - 1)) || distance >= 2 ** (width - 1)) {
      throw new Error(`a branch of ${distance} instructions`);
    }
    return (word | ((distance & (2 ** width - 1)) << lo)) >>> 0;
  };
}

/** ADR of a label. */

export function adr(register: number, label: Label): PlacedWord {
  return (address, addressOf) => {
    const distance = addressOf(label) - address;
    if (Math.abs(distance) >= 2 ** 20) throw new Error(`ADR of ${distance} bytes`);
    return (0x1000_0000 | ((distance & 3) << 29) | (((distance >> 2) & 0x7_ffff) << 5) | register) >>> 0;
  };
}

/** A word as it would be at a label. */
export function wordAt(word: Word, label: Label, addressOf: (label: Label) => number): number {
  return typeof word === 'number' ? word : word(addressOf(label), addressOf);
}

const MOVZ_W = 0x5280_0000;
const MOVK_W_HIGH = 0x72a0_0000;

/** Puts into a W register a number that is known when the program has its addresses. */
export function moveLate(
  register: number,
  value: (addressOf: (label: Label) => number) => number,
): readonly PlacedWord[] {
  return [
    (_, addressOf) => (MOVZ_W | ((value(addressOf) & 0xffff) << 5) | register) >>> 0,
    (_, addressOf) => (MOVK_W_HIGH | ((value(addressOf) >>> 16) << 5) | register) >>> 0,
  ];
}

/** Moves a number of at most 48 bits into an X register, in as few instructions as it takes. */
export function move(register: number, value: number): readonly number[] {
  const list = [(0xd280_0000 | ((value & 0xffff) << 5) | register) >>> 0];
  for (const half of [1, 2]) {
    const bits = Math.floor(value / 2 ** (16 * half)) & 0xffff;
    if (bits !== 0) list.push((0xf280_0000 | (half << 21) | (bits << 5) | register) >>> 0);
  }
  return list;
}
