import { CPU_STATE, FETCH_TLB, SOFT_TLB } from '@armature/core';
import type { Feature } from '@armature/isa';
import type { HelperName } from '../emitter/emitter.ts';
import {
  add,
  and,
  eq,
  eqz,
  extendU,
  type I32,
  type I64,
  i32,
  i64,
  loadFrom,
  loadI32,
  loadI64,
  local,
  ltS,
  or,
  select,
  shl,
  shrU,
  sub,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import { addExactPath } from '../floating-point/compiled/index.ts';
import { REGION_EXIT, REGION_SIGNATURE, type RegionImportName } from '../jit/calling-convention.ts';
import { STORE_FLAGS_PARAMETERS, storeFlagsFunction } from '../jit/flags.ts';
import { Code, type InnerLabel } from '../wasm/code.ts';
import { ModuleWriter } from '../wasm/module.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import {
  BLOCK_PARAMETERS,
  READ_BLOCK_LOCALS,
  readBlockCode,
  WRITE_BLOCK_LOCALS,
  writeBlockCode,
} from './block-access.ts';
import { ACCESS_OPTION, type InterpreterFunctions, LEAVE, LOCAL, TEMPORARIES } from './calling-convention.ts';
import type { CodeArena } from './code-arena.ts';
import { OUTLINED_SIGNATURE } from './emitter.ts';
import {
  BRANCH_TARGET_HANDLERS,
  buildHandlers,
  FIRST_HANDLER,
  HANDLER,
  type HandlerSet,
} from './handlers.ts';
import { HANDLER_OFFSET, STORES_LEFT_OFFSET } from './record.ts';
import { isOutlinedBesideCompiler } from './seldom.ts';

/**
 * The interpreter as a WebAssembly module: one function whose loop branches by table over the handler numbers
 * of predecoded records, in two forms:
 *
 * - `run` looks at the instruction budget at taken branches and page ends only, so it overshoots by less than
 *   the 1,024 instructions of a page;
 * - `step` looks before every instruction, and serves to use up a budget exactly.
 */
export interface InterpreterModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly handlers: HandlerSet;
}

/** What the engine gives the module. Halves and flags are i32; results are {@link LEAVE} codes, 0 to go on. */
export type InterpreterImports = {
  /** Takes a {@link LEAVE} code; returns the record to go on with, or 0 to return to the caller. */
  readonly enter: (status: number) => number;
  readonly decode: (record: number) => void;
  readonly readSlow: (lo: number, hi: number, bytes: number, options: number) => number;
  readonly writeSlow: (
    lo: number,
    hi: number,
    valueLo: number,
    valueHi: number,
    bytes: number,
    options: number,
  ) => number;
  readonly alignmentFault: (lo: number, hi: number, write: number) => number;
  readonly stackFault: () => number;
  readonly floatingPointTrap: () => number;
  readonly softFloat: (operation: number) => void;
  /** A branch to a record was interpreted so often that it is worth compiling. */
  readonly hot: (record: number) => void;
  /** The word of a record is about to change that regions contain. */
  readonly codeWritten: (record: number) => void;
  /** So much is stored to the page of these records that it is hardly one of code any more. */
  readonly pageWritten: (records: number) => void;
} & { readonly [Name in HelperName]: (argument: number) => number };

const HELPERS: readonly HelperName[] = [
  'undefined',
  'exception',
  'systemRead',
  'systemWrite',
  'systemOperation',
  'pstateWrite',
  'exceptionReturn',
  'pointerAuthentication',
  'branchTarget',
  'wait',
];

export interface InterpreterShape {
  /** Offset of the state block that it works on. */
  readonly state: number;
  readonly arena: CodeArena;
  readonly memory: { readonly initial: number; readonly maximum: number; readonly shared: boolean };
  /** Handlers for the instructions of these. Default: for all there are. */
  readonly features?: ReadonlySet<Feature>;
  /** It counts branches, and enters compiled regions by way of an imported table. */
  readonly regions: boolean;
}

