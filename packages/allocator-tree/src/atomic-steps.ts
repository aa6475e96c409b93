/** A WebAssembly module of atomic instructions on an imported shared memory. */

export interface AtomicSteps {
  readonly load: (address: number) => number;
  /** Each takes the address of a word and returns what the word was. */
  readonly swap: (address: number, before: number, after: number) => number;
  readonly exchange: (address: number, value: number) => number;
  readonly add: (address: number, value: number) => number;
  readonly and: (address: number, mask: number) => number;
  readonly or: (address: number, mask: number) => number;
}

/** Second byte of each instruction; the first is the prefix of atomic instructions. */
const INSTRUCTIONS: Readonly<
  Record<keyof AtomicSteps, { readonly code: number; readonly operands: number }>
> = {
  load: { code: 0x10, operands: 1 },
  swap: { code: 0x48, operands: 3 },
  exchange: { code: 0x41, operands: 2 },
  add: { code: 0x1e, operands: 2 },
  and: { code: 0x2c, operands: 2 },
  or: { code: 0x33, operands: 2 },
};

const ATOMIC = 0xfe;
const LOCAL_GET = 0x20;
const END = 0x0b;
const I32 = 0x7f;
const FUNCTION = 0x60;
/** Alignment 2^2 and offset 0. */
const WORD_AT = [2, 0];
const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 };
const MAX_PAGES = [0x80, 0x80, 0x04];
const SHARED_WITH_MAXIMUM = 3;

const list = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];
const text = (name: string): number[] => sized([...name].map((letter) => letter.charCodeAt(0)));
/** Sections stay below 128 bytes, so that each length is one byte. */
const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(list(items))];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const names = Object.keys(INSTRUCTIONS) as (keyof AtomicSteps)[];
  const typeOf = (operands: number): number[] => [FUNCTION, ...sized(new Array(operands).fill(I32)), 1, I32];
  const bodyOf = ({ code, operands }: { code: number; operands: number }): number[] => {
    const operandBytes = Array.from({ length: operands }, (_, operand) => [LOCAL_GET, operand]).flat();
    return sized([0, ...operandBytes, ATOMIC, code, ...WORD_AT, END]);
  };
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(SECTION.type, [typeOf(1), typeOf(2), typeOf(3)]),
    ...section(SECTION.import, [
      [...text('shared'), ...text('memory'), 2, SHARED_WITH_MAXIMUM, 1, ...MAX_PAGES],
    ]),
    ...section(
      SECTION.function,
      names.map((name) => [INSTRUCTIONS[name].operands - 1]),
    ),
    ...section(
      SECTION.export,
      names.map((name, index) => [...text(name), 0, index]),
    ),
    ...section(
      SECTION.code,
      names.map((name) => bodyOf(INSTRUCTIONS[name])),
    ),
  ]);
}

let compiled: WebAssembly.Module | undefined;

/** The instructions, for one shared memory. */
export function atomicSteps(memory: WebAssembly.Memory): AtomicSteps {
  compiled ??= new WebAssembly.Module(moduleBytes());
  const { exports } = new WebAssembly.Instance(compiled, { shared: { memory } });
  return exports as unknown as AtomicSteps;
}
