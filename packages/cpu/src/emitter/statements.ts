import type { Code, InnerLabel, Label } from '../wasm/code.ts';
import type { ValueType } from '../wasm/opcodes.ts';
import { type Expr, type I32, local } from './expressions.ts';

/** What code is made of, whatever it computes: held values and structured control flow. */
export abstract class Statements {
  readonly code: Code;

  constructor(code: Code) {
    this.code = code;
  }

  /** A local for the rest of this code. */
  abstract temporary(type: ValueType): number;

  /** Evaluates now and holds the value. */
  let<T extends ValueType>(value: Expr<T>): Expr<T> {
    const index = this.temporary(value.type);
    this.assign(index, value);
    return local(value.type, index);
  }

  localI32(index: number): I32 {
    return local('i32', index);
  }

  assign(index: number, value: Expr): void {
    value.emit(this.code);
    this.code.localSet(index);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    condition.emit(this.code);
    this.code.if();
    this.arms(then, otherwise);
  }

  /** The same where the condition hardly ever holds. */
  ifUnlikely(condition: I32, then: () => void, otherwise?: () => void): void {
    condition.emit(this.code);
    this.code.hint(false);
    this.code.if();
    this.arms(then, otherwise);
  }

  private arms(then: () => void, otherwise?: () => void): void {
    then();
    if (otherwise !== undefined) {
      this.code.else();
      otherwise();
    }
    this.code.end();
  }

  /** Runs `body` in a block; `br(label)` inside it leaves the block. */
  block(body: (label: InnerLabel) => void): void {
    body(this.code.block());
    this.code.end();
  }

  br(label: Label): void {
    this.code.br(label);
  }

  brIf(condition: I32, label: Label): void {
    condition.emit(this.code);
    this.code.brIf(label);
  }

  /** The same where the condition hardly ever holds. */
  brIfUnlikely(condition: I32, label: Label): void {
    condition.emit(this.code);
    this.code.hint(false);
    this.code.brIf(label);
  }
}
