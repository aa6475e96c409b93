/**
 * A small assembler for WebAssembly functions of 32-bit integers, whose jumps name the block that they leave or repeat.
 * Vectors of four integers may be on the stack and in local variables.
 */

/** Instructions in their order: bytes, more of the same, and what depends on the blocks around. */
export type Code = readonly (number | Code | Region | Jump)[];

interface Region {
  readonly opcode: number;
  readonly label: string;
  readonly body: Code;
  readonly otherwise: Code;
}

interface Jump {
  readonly jump: number;
  readonly label: string;
}

const I32 = 0x7f;
const V128 = 0x7b;
const OPCODE = { block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, brIf: 0x0d } as const;
const NO_RESULT = 0x40;
const FUNCTION_TYPE = 0x60;
const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;
const KIND = { function: 0, memory: 2 } as const;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 63 || rest < -64; rest >>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest & 0x7f];
}

const operation =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands, opcode];

export const constant = (value: number): Code => [0x41, ...signed(value | 0)];
export const isZero = operation(0x45);
export const equal = operation(0x46);
export const differ = operation(0x47);
export const less = operation(0x48);
export const lessUnsigned = operation(0x49);
export const greater = operation(0x4a);
export const atLeast = operation(0x4e);
export const atLeastUnsigned = operation(0x4f);
export const leadingZeros = operation(0x67);
export const trailingZeros = operation(0x68);
export const countOnes = operation(0x69);
export const add = operation(0x6a);
export const subtract = operation(0x6b);
export const multiply = operation(0x6c);
export const divideUnsigned = operation(0x6e);
export const and = operation(0x71);
export const or = operation(0x72);
export const exclusiveOr = operation(0x73);
export const shiftLeft = operation(0x74);
/** Zeros come in. */
export const shiftRight = operation(0x76);
export const rotateRight = operation(0x78);
/** Alignment 2^2 and an offset in bytes. */
const wordAt = (offset: number): number[] => [2, ...unsigned(offset)];
/** The word of memory at an address in bytes, plus an offset that costs nothing. */
export const load = (address: Code, offset = 0): Code => [address, 0x28, wordAt(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [address, value, 0x36, wordAt(offset)];
/** The byte of memory at an address, from 0 to 255, and the lowest byte of a value to be stored there. */
export const loadByte = (address: Code, offset = 0): Code => [address, 0x2d, 0, ...unsigned(offset)];
export const storeByte = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0x3a,
  0,
  ...unsigned(offset),
];
/** The first where the condition, which comes last, is not zero, else the second. */
export const choose = operation(0x1b);
export const giveResult = operation(0x0f);

export const block = (label: string, ...body: Code): Region => ({
  opcode: OPCODE.block,
  label,
  body,
  otherwise: [],
});
export const loop = (label: string, ...body: Code): Region => ({
  opcode: OPCODE.loop,
  label,
  body,
  otherwise: [],
});
/** `label` of blocks that nothing jumps to is empty. */
export const when = (condition: Code, body: Code, otherwise: Code = []): Code => [
  condition,
  { opcode: OPCODE.if, label: '', body, otherwise },
];
/** Leaves a block, or repeats a loop. */
export const jump = (label: string): Code => [{ jump: OPCODE.br, label }];
export const jumpIf = (label: string, condition: Code): Code => [condition, { jump: OPCODE.brIf, label }];

export class Variable {
  readonly get: Code;
  readonly #index: readonly number[];
  readonly #set: number;

  constructor(index: number, place: 'local' | 'global') {
    this.#index = unsigned(index);
    this.get = [place === 'local' ? 0x20 : 0x23, ...this.#index];
    this.#set = place === 'local' ? 0x21 : 0x24;
  }

  set(value: Code): Code {
    return [value, this.#set, ...this.#index];
  }
}

/** Resolves the jumps. `labels`: of the blocks around, the innermost last. */
function flatten(code: Code, labels: readonly string[]): number[] {
  return code.flatMap((each) => {
    if (typeof each === 'number') return [each];
    if ('jump' in each) {
      const at = labels.lastIndexOf(each.label);
      if (at < 0) throw new Error(`no block ${each.label} around the jump`);
      return [each.jump, ...unsigned(labels.length - 1 - at)];
    }
    if (!('opcode' in each)) return flatten(each, labels);
    const inside = [...labels, each.label];
    const body = flatten(each.body, inside);
    const otherwise = flatten(each.otherwise, inside);
    const tail = otherwise.length > 0 ? [OPCODE.else, ...otherwise] : [];
    return [each.opcode, NO_RESULT, ...body, ...tail, OPCODE.end];
  });
}

interface Imported {
  readonly name: string;
  readonly kind: number;
  readonly description: readonly number[];
}

type Signature = [
  parameters: number,
  results: 0 | 1,
  write: (local: (type?: 'vector') => Variable, ...parameters: readonly Variable[]) => Code,
];

interface Defined {
  readonly name: string | undefined;
  readonly type: number;
  readonly locals: readonly number[];
  readonly body: readonly number[];
}

const list = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (name: string): number[] => sized([...name].map((letter) => letter.charCodeAt(0)));
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];

/** Limits of an imported memory of at least so many pages of 64 KiB. */
export const atLeastPages = (pages: number): readonly number[] => [0, ...unsigned(pages)];

/** A module in the making. All imports come from the import object's `host`, and come before functions. */
export class ModuleBuilder {
  readonly #types: number[][] = [];
  readonly #imports: Imported[] = [];
  readonly #globals: number[][] = [];
  readonly #functions: Defined[] = [];

  /** Memory that this host makes: `limits` as in the binary format. */
  importMemory(limits: readonly number[]): void {
    this.#imports.push({ name: 'memory', kind: KIND.memory, description: limits });
  }

  /** @returns a call of the function */
  importFunction(name: string, parameters: number, results: 0 | 1): (...operands: readonly Code[]) => Code {
    this.#imports.push({ name, kind: KIND.function, description: [this.#type(parameters, results)] });
    return this.#call(this.#imported(KIND.function) - 1);
  }

  global(initial: number): Variable {
    this.#globals.push([I32, 1, ...flatten(constant(initial), []), OPCODE.end]);
    return new Variable(this.#globals.length - 1, 'global');
  }

  /**
   * Adds a function, and exports it.
   *
   * @param write writes its code, given its parameters and a maker of local variables, integers or vectors
   * @returns a call of it
   */
  define(name: string, ...signature: Signature): (...operands: readonly Code[]) => Code {
    return this.#add(name, ...signature);
  }

  /** Adds a function that only others call; an export takes memory of the host. @returns a call of it */
  inner(...signature: Signature): (...operands: readonly Code[]) => Code {
    return this.#add(undefined, ...signature);
  }

  #add(
    name: string | undefined,
    ...[parameters, results, write]: Signature
  ): (...operands: readonly Code[]) => Code {
    const locals: number[] = [];
    const local = (type?: 'vector'): Variable => {
      const index = locals.push(type === 'vector' ? V128 : I32) - 1;
      return new Variable(parameters + index, 'local');
    };
    const given = Array.from({ length: parameters }, (_, index) => new Variable(index, 'local'));
    const body = flatten(write(local, ...given), []);
    this.#functions.push({ name, type: this.#type(parameters, results), locals, body });
    return this.#call(this.#imported(KIND.function) + this.#functions.length - 1);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const first = this.#imported(KIND.function);
    const imports = this.#imports.map(({ name, kind, description }) => [
      ...text('host'),
      ...text(name),
      kind,
      ...description,
    ]);
    const exports = functions.flatMap(({ name }, index) =>
      name === undefined ? [] : [[...text(name), KIND.function, ...unsigned(first + index)]],
    );
    const bodies = functions.map(({ locals, body }) =>
      sized([...list(locals.map((type) => [1, type])), ...body, OPCODE.end]),
    );
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(SECTION.type, this.#types),
      ...section(SECTION.import, imports),
      ...section(
        SECTION.function,
        functions.map(({ type }) => [type]),
      ),
      ...section(SECTION.global, this.#globals),
      ...section(SECTION.export, exports),
      ...section(SECTION.code, bodies),
    ]);
  }

  #call(index: number): (...operands: readonly Code[]) => Code {
    return (...operands) => [...operands, 0x10, ...unsigned(index)];
  }

  #imported(kind: number): number {
    return this.#imports.filter((each) => each.kind === kind).length;
  }

  #type(parameters: number, results: 0 | 1): number {
    const type = [
      FUNCTION_TYPE,
      ...list(new Array(parameters).fill([I32])),
      results,
      ...(results ? [I32] : []),
    ];
    const at = this.#types.findIndex((each) => each.join() === type.join());
    return at >= 0 ? at : this.#types.push(type) - 1;
  }
}
