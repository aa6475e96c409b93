import { CPU_STATE } from '@armature/core';
import { Code } from '../wasm/code.ts';
import type { ModuleWriter } from '../wasm/module.ts';
import { OP, type ValueType } from '../wasm/opcodes.ts';
import { REGION_EXIT, type RegionFunctions } from './calling-convention.ts';

/** Ways out of a region. Together they are as many as its executions, but for one that is still under way. */
export const REGION_EXITS = [
  /** Went on in another region. */
  'chain',
  /** To the interpreter, at an instruction of a known page that has no region. */
  'interpreter',
  /** To the engine, at an address whose page the fetch TLB does not have. */
  'page',
  /** To the interpreter, for an instruction that only it can do, or a store to compiled code. */
  'interpret',
  /** The slice of instructions was used up. */
  'budget',
  /** An exception. */
  'fault',
  /** A device changed an interrupt: the instruction is run again, alone. */
  'replay',
  /** A helper ended the instruction and has the engine go on. */
  'done',
  /** A device threw. */
  'thrown',
] as const;
export type RegionExitName = (typeof REGION_EXITS)[number];

const COUNTERS = ['executions', 'instructions', 'slowReads', 'slowWrites', ...REGION_EXITS] as const;
type Counter = (typeof COUNTERS)[number];

/** What a region did. */
export interface RegionCounts {
  /** How often it was entered. */
  executions: number;
  /** Instructions that it completed. */
  instructions: number;
  /** Accesses that its inline TLB check did not settle: a miss, a device, two pages, code. */
  slowReads: number;
  slowWrites: number;
  readonly exits: Record<RegionExitName, number>;
}

export function noCounts(): RegionCounts {
  const exits = Object.fromEntries(REGION_EXITS.map((name) => [name, 0])) as RegionCounts['exits'];
  return { executions: 0, instructions: 0, slowReads: 0, slowWrites: 0, exits };
}

export function addCounts(to: RegionCounts, counts: RegionCounts): void {
  to.executions += counts.executions;
  to.instructions += counts.instructions;
  to.slowReads += counts.slowReads;
  to.slowWrites += counts.slowWrites;
  for (const name of REGION_EXITS) to.exits[name] += counts.exits[name];
}

/** Exits that are told by what the region returns. */
const BY_STATUS = [
  ['interpret', REGION_EXIT.interpret],
  ['budget', REGION_EXIT.limit],
  ['fault', REGION_EXIT.fault],
  ['replay', REGION_EXIT.replay],
  ['done', REGION_EXIT.done],
  ['thrown', REGION_EXIT.thrown],
] as const satisfies readonly (readonly [RegionExitName, number])[];

/** Functions that regions call through one of their own that counts, and what it counts. */
const COUNTED = [
  ['slowRead', ['i64', 'i32', 'i32'], 'slowReads'],
  ['slowReadBlock', ['i64', 'i32', 'i32'], 'slowReads'],
  ['slowWrite', ['i64', 'i64', 'i32', 'i32'], 'slowWrites'],
  ['slowWriteBlock', ['i64', 'i32', 'i32'], 'slowWrites'],
] as const satisfies readonly (readonly [keyof RegionFunctions, readonly ValueType[], Counter])[];

/** Locals of a region: its parameter, and one for what that was at entry. */
export interface ProfileLocals {
  readonly count: number;
  readonly start: number;
}

/**
 * The counters of one region: globals of its module, each exported. They are there only where a profile is asked
 * for, and a region without one has no code for it.
 */
export class RegionProfile {
  /** Place of the region in its module. */
  private readonly place: number;
  private readonly imports: number;

  /** @param imports functions that the module imports */
  constructor(place: number, imports: number) {
    this.place = place;
    this.imports = imports;
  }

  /** The functions with those that count in place of some. */
  functions(functions: RegionFunctions): RegionFunctions {
    const first = this.imports + this.place * COUNTED.length;
    return { ...functions, ...Object.fromEntries(COUNTED.map(([name], index) => [name, first + index])) };
  }

  entered(code: Code, { count, start }: ProfileLocals): void {
    code.localGet(count);
    code.localSet(start);
    this.increment(code, 'executions');
  }

  /** At an exit, with the parameter as it is to be left. */
  left(code: Code, exit: RegionExitName, { count, start }: ProfileLocals): void {
    code.localGet(count);
    this.addInstructions(code, start);
    this.increment(code, exit);
  }

  /** At an exit with a status in a local and the count in the state block. */
  leftWith(code: Code, status: number, state: number, { start }: ProfileLocals): void {
    code.i32Const(0);
    code.memory(OP.i32Load, state + CPU_STATE.countBias);
    this.addInstructions(code, start);
    for (const [exit, value] of BY_STATUS) {
      code.localGet(status);
      code.i32Const(value);
      code.op(OP.i32Eq);
      code.if();
      this.increment(code, exit);
      code.end();
    }
  }

  /** Takes the count off the stack. */
  private addInstructions(code: Code, start: number): void {
    const global = this.global('instructions');
    code.localGet(start);
    code.op(OP.i32Sub);
    code.op(OP.i64ExtendI32U);
    code.op(OP.globalGet);
    code.unsigned(global);
    code.op(OP.i64Add);
    code.op(OP.globalSet);
    code.unsigned(global);
  }

  increment(code: Code, counter: Counter): void {
    const global = this.global(counter);
    code.op(OP.globalGet);
    code.unsigned(global);
    code.i64Const(1, 0);
    code.op(OP.i64Add);
    code.op(OP.globalSet);
    code.unsigned(global);
  }

  private global(counter: Counter): number {
    return this.place * COUNTERS.length + COUNTERS.indexOf(counter);
  }
}

/** Adds the counters of regions to their module, and the functions that count for each; before the regions. */
export function addCounters(
  writer: ModuleWriter,
  functions: RegionFunctions,
  regions: readonly RegionProfile[],
): void {
  for (const [place, profile] of regions.entries()) {
    for (const counter of COUNTERS) writer.addGlobal(exportName(place, counter));
    for (const [name, params, counter] of COUNTED) {
      const code = new Code();
      profile.increment(code, counter);
      for (let index = 0; index < params.length; index++) code.localGet(index);
      code.call(functions[name]);
      code.op(OP.end);
      writer.addFunction(params, ['i32'], [], code);
    }
  }
}

const exportName = (place: number, counter: Counter): string => `${place}.${counter}`;

/** The counters of a region as they are now. */
export function readCounters(exports: WebAssembly.Exports, place: number): RegionCounts {
  const read = (counter: Counter): number =>
    Number((exports[exportName(place, counter)] as WebAssembly.Global).value as bigint);
  return {
    executions: read('executions'),
    // The parameter counts in sixteenths.
    instructions: read('instructions') / 16,
    slowReads: read('slowReads'),
    slowWrites: read('slowWrites'),
    exits: Object.fromEntries(REGION_EXITS.map((name) => [name, read(name)])) as RegionCounts['exits'],
  };
}
