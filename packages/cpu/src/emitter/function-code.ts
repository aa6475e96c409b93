import { Code } from '../wasm/code.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import { type Expr, local } from './expressions.ts';
import { Statements } from './statements.ts';

/** The body of a function of the module, with as many locals as it takes. */
export class FunctionCode extends Statements {
  /** Types of the locals after the parameters. */
  readonly locals: ValueType[] = [];
  private readonly parameters: readonly ValueType[];

  constructor(parameters: readonly ValueType[]) {
    super(new Code());
    this.parameters = parameters;
  }

  parameter<T extends ValueType>(type: T, index: number): Expr<T> {
    return local(type, index);
  }

  temporary(type: ValueType): number {
    return this.parameters.length + this.locals.push(type) - 1;
  }

  return(...values: readonly Expr[]): void {
    for (const value of values) value.emit(this.code);
    this.code.op(OP.return);
  }

  /** Ends the body with its results. */
  finish(...results: readonly Expr[]): void {
    for (const result of results) result.emit(this.code);
    this.code.op(OP.end);
  }
}