export function buildInterpreterModule(shape: InterpreterShape): InterpreterModule {
  const { state, arena, memory, features, regions } = shape;
  const writer = new ModuleWriter(memory);
  const regionTable = regions ? writer.importTable('regions') : undefined;
  const words = (count: number): ValueType[] => new Array(count).fill('i32');
  const enter = writer.importFunction('enter', words(1), words(1));
  const decode = writer.importFunction('decode', words(1), []);
  const readSlow = writer.importFunction('readSlow', words(4), words(1));
  const writeSlow = writer.importFunction('writeSlow', words(6), words(1));
  const alignmentFault = writer.importFunction('alignmentFault', words(3), words(1));
  const stackFault = writer.importFunction('stackFault', [], words(1));
  const floatingPointTrap = writer.importFunction('floatingPointTrap', [], words(1));
  const softFloat = writer.importFunction('softFloat', words(1), []);
  const hot = writer.importFunction('hot', words(1), []);
  const codeWritten = writer.importFunction('codeWritten', words(1), []);
  const pageWritten = writer.importFunction('pageWritten', words(1), []);
  const helpers = Object.fromEntries(
    HELPERS.map((name) => [name, writer.importFunction(name, words(1), words(1))]),
  ) as Record<HelperName, number>;
  const slowRead = writer.addFunction(
    ['i64', 'i32', 'i32'],
    ['i32'],
    ['i32', 'i64'],
    slowReadCode(state, readSlow),
  );
  const slowWrite = writer.addFunction(
    ['i64', 'i64', 'i32', 'i32'],
    ['i32'],
    ['i32', 'i64', 'i32', 'i32'],
    slowWriteCode(state, writeSlow, { codeWritten, pageWritten }, arena),
  );
  const slowReadBlock = writer.addFunction(
    BLOCK_PARAMETERS,
    ['i32'],
    READ_BLOCK_LOCALS,
    readBlockCode(state, slowRead),
  );
  const slowWriteBlock = writer.addFunction(
    BLOCK_PARAMETERS,
    ['i32'],
    WRITE_BLOCK_LOCALS,
    writeBlockCode(state, slowWrite),
  );
  const functions: InterpreterFunctions = {
    slowRead,
    slowWrite,
    slowReadBlock,
    slowWriteBlock,
    alignmentFault,
    stackFault,
    floatingPointTrap,
    softFloat: addExactPath(writer, state, softFloat),
    helpers,
    table: writer.ownTable,
    guardsBranches: features?.has('FEAT_BTI') !== false,
  };
  const { params, results } = OUTLINED_SIGNATURE;
  const handlers = buildHandlers(
    functions,
    writer.signatureIndex(params, results),
    state,
    features,
    regions ? isOutlinedBesideCompiler : undefined,
  );
  for (const outlined of handlers.functions) {
    writer.addToTable(writer.addFunction(params, results, outlined.locals, outlined.code));
  }
  const signature = writer.signatureIndex(REGION_SIGNATURE.params, REGION_SIGNATURE.results);
  const locals: ValueType[] = [
    ...words(LOCAL.firstI32),
    ...(Object.keys(TEMPORARIES) as (keyof typeof TEMPORARIES)[]).flatMap((type) =>
      new Array<ValueType>(TEMPORARIES[type].end - TEMPORARIES[type].first).fill(type),
    ),
  ];
  for (const name of ['run', 'step'] as const) {
    const code = dispatchLoop(
      handlers.codes,
      { enter, decode, undefined: helpers.undefined },
      state,
      name === 'step',
      regionTable === undefined || name === 'step' ? undefined : enterRegion(state, arena, hot, signature),
    );
    writer.addFunction([], [], locals, code, name);
  }
  if (regions) exportForRegions(writer, state, functions);
  return { bytes: writer.finish(), handlers };
}

/** What regions import, by the names that REGION_IMPORTS has. */
function exportForRegions(writer: ModuleWriter, state: number, functions: InterpreterFunctions): void {
  const storeFlags = storeFlagsFunction(state);
  const { slowRead, slowWrite, slowReadBlock, alignmentFault, stackFault, floatingPointTrap } = functions;
  const exported: Record<RegionImportName, number> = {
    slowRead,
    slowWrite,
    slowReadBlock,
    alignmentFault,
    stackFault,
    floatingPointTrap,
    softFloat: functions.softFloat,
    pointerAuthentication: functions.helpers.pointerAuthentication,
    slowWriteBlock: writer.addFunction(
      BLOCK_PARAMETERS,
      ['i32'],
      WRITE_BLOCK_LOCALS,
      writeBlockCode(state, slowWrite, ACCESS_OPTION.compiled),
    ),
    storeFlags: writer.addFunction(STORE_FLAGS_PARAMETERS, [], storeFlags.locals, storeFlags.code),
  };
  for (const [name, index] of Object.entries(exported)) writer.exportFunction(name, index);
}

const record: I32 = local('i32', LOCAL.record);
const count: I32 = local('i32', LOCAL.count);

/** Labels of the dispatch loop that code outside handlers needs. */
interface LoopLabels {
  readonly taken: InnerLabel;
  readonly dispatch: InnerLabel;
  readonly leave: InnerLabel;
  readonly limit: InnerLabel;
}

