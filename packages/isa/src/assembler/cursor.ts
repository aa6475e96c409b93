import type { Token } from './lexer.ts';
import { absolute, OPERATORS, PRECEDENCE, type Value } from './value.ts';

/** The names an expression may use, and what becomes of addresses in it. */
export interface Scope {
  /** The value of a symbol, or undefined while it has none. */
  symbol(name: string): Value | undefined;
  /** The nearest numeric local label before (`b`) or after (`f`) this statement. */
  local(number: bigint, direction: 'b' | 'f'): Value | undefined;
  /** The address of this statement. */
  here(): Value;
  /** The address of the literal pool entry for this statement's `=value`. */
  literal(): Value | undefined;
  /** The number an address stands for at this origin, or undefined while it isn't settled. */
  settle(value: Value, use: AddressUse): bigint | undefined;
}

/**
 * What an address is used for, which decides how the image may be relocated: `exact` ties the image to its origin,
 * `page` allows a move by whole 4 KiB pages, `relative` (a distance inside the image) any move.
 */
export type AddressUse = 'exact' | 'page' | 'relative';

/** The furthest thing in a statement that wasn't what it should be. */
export interface CursorFailure {
  /** Offset of the offending token in the statement. */
  readonly offset: number;
  readonly found: string;
  readonly expected: readonly string[];
  /** The symbol without a value, when that is what went wrong. */
  readonly undefinedSymbol: string | undefined;
}

/**
 * Reads the operands of a statement. A method that doesn't find what it wants notes what it expected and gives
 * `undefined` or `false`; the furthest such note becomes the diagnostic.
 */
export class Cursor {
  readonly scope: Scope;
  /** True when an expression failed only because addresses aren't settled yet. */
  needsLayout = false;
  readonly #tokens: readonly Token[];
  #position = 0;
  #nesting = 0;
  #failurePosition = -1;
  #expected: string[] = [];
  #undefinedSymbol: string | undefined;

  constructor(tokens: readonly Token[], scope: Scope, position = 0) {
    this.#tokens = tokens;
    this.scope = scope;
    this.#position = position;
  }

  get token(): Token {
    return this.#tokens[this.#position] as Token;
  }

  get position(): number {
    return this.#position;
  }

  set position(position: number) {
    this.#position = position;
  }

  get atEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Notes that something else was expected here. */
  fail(expected: string): false {
    return this.#note(this.#position, expected);
  }

  /** Notes that what starts at `position` has the right shape but a wrong value. */
  failValue(position: number, expected: string): false {
    return this.#note(position + 0.5, expected);
  }

  #note(position: number, expected: string): false {
    if (position > this.#failurePosition) {
      this.#failurePosition = position;
      this.#expected = [];
      this.#undefinedSymbol = undefined;
    }
    if (position === this.#failurePosition && !this.#expected.includes(expected))
      this.#expected.push(expected);
    return false;
  }

  /** The furthest failure noted. */
  failure(): CursorFailure {
    const token = this.#tokens[Math.floor(Math.max(0, this.#failurePosition))] as Token;
    return {
      offset: token.offset,
      found: token.text,
      expected: this.#expected,
      undefinedSymbol: this.#undefinedSymbol,
    };
  }

  /** Takes a punctuation token when it is next. */
  take(text: string): boolean {
    const { kind, text: found } = this.token;
    if (kind !== 'punctuation' || found !== text) return false;
    this.#position++;
    return true;
  }

  /** Takes a punctuation token or notes its absence. */
  expect(text: string): boolean {
    return this.take(text) || this.fail(`'${text}'`);
  }

  /** Whether a punctuation token is next. */
  sees(text: string): boolean {
    return this.token.kind === 'punctuation' && this.token.text === text;
  }

  /** Takes a name in lower case when one is next. */
  name(): string | undefined {
    if (this.token.kind !== 'name') return undefined;
    const { text } = this.token;
    this.#position++;
    return text.toLowerCase();
  }

  /** Looks at the name that is next, in lower case, without taking it. */
  peekName(): string | undefined {
    return this.token.kind === 'name' ? this.token.text.toLowerCase() : undefined;
  }

  /** Reads an expression that is a number; an address counts as its number at this origin. */
  constant(expected: string): bigint | undefined {
    const start = this.#position;
    this.take('#');
    if (this.sees('[') || this.sees('=') || this.token.kind === 'end') {
      this.#position = start;
      this.fail(expected);
      return undefined;
    }
    const value = this.expression(expected);
    if (value === undefined) return undefined;
    return this.number(value, start);
  }

  /** Reads a number from `minimum` to `maximum`. */
  integer(minimum: bigint | number, maximum: bigint | number): number | undefined {
    const expected = minimum === maximum ? `#${minimum}` : `an immediate from ${minimum} to ${maximum}`;
    const start = this.#position;
    const value = this.constant(expected);
    if (value === undefined) return undefined;
    if (value < minimum || value > maximum) {
      this.failValue(start, expected);
      return undefined;
    }
    return Number(value);
  }

