/** Builds device trees for the tests, well-formed or not: a proper writer would refuse most of these. */

/** Words of the structure block. */
export const BEGIN_NODE = 1;
export const END_NODE = 2;
export const PROPERTY = 3;
export const NOP = 4;
export const END = 9;

/** Byte offsets of the header's fields. */
export const HEADER = {
  magic: 0,
  totalSize: 4,
  structure: 8,
  strings: 12,
  reservations: 16,
  version: 20,
  lastCompatible: 24,
  stringsSize: 32,
  structureSize: 36,
} as const;

export type Value = string | readonly number[] | Uint8Array;

/** Writes the structure block word by word. */
export class Structure {
  readonly #bytes: number[] = [];
  #strings = '';

  word(value: number): this {
    this.#bytes.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
    return this;
  }

  begin(name: string): this {
    return this.word(BEGIN_NODE).raw(text(name));
  }

  end(): this {
    return this.word(END_NODE);
  }

  property(name: string, value: Value): this {
    const bytes =
      typeof value === 'string' ? text(value) : value instanceof Uint8Array ? value : cells(value);
    return this.word(PROPERTY).word(bytes.length).word(this.#string(name)).raw(bytes);
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0);
    return this;
  }

  /** The opening of every tree here: the root and its cells. */
  root(addressCells: Value = [2], sizeCells: Value = [2]): this {
    return this.begin('').property('#address-cells', addressCells).property('#size-cells', sizeCells);
  }

  memory(reg: Value, name = 'memory@40000000'): this {
    return this.begin(name).property('device_type', 'memory').property('reg', reg).end();
  }

  /** The whole device tree; `edit` may then spoil it. */
  build(
    options: {
      readonly reservations?: readonly (readonly [bigint, bigint])[];
      readonly edit?: (view: DataView) => void;
    } = {},
  ): Uint8Array {
    const reservations = [...(options.reservations ?? []), [0n, 0n] as const];
    const structure = 40 + reservations.length * 16;
    const strings = structure + this.#bytes.length;
    const total = (strings + this.#strings.length + 7) & ~7;
    const bytes = new Uint8Array(total);
    const view = new DataView(bytes.buffer);
    const header = [
      0xd00dfeed,
      total,
      structure,
      strings,
      40,
      17,
      16,
      0,
      this.#strings.length,
      this.#bytes.length,
    ];
    header.forEach((value, index) => {
      view.setUint32(index * 4, value);
    });
    reservations.forEach(([address, size], index) => {
      view.setBigUint64(40 + index * 16, address);
      view.setBigUint64(48 + index * 16, size);
    });
    bytes.set(this.#bytes, structure);
    bytes.set(text(this.#strings).subarray(0, this.#strings.length), strings);
    options.edit?.(view);
    return bytes;
  }

  #string(name: string): number {
    const terminated = `${name}\0`;
    const found = `\0${this.#strings}`.indexOf(`\0${terminated}`);
    if (found >= 0) return found;
    this.#strings += terminated;
    return this.#strings.length - terminated.length;
  }
}

/** Zero-terminated bytes. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(`${value}\0`);
}

function cells(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    view.setUint32(index * 4, value >>> 0);
  });
  return bytes;
}