/** Emits what happens at a branch's target: counting, or going on in the region that begins there. */
function enterRegion(
  state: number,
  arena: CodeArena,
  hot: number,
  signature: number,
): (code: Code, labels: Omit<LoopLabels, 'dispatch'>) => void {
  const heatAt = LOCAL.firstI32;
  const heat = LOCAL.firstI32 + 1;
  return (code, labels) => {
    const set = (index: number, value: I32): void => {
      value.emit(code);
      code.localSet(index);
    };
    set(heatAt, shrU(record, i32(2)));
    set(heat, loadI32(local('i32', heatAt), arena.heatBias));
    const interpret = code.block();
    const isCompiled = code.block();
    ltS(local('i32', heat), i32(0)).emit(code);
    code.brIf(isCompiled);
    code.localGet(heatAt);
    sub(local('i32', heat), i32(1)).emit(code);
    code.memory(OP.i32Store, arena.heatBias);
    code.localGet(heat);
    code.brIf(interpret);
    code.localGet(LOCAL.record);
    code.call(hot);
    code.br(interpret);
    code.end(); // isCompiled
    add(count, record).emit(code);
    xor(local('i32', heat), i32(-1)).emit(code);
    code.callIndirect(signature, 0);
    code.localSet(LOCAL.status);
    set(LOCAL.record, loadI32(i32(0), state + CPU_STATE.record));
    set(LOCAL.count, sub(loadI32(i32(0), state + CPU_STATE.countBias), record));
    eqz(local('i32', LOCAL.status)).emit(code);
    code.brIf(labels.taken);
    eq(local('i32', LOCAL.status), i32(REGION_EXIT.interpret)).emit(code);
    code.if();
    // Nothing looks at the budget before the next branch: the last instruction of it is run by `step`.
    ltS(add(add(count, record), i32(16)), i32(0)).emit(code);
    code.brIf(interpret);
    code.br(labels.limit);
    code.end();
    eq(local('i32', LOCAL.status), i32(REGION_EXIT.limit)).emit(code);
    code.brIf(labels.limit);
    // The pc is in the state block: nothing is to be counted then.
    set(
      LOCAL.status,
      select(
        eq(local('i32', LOCAL.status), i32(REGION_EXIT.pc)),
        i32(LEAVE.enter),
        local('i32', LOCAL.status),
      ),
    );
    code.br(labels.leave);
    code.end(); // interpret
  };
}

function dispatchLoop(
  handlers: readonly Code[],
  imports: { enter: number; decode: number; undefined: number },
  state: number,
  exact: boolean,
  atTarget: ((code: Code, labels: Omit<LoopLabels, 'dispatch'>) => void) | undefined,
): Code {
  const code = new Code();
  const set = (index: number, value: I32): void => {
    value.emit(code);
    code.localSet(index);
  };
  const store = (offset: number, value: I32 | I64): void => {
    code.i32Const(0);
    value.emit(code);
    code.memory(value.type === 'i32' ? OP.i32Store : OP.i64Store, state + offset);
  };
  const outside = code.block();
  const enter = code.loop();
  code.localGet(LOCAL.status);
  code.call(imports.enter);
  code.localTee(LOCAL.record);
  code.op(OP.i32Eqz);
  code.brIf(outside);
  set(LOCAL.count, sub(loadI32(i32(0), state + CPU_STATE.countBias), record));
  const leave = code.block();
  const limit = code.block();
  const taken = code.loop();
  eqz(ltS(add(count, record), i32(0))).emit(code);
  code.brIf(limit);
  atTarget?.(code, { taken, leave, limit });
  const dispatch = code.loop();
  if (exact) {
    eqz(ltS(add(count, record), i32(0))).emit(code);
    code.brIf(limit);
  }
  const total = handlers.length + FIRST_HANDLER;
  const blocks: InnerLabel[] = [];
  for (let index = 0; index < total; index++) blocks.unshift(code.block());
  code.localGet(LOCAL.record);
  code.memory(OP.i32Load16U, 0);
  code.op(OP.brTable);
  code.unsigned(total - 1);
  for (let index = 0; index < total; index++) code.unsigned(index);
  const labels = { taken, dispatch, leave, limit };

  // 0: decode
  code.end();
  store(CPU_STATE.record, record);
  code.localGet(LOCAL.record);
  code.call(imports.decode);
  code.br(dispatch);
  // 1: page end
  code.end();
  placePageEnd(code, labels, state, set, store);
  // 2: UNDEFINED
  code.end();
  store(CPU_STATE.record, record);
  code.i32Const(0);
  code.call(imports.undefined);
  code.localSet(LOCAL.status);
  code.br(leave);
  // 3: BTI
  for (let accepts = 1; accepts <= BRANCH_TARGET_HANDLERS; accepts++) {
    code.end();
    set(LOCAL.record, add(record, i32(16)));
    code.br(dispatch);
  }
  for (const handler of handlers) {
    code.end();
    handler.placeInto(code, labels);
  }
  code.op(OP.unreachable);
  code.end(); // dispatch
  code.end(); // taken
  code.end(); // limit
  store(CPU_STATE.pc, add(loadI64(i32(0), state + CPU_STATE.codeBias), extendU(shrU(record, i32(2)))));
  store(CPU_STATE.countBias, add(count, record));
  code.br(outside);
  code.end(); // leave
  const complete = or(
    eq(local('i32', LOCAL.status), i32(LEAVE.fault)),
    eq(local('i32', LOCAL.status), i32(LEAVE.done)),
  );
  store(CPU_STATE.countBias, add(add(count, record), shl(complete, i32(4))));
  code.br(enter);
  code.end(); // enter
  code.end(); // outside
  code.op(OP.end);
  return code;
}

