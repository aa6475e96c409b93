import { add, and, eqz, i32, loadI32, local, ltU, mul, shrU } from '../../emitter/expressions.ts';
import { FunctionCode } from '../../emitter/function-code.ts';
import type { ModuleWriter } from '../../wasm/module.ts';
import { SOFT_OPERATIONS, type SoftOperationName } from '../operation-word.ts';
import { doubleLaneFunction } from './double.ts';
import { controlAddress, LANE_SIGNATURE, type LaneFunction } from './lane-function.ts';
import { narrowLaneFunction } from './narrow.ts';
import { HALF, ROUNDING_SIGNATURE, roundingFunction, SINGLE } from './rounding.ts';

/*
 * The exact path has two halves: functions of the module for what is frequent, and the software in TypeScript for all
 * else. A function of the module does one lane of one operation, in any rounding mode. It sets no flags: where FPSR
 * would change, the software does the operation again, and where the cumulative flags are set already, which is soon,
 * there is nothing to change. Nothing is stored but the result, so it can give up at any lane.
 */

const FORMATS = [16, 32, 64] as const;

/**
 * Adds the functions to a module.
 *
 * @param state where the state block is in machine memory.
 * @param software the imported function that does any operation.
 * @returns the index of a function that is called as `software` is, with the word that names an operation.
 */
export function addExactPath(writer: ModuleWriter, state: number, software: number): number {
  const addFunction = (f: FunctionCode, signature: { params: readonly ('i32' | 'f64')[] }): number =>
    writer.addFunction(signature.params, ['i32'], f.locals, f.code);
  const rounding = {
    toHalf: addFunction(roundingFunction(HALF, state), ROUNDING_SIGNATURE),
    toSingle: addFunction(roundingFunction(SINGLE, state), ROUNDING_SIGNATURE),
  };
  const laneFunction = (name: SoftOperationName, format: 16 | 32 | 64): LaneFunction | undefined =>
    (format === 64 ? doubleLaneFunction(name, state) : undefined) ??
    narrowLaneFunction(name, format, state, rounding);
  /** By operation and format: index of a function, or undefined for what is left to the software. */
  const functions = SOFT_OPERATIONS.flatMap((name) =>
    FORMATS.map((format) => {
      const f = laneFunction(name, format);
      return f && addFunction(f, LANE_SIGNATURE);
    }),
  );
  const f = dispatcher(state, functions);
  f.code.localGet(0);
  f.code.call(software);
  f.finish();
  return writer.addFunction(['i32'], [], f.locals, f.code);
}

/** Does all lanes and returns, or comes to its end where one could not be done. */
function dispatcher(state: number, functions: readonly (number | undefined)[]): FunctionCode {
  const f = new FunctionCode(['i32']);
  const { code } = f;
  const word = f.parameter('i32', 0);
  const control = f.let(loadI32(i32(0), controlAddress(state)));
  const operation = mul(and(word, i32(0xff)), i32(FORMATS.length));
  const index = f.let(add(operation, and(shrU(word, i32(8)), i32(3))));
  const lanes = f.let(and(shrU(word, i32(12)), i32(15)));
  const [lanePlace, donePlace] = [f.temporary('i32'), f.temporary('i32')];
  const lane = local('i32', lanePlace);
  f.block((giveUp) => {
    const next = code.loop();
    f.block((called) => {
      const cases = functions.flatMap((target, at) => (target === undefined ? [] : [{ target, at }]));
      // The block of the first case is the innermost one.
      for (let depth = 0; depth < cases.length; depth++) code.block();
      index.emit(code);
      const toSoftware = code.depth - giveUp.depth;
      const depths = functions.map((_, at) => cases.findIndex((one) => one.at === at));
      code.brTable(
        depths.map((depth) => (depth < 0 ? toSoftware : depth)),
        toSoftware,
      );
      for (const { target } of cases) {
        code.end();
        lane.emit(code);
        control.emit(code);
        code.call(target);
        code.localSet(donePlace);
        code.br(called);
      }
    });
    f.brIf(eqz(local('i32', donePlace)), giveUp);
    f.assign(lanePlace, add(lane, i32(1)));
    f.brIf(ltU(lane, lanes), next);
    code.end();
    f.return();
  });
  return f;
}
