import type { Scope } from './cursor.ts';
import type { Token } from './lexer.ts';
import type { SourceStatement } from './source.ts';
import type { SectionReference, Value } from './value.ts';

/** Something the first pass placed and the second pass fills in. */
export type Item =
  | {
      readonly kind: 'instruction';
      readonly mnemonic: string;
      readonly tokens: readonly Token[];
      readonly position: number;
      readonly literal: PoolEntry | undefined;
    }
  | {
      readonly kind: 'data';
      readonly width: number;
      readonly tokens: readonly Token[];
      readonly position: number;
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'literal'; readonly entry: PoolEntry }
  | { readonly kind: 'assignment'; readonly name: string; readonly value: Value };

/** An item, where it stands in the image and where it came from. */
export interface PlacedItem {
  readonly item: Item;
  readonly section: Section;
  readonly offset: number;
  /** Order in the source, by which numeric labels are found. */
  readonly sequence: number;
  readonly statement: SourceStatement;
}

/** A value in a literal pool; equal values of one size share an entry. */
export interface PoolEntry {
  readonly size: 4 | 8;
  readonly tokens: readonly Token[];
  readonly position: number;
  /** Names as they stood where the literal was first used. */
  readonly sequence: number;
  readonly statement: SourceStatement;
  /** Offset in the section once the pool is placed. */
  offset: number;
}

/** A part of the image that grows on its own: `.text`, `.data` and so on. */
export class Section implements SectionReference {
  readonly name: string;
  /** Alignment pads with NOPs. */
  readonly executable: boolean;
  /** Takes room but no bytes of the image. */
  readonly zeroInitialised: boolean;
  size = 0;
  /** In bytes. */
  alignment = 1;
  /** Distance from the image's origin, once the first pass is over. */
  start = 0;
  #pool = new Map<string, PoolEntry>();

  constructor(name: string, executable: boolean, zeroInitialised: boolean) {
    this.name = name;
    this.executable = executable;
    this.zeroInitialised = zeroInitialised;
  }

  align(bytes: number): void {
    this.alignment = Math.max(this.alignment, bytes);
  }

  /** The pool entry for a value: an earlier one with the same key, or the given one. */
  intern(key: string, entry: PoolEntry): PoolEntry {
    const existing = this.#pool.get(key);
    if (existing !== undefined) return existing;
    this.#pool.set(key, entry);
    return entry;
  }

  /** Takes the entries gathered since the last pool, 4-byte ones first. */
  drainPool(): PoolEntry[] {
    const entries = [...this.#pool.values()].sort((a, b) => a.size - b.size);
    this.#pool = new Map();
    return entries;
  }
}

/** Bytes that pad from `offset` to the next multiple of `alignment`. */
export function padding(
  section: Section,
  offset: number,
  alignment: number,
  fill: number | undefined,
): Uint8Array {
  const bytes = new Uint8Array((alignment - (offset % alignment)) % alignment);
  if (fill !== undefined) return bytes.fill(fill & 0xff);
  if (!section.executable) return bytes;
  const view = new DataView(bytes.buffer);
  for (let at = bytes.length % 4; at < bytes.length; at += 4) view.setUint32(at, NOP, true);
  return bytes;
}

const NOP = 0xd503201f;

/** Defaults of the flags by section name, as GNU as has them. */
export function makeSection(name: string, flags: string | undefined, type: string | undefined): Section {
  const executable = flags === undefined ? /^\.(?:text|init|fini)(?:\.|$)/.test(name) : flags.includes('x');
  const zeroInitialised = type === undefined ? /^\.s?bss(?:\.|$)/.test(name) : type === 'nobits';
  return new Section(name, executable, zeroInitialised);
}

export type ScopeFactory = (
  placed: Pick<PlacedItem, 'section' | 'offset' | 'sequence'>,
  literal?: PoolEntry,
) => Scope;