/** Goes on in the next virtual page without counting an instruction. */
function placePageEnd(
  code: Code,
  labels: LoopLabels,
  state: number,
  set: (index: number, value: I32) => void,
  store: (offset: number, value: I32 | I64) => void,
): void {
  const target = LOCAL.firstI64;
  const entry = LOCAL.firstI32;
  const next = LOCAL.firstI32 + 1;
  const pc = local('i64', target);
  add(loadI64(i32(0), state + CPU_STATE.codeBias), extendU(shrU(record, i32(2)))).emit(code);
  code.localSet(target);
  const shift = 12 - Math.log2(FETCH_TLB.entrySize);
  const mask = (FETCH_TLB.entryCount - 1) * FETCH_TLB.entrySize;
  set(entry, add(and(shrU(wrap(pc), i32(shift)), i32(mask)), loadI32(i32(0), state + CPU_STATE.fetchTlb)));
  eq(pc, loadI64(local('i32', entry), FETCH_TLB.tag)).emit(code);
  code.if();
  set(next, loadI32(local('i32', entry), FETCH_TLB.codePage));
  store(CPU_STATE.codeBias, sub(pc, extendU(shrU(local('i32', next), i32(2)))));
  set(LOCAL.count, add(count, sub(record, local('i32', next))));
  set(LOCAL.record, local('i32', next));
  code.br(labels.taken);
  code.end();
  store(CPU_STATE.pc, pc);
  set(LOCAL.status, i32(LEAVE.enter));
  code.br(labels.leave);
}

const PAGE = i64(~0xfff);
const LOADS = [
  [1, OP.i64Load8U],
  [2, OP.i64Load16U],
  [4, OP.i64Load32U],
  [8, OP.i64Load],
] as const;
const STORES = [
  [1, OP.i64Store8],
  [2, OP.i64Store16],
  [4, OP.i64Store32],
  [8, OP.i64Store],
] as const;

/** Locals of the slow functions, after their parameters. */
function slowEntry(
  code: Code,
  state: number,
  bytes: number,
  options: number,
  entry: number,
  tag: number,
  tagOffset: number,
): I32 {
  const address = local('i64', 0);
  const shift = 12 - Math.log2(SOFT_TLB.entrySize);
  const mask = (SOFT_TLB.entryCount - 1) * SOFT_TLB.entrySize;
  const base = select(
    and(local('i32', options), i32(ACCESS_OPTION.unprivileged)),
    loadI32(i32(0), state + CPU_STATE.unprivilegedTlb),
    loadI32(i32(0), state + CPU_STATE.dataTlb),
  );
  add(and(shrU(wrap(address), i32(shift)), i32(mask)), base).emit(code);
  code.localSet(entry);
  loadI64(local('i32', entry), tagOffset).emit(code);
  code.localSet(tag);
  const page = and(local('i64', tag), i64(~(SOFT_TLB.alignedOnly | SOFT_TLB.hasCode)));
  const last = and(add(address, extendU(sub(local('i32', bytes), i32(1)))), PAGE);
  // A quadword is 16 bytes where the access is 8: one more bit must be clear.
  const quadword = shl(and(local('i32', options), i32(ACCESS_OPTION.quadword)), i32(2));
  const aligned = eqz(and(wrap(address), or(sub(local('i32', bytes), i32(1)), quadword)));
  const anyAlignment = eqz(and(wrap(local('i64', tag)), i32(SOFT_TLB.alignedOnly)));
  return and(and(eq(page, and(address, PAGE)), eq(page, last)), or(aligned, anyAlignment));
}

