import { type AssembleResult, tryAssemble } from '../assembler/assemble.ts';
import type { AssembleOptions } from '../assembler/assembly.ts';
import { AssemblyError } from '../assembler/diagnostics.ts';
import type { AssembledImage } from '../assembler/image.ts';
import { MNEMONICS, type Mnemonic } from './mnemonics.ts';
import { type BuilderOperand, formatOperand } from './operands.ts';

/** One method per mnemonic; `b.eq` and its kin are methods of that name. */
export type InstructionMethods = {
  readonly [Name in Mnemonic]: (...operands: readonly BuilderOperand[]) => AssemblyBuilder;
};

/** Everything the builder has besides instructions. */
export interface BuilderCore {
  /** Adds an instruction or directive by name. */
  emit(mnemonic: Mnemonic, ...operands: readonly BuilderOperand[]): AssemblyBuilder;
  /** Defines a label here. */
  label(name: string): AssemblyBuilder;
  /** Defines a symbol. */
  equ(name: string, value: number | bigint | string): AssemblyBuilder;
  /** 8-byte values; a string is an expression, such as a label. */
  quad(...values: readonly (number | bigint | string)[]): AssemblyBuilder;
  /** 4-byte values. */
  word(...values: readonly (number | bigint | string)[]): AssemblyBuilder;
  /** 2-byte values. */
  hword(...values: readonly (number | bigint | string)[]): AssemblyBuilder;
  /** Bytes. */
  byte(...values: readonly (number | bigint | string)[]): AssemblyBuilder;
  /** A string in UTF-8 without a terminator. */
  ascii(text: string): AssemblyBuilder;
  /** A string in UTF-8 and a zero byte. */
  asciz(text: string): AssemblyBuilder;
  /** Pads to a multiple of `bytes`, a power of two. */
  align(bytes: number): AssemblyBuilder;
  /** Leaves `size` bytes of `fill`. */
  space(size: number, fill?: number): AssemblyBuilder;
  /** Switches to a section. */
  section(name: string): AssemblyBuilder;
  /** Writes out the literal pool. */
  ltorg(): AssemblyBuilder;
  /** Adds source text as it is. */
  source(text: string): AssemblyBuilder;
  /** The source gathered so far, one statement per line. */
  text(): string;
  /**
   * Assembles what was gathered.
   *
   * @throws AssemblyError whose line numbers count the builder's calls from 1.
   */
  assemble(options?: AssembleOptions): AssembledImage;
  /** Assembles what was gathered and gives mistakes as values. */
  tryAssemble(options?: AssembleOptions): AssembleResult;
}

/** Builds a program instruction by instruction; every method returns the builder. */
export type AssemblyBuilder = BuilderCore & InstructionMethods;

class Builder {
  readonly #options: AssembleOptions;
  readonly #lines: string[] = [];

  constructor(options: AssembleOptions) {
    this.#options = options;
  }

  #add(line: string): AssemblyBuilder {
    this.#lines.push(line);
    return this as unknown as AssemblyBuilder;
  }

  emit(mnemonic: string, ...operands: readonly BuilderOperand[]): AssemblyBuilder {
    return this.#add(`${mnemonic} ${operands.map(formatOperand).join(', ')}`.trimEnd());
  }

  label(name: string): AssemblyBuilder {
    return this.#add(`${name}:`);
  }

  equ(name: string, value: number | bigint | string): AssemblyBuilder {
    return this.#add(`.equ ${name}, ${value}`);
  }

  quad(...values: readonly (number | bigint | string)[]): AssemblyBuilder {
    return this.#add(`.quad ${values.join(', ')}`);
  }

  word(...values: readonly (number | bigint | string)[]): AssemblyBuilder {
    return this.#add(`.word ${values.join(', ')}`);
  }

  hword(...values: readonly (number | bigint | string)[]): AssemblyBuilder {
    return this.#add(`.hword ${values.join(', ')}`);
  }

  byte(...values: readonly (number | bigint | string)[]): AssemblyBuilder {
    return this.#add(`.byte ${values.join(', ')}`);
  }

  ascii(text: string): AssemblyBuilder {
    const bytes = new TextEncoder().encode(text);
    return this.#add(bytes.length === 0 ? '' : `.byte ${bytes.join(', ')}`);
  }

  asciz(text: string): AssemblyBuilder {
    return this.ascii(`${text}\0`);
  }

  align(bytes: number): AssemblyBuilder {
    return this.#add(`.balign ${bytes}`);
  }

  space(size: number, fill = 0): AssemblyBuilder {
    return this.#add(`.space ${size}, ${fill}`);
  }

  section(name: string): AssemblyBuilder {
    return this.#add(`.section ${name}`);
  }

  ltorg(): AssemblyBuilder {
    return this.#add('.ltorg');
  }

  source(text: string): AssemblyBuilder {
    return this.#add(text);
  }

  text(): string {
    return this.#lines.join('\n');
  }

  tryAssemble(options: AssembleOptions = {}): AssembleResult {
    return tryAssemble(this.text(), { ...this.#options, ...options });
  }

  assemble(options: AssembleOptions = {}): AssembledImage {
    const result = this.tryAssemble(options);
    if (!result.ok) throw new AssemblyError(result.diagnostics);
    return result.image;
  }
}

/** The builder's methods with one per mnemonic behind them. */
function makePrototype(): object {
  const methods: Record<string, (this: Builder, ...operands: BuilderOperand[]) => AssemblyBuilder> = {};
  for (const mnemonic of MNEMONICS) {
    methods[mnemonic] = function (...operands) {
      return this.emit(mnemonic, ...operands);
    };
  }
  return methods;
}

let instructionsAdded = false;

/**
 * Starts a program.
 *
 * @example
 * const { x0 } = registers;
 * const image = assembler({ origin: 0x4008_0000 }).label('loop').add(x0, x0, 1).b('loop').assemble();
 */
export function assembler(options: AssembleOptions = {}): AssemblyBuilder {
  if (!instructionsAdded) {
    Object.assign(Builder.prototype, makePrototype());
    instructionsAdded = true;
  }
  return new Builder(options) as unknown as AssemblyBuilder;
}
