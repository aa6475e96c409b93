import type { FieldGetter, Row } from '../types.ts';

/** An instruction word under construction: the row's fixed bits and the fields set so far. */
export class Encoding {
  readonly row: Row;
  #word: number;
  #assigned = 0;
  readonly #notes = new Map<string, number>();

  constructor(row: Row) {
    this.row = row;
    this.#word = row.value;
  }

  get word(): number {
    return this.#word >>> 0;
  }

  /** Keeps a value that no field holds, such as the element size an arrangement gave; false when it differs. */
  note(name: string, value: number): boolean {
    const existing = this.#notes.get(name);
    if (existing !== undefined) return existing === value;
    this.#notes.set(name, value);
    return true;
  }

  /** A value kept by {@link note}. */
  noted(name: string): number | undefined {
    return this.#notes.get(name);
  }

  /** Reads a field; usable as the getter of constraints. */
  readonly get: FieldGetter = (name) => {
    const { lo, width } = this.#field(name);
    return (this.#word >>> lo) & (2 ** width - 1);
  };

  /** Whether the row has the field and it has a value. */
  isSet(name: string): boolean {
    const field = this.row.fields.get(name);
    return field !== undefined && ((this.#assigned >>> field.lo) & 1) === 1;
  }

  /** Sets a field; false when it already has another value. */
  set(name: string, value: number): boolean {
    const { lo, width } = this.#field(name);
    const mask = (2 ** width - 1) << lo;
    const bits = (value << lo) & mask;
    if ((this.#assigned & mask) !== 0) return (this.#word & mask) === bits;
    this.#assigned |= mask;
    this.#word |= bits;
    return true;
  }

  /** Gives fields that the syntax doesn't show their default: a number, or the value of another field. */
  applyDefaults(): void {
    for (const [name, value] of Object.entries(this.row.defaults ?? {})) {
      if (!this.isSet(name)) this.set(name, typeof value === 'number' ? value : this.get(value));
    }
  }

  /** Names of fields that have no value yet. */
  unsetFields(): readonly string[] {
    return [...this.row.fields.keys()].filter((name) => !this.isSet(name));
  }

  #field(name: string): { readonly lo: number; readonly width: number } {
    const field = this.row.fields.get(name);
    if (field === undefined) throw new Error(`${this.row.id} has no field ${name}`);
    return field;
  }
}