/** (address, bytes, options): the second chance of a load whose fast tag compare failed. */
function slowReadCode(state: number, readSlow: number): Code {
  const code = new Code();
  const [address, bytes, options, entry, tag] = [0, 1, 2, 3, 4];
  slowEntry(code, state, bytes, options, entry, tag, SOFT_TLB.readTag).emit(code);
  code.if();
  const host = add(wrap(local('i64', address)), loadI32(local('i32', entry), SOFT_TLB.addend));
  for (const [size, opcode] of LOADS) {
    eq(local('i32', bytes), i32(size)).emit(code);
    code.if();
    code.i32Const(0);
    host.emit(code);
    code.memory(opcode, 0);
    code.memory(OP.i64Store, state + CPU_STATE.transfer);
    code.i32Const(0);
    code.op(OP.return);
    code.end();
  }
  code.end();
  wrap(local('i64', address)).emit(code);
  wrap(shrU(local('i64', address), i64(32))).emit(code);
  code.localGet(bytes);
  code.localGet(options);
  code.call(readSlow);
  code.op(OP.end);
  return code;
}

/**
 * (address, value, bytes, options): the second chance of a store. Where the page has predecoded code, the
 * records of the words written will be decoded again; their operands stay for the instruction in hand.
 */
function slowWriteCode(
  state: number,
  writeSlow: number,
  { codeWritten, pageWritten }: { readonly codeWritten: number; readonly pageWritten: number },
  arena: CodeArena,
): Code {
  const code = new Code();
  const [address, value, bytes, options, entry, tag, at, end] = [0, 1, 2, 3, 4, 5, 6, 7];
  slowEntry(code, state, bytes, options, entry, tag, SOFT_TLB.writeTag).emit(code);
  code.if();
  and(wrap(local('i64', tag)), i32(SOFT_TLB.hasCode)).emit(code);
  code.if();
  const codePage = loadI32(local('i32', entry), SOFT_TLB.codePage);
  const inPage = and(wrap(local('i64', address)), i32(0xfff));
  codePage.emit(code);
  sub(loadI32(codePage, STORES_LEFT_OFFSET), i32(1)).emit(code);
  code.memory(OP.i32Store, STORES_LEFT_OFFSET);
  eqz(loadI32(codePage, STORES_LEFT_OFFSET)).emit(code);
  code.if();
  codePage.emit(code);
  code.call(pageWritten);
  code.i32Const(LEAVE.refetch);
  code.op(OP.return);
  code.end();
  add(codePage, shl(shrU(inPage, i32(2)), i32(4))).emit(code);
  code.localSet(at);
  add(codePage, shl(shrU(sub(add(inPage, local('i32', bytes)), i32(1)), i32(2)), i32(4))).emit(code);
  code.localSet(end);
  const clear = code.loop();
  loadFrom('i32', OP.i32Load8U, shrU(local('i32', at), i32(4)), arena.coveredBias).emit(code);
  code.if();
  code.localGet(at);
  code.call(codeWritten);
  and(local('i32', options), i32(ACCESS_OPTION.compiled)).emit(code);
  code.if();
  code.i32Const(LEAVE.interpret);
  code.op(OP.return);
  code.end();
  code.end();
  code.localGet(at);
  code.i32Const(HANDLER.decode);
  code.memory(OP.i32Store16, HANDLER_OFFSET);
  add(local('i32', at), i32(16)).emit(code);
  code.localTee(at);
  code.localGet(end);
  code.op(OP.i32LeU);
  code.brIf(clear);
  code.end();
  code.end();
  const host = add(wrap(local('i64', address)), loadI32(local('i32', entry), SOFT_TLB.addend));
  for (const [size, opcode] of STORES) {
    eq(local('i32', bytes), i32(size)).emit(code);
    code.if();
    host.emit(code);
    code.localGet(value);
    code.memory(opcode, 0);
    code.i32Const(0);
    code.op(OP.return);
    code.end();
  }
  code.end();
  wrap(local('i64', address)).emit(code);
  wrap(shrU(local('i64', address), i64(32))).emit(code);
  wrap(local('i64', value)).emit(code);
  wrap(shrU(local('i64', value), i64(32))).emit(code);
  code.localGet(bytes);
  code.localGet(options);
  code.call(writeSlow);
  code.op(OP.end);
  return code;
}