  /** Reduces a value to a number, noting a failure when the address isn't settled yet. */
  number(value: Value, start: number, use: AddressUse = 'exact'): bigint | undefined {
    if (value.section === undefined) return value.offset;
    const settled = this.scope.settle(value, use);
    if (settled === undefined) {
      this.failValue(start, 'a value known at this point');
      this.needsLayout = true;
    }
    return settled;
  }

  /** Reads an expression with the operators and precedence of GNU as. */
  expression(expected = 'an expression', level = PRECEDENCE.length - 1): Value | undefined {
    if (level < 0) return this.#primary(expected);
    const start = this.#position;
    let left = this.expression(expected, level - 1);
    while (left !== undefined) {
      const operator = this.token.kind === 'punctuation' ? this.token.text : '';
      if (!PRECEDENCE[level]?.includes(operator)) return left;
      this.#position++;
      const right = this.expression('an expression', level - 1);
      if (right === undefined) return undefined;
      left = this.#combine(operator, left, right, start);
    }
    return undefined;
  }

  #combine(operator: string, left: Value, right: Value, start: number): Value | undefined {
    if (operator === '+' && (left.section === undefined || right.section === undefined)) {
      return {
        offset: BigInt.asIntN(64, left.offset + right.offset),
        section: left.section ?? right.section,
      };
    }
    if (operator === '-') {
      if (left.section === right.section) return absolute(left.offset - right.offset);
      if (right.section === undefined) {
        return { offset: BigInt.asIntN(64, left.offset - right.offset), section: left.section };
      }
    }
    if (left.section !== undefined && left.section === right.section && /^[=!<>]/.test(operator)) {
      return absolute(OPERATORS[operator]?.(left.offset, right.offset) ?? 0n);
    }
    const use =
      operator === '-' && left.section !== undefined && right.section !== undefined ? 'relative' : 'exact';
    const a = this.number(left, start, use);
    const b = this.number(right, start, use);
    if (a === undefined || b === undefined) return undefined;
    if (operator === '+') return absolute(a + b);
    if (operator === '-') return absolute(a - b);
    const result = OPERATORS[operator]?.(a, b);
    if (result === undefined) {
      this.failValue(start, 'a division by something other than zero');
      return undefined;
    }
    return absolute(result);
  }

  #primary(expected: string): Value | undefined {
    if (this.#nesting >= MAXIMUM_NESTING) {
      this.fail(`an expression nested at most ${MAXIMUM_NESTING} deep`);
      return undefined;
    }
    this.#nesting++;
    const value = this.#unnestedPrimary(expected);
    this.#nesting--;
    return value;
  }

  #unnestedPrimary(expected: string): Value | undefined {
    const start = this.#position;
    const { kind, text, value } = this.token;
    if (kind === 'number') {
      this.#position++;
      return absolute(value);
    }
    if (kind === 'local') {
      this.#position++;
      const found = this.scope.local(value, text.endsWith('b') ? 'b' : 'f');
      if (found === undefined)
        this.failValue(start, `a label '${value}:' ${text.endsWith('b') ? 'before' : 'after'} it`);
      return found;
    }
    if (kind === 'name') return this.#symbol(text, expected, start);
    if (this.take('(')) {
      const inner = this.expression('an expression');
      if (inner === undefined) return undefined;
      return this.expect(')') ? inner : undefined;
    }
    for (const [operator, apply] of UNARY) {
      if (!this.take(operator)) continue;
      const operand = this.#primary('an expression');
      if (operand === undefined) return undefined;
      const number = this.number(operand, start);
      return number === undefined ? undefined : absolute(apply(number));
    }
    this.fail(expected);
    return undefined;
  }

  #symbol(text: string, expected: string, start: number): Value | undefined {
    if (isRegisterName(text.toLowerCase())) {
      this.fail(expected);
      return undefined;
    }
    this.#position++;
    if (text === '.') return this.scope.here();
    const found = this.scope.symbol(text);
    if (found === undefined) {
      if (isVectorRegisterName(text)) this.#note(start, expected);
      else this.failValue(start, 'a defined symbol');
      this.#undefinedSymbol = text;
    }
    return found;
  }
}

/** Deep enough for people, shallow enough for the host's stack. */
const MAXIMUM_NESTING = 100;

const UNARY: readonly [string, (value: bigint) => bigint][] = [
  ['-', (value) => -value],
  ['+', (value) => value],
  ['~', (value) => ~value],
  ['!', (value) => (value === 0n ? 1n : 0n)],
];

/** Whether a name is a SIMD&FP register. Symbols may have such names, but an undefined one is a wrong operand. */
export function isVectorRegisterName(name: string): boolean {
  return /^(?:v(?:\d|[12]\d|3[01])(?:\.\w+)?|[bhsdq](?:\d|[12]\d|3[01]))$/i.test(name);
}

/** Whether a lower-case name is an integer register, which no expression may contain. */
export function isRegisterName(name: string): boolean {
  return /^(?:[wx](?:\d|[12]\d|30)|[wx]zr|w?sp|lr|fp|ip[01])$/.test(name);
}
