import { CPU_STATE } from '@armature/core';
import {
  add,
  and,
  type Expr,
  eq,
  eqz,
  extendU,
  gtU,
  i32,
  i64,
  loadI64,
  local,
  ltU,
  or,
  select,
  shl,
  sub,
  wrap,
} from '../emitter/expressions.ts';
import { Code } from '../wasm/code.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import { ACCESS_OPTION } from './calling-convention.ts';

/**
 * Reads and writes of 8 to 64 consecutive bytes that the soft TLB does not answer at once: across pages, to
 * devices, where alignment is checked. (address, bytes, alignment); the bytes are in `transfer`.
 *
 * A block that is aligned to 8 goes by eights. Another one goes by its elements, so that only those that are
 * themselves misaligned fault where that is checked; elements of 16 go by eights, checked as what they are.
 */

const ADDRESS = local('i64', 0);
const BYTES = local('i32', 1);
const ALIGNMENT = local('i32', 2);
const CHUNK = 3;
const OFFSET = 4;
const STATUS = 5;
const chunk = local('i32', CHUNK);
const offset = local('i32', OFFSET);

/** Locals that both functions have after their parameters. */
const LOCALS: readonly ValueType[] = ['i32', 'i32', 'i32'];

export const BLOCK_PARAMETERS: ValueType[] = ['i64', 'i32', 'i32'];
export const READ_BLOCK_LOCALS: ValueType[] = [...LOCALS, 'i64', 'i64'];
export const WRITE_BLOCK_LOCALS: ValueType[] = [...LOCALS];

function assign(code: Code, index: number, value: Expr): void {
  value.emit(code);
  code.localSet(index);
}

function begin(code: Code): void {
  const byEights = or(eqz(and(wrap(ADDRESS), i32(7))), gtU(ALIGNMENT, i32(8)));
  assign(code, CHUNK, select(byEights, i32(8), ALIGNMENT));
}

const chunkAddress = add(ADDRESS, extendU(offset));
/** Only the first half of 16 bytes is checked for their alignment: then so is the rest. */
const checked = select(and(eq(ALIGNMENT, i32(16)), eqz(offset)), i32(ACCESS_OPTION.quadword), i32(0));

/** Returns from the function when the access just called for did not succeed. */
function returnFailure(code: Code): void {
  code.localTee(STATUS);
  code.if();
  code.localGet(STATUS);
  code.op(OP.return);
  code.end();
}

/** The first eight bytes are kept until the end, for every read leaves its value where they belong. */
export function readBlockCode(state: number, slowRead: number): Code {
  const code = new Code();
  const [GROUP, FIRST] = [6, 7];
  const transfer = state + CPU_STATE.transfer;
  begin(code);
  const next = code.loop();
  chunkAddress.emit(code);
  code.localGet(CHUNK);
  checked.emit(code);
  code.call(slowRead);
  returnFailure(code);
  const inGroup = shl(extendU(and(offset, i32(7))), i64(3));
  assign(code, GROUP, or(local('i64', GROUP), shl(loadI64(i32(0), transfer), inGroup)));
  assign(code, OFFSET, add(offset, chunk));
  eqz(and(offset, i32(7))).emit(code);
  code.if();
  eq(offset, i32(8)).emit(code);
  code.if();
  assign(code, FIRST, local('i64', GROUP));
  code.else();
  sub(offset, i32(8)).emit(code);
  code.localGet(GROUP);
  code.memory(OP.i64Store, transfer);
  code.end();
  assign(code, GROUP, i64(0));
  code.end();
  ltU(offset, BYTES).emit(code);
  code.brIf(next);
  code.end();
  code.i32Const(0);
  code.localGet(FIRST);
  code.memory(OP.i64Store, transfer);
  code.i32Const(0);
  code.op(OP.end);
  return code;
}

/** @param options bits of ACCESS_OPTION for all of the writes. */
export function writeBlockCode(state: number, slowWrite: number, options = 0): Code {
  const code = new Code();
  begin(code);
  const next = code.loop();
  chunkAddress.emit(code);
  loadI64(offset, state + CPU_STATE.transfer).emit(code);
  code.localGet(CHUNK);
  or(checked, i32(options)).emit(code);
  code.call(slowWrite);
  returnFailure(code);
  assign(code, OFFSET, add(offset, chunk));
  ltU(offset, BYTES).emit(code);
  code.brIf(next);
  code.end();
  code.i32Const(0);
  code.op(OP.end);
  return code;
}
