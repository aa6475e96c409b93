import { disassemble } from '@armature/isa';
import type { EngineBench, NotedException } from './bench.ts';
import type { Action, EngineCase } from './case.ts';
import { describeDifferences } from './compare.ts';
import { PAGE, PHYSICAL } from './layout.ts';
import { type Mismatch, type Pair, runCase } from './pair.ts';
import { type Entry, isMark, type Program, place } from './program.ts';

/** What is known of a case that came out differently. */
export interface Finding {
  readonly generator: string;
  readonly seed: number;
  readonly index: number;
  /** How many of the cases before it must run first; undefined when it could not be repeated. */
  readonly predecessors: number | undefined;
  /** Instructions of the smallest program that still differs. */
  readonly size: number;
  /** Instructions after which that one differs first. */
  readonly step: number;
  readonly text: string;
}

/** Cases before the one in question that are tried as its cause, at most. */
const MOST_PREDECESSORS = 64;
/** Processor time for each part of the work: to cut a case, to reduce its program, and to cut it again. */
const PATIENCE_MS = 12_000;

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Runs cases on machines that are reset first, and the case in question last. */
class Laboratory {
  readonly pair: Pair;
  readonly before: readonly EngineCase[];
  private until = 0;

  constructor(pair: Pair, before: readonly EngineCase[]) {
    this.pair = pair;
    this.before = before;
  }

  /** Another part of the work begins. */
  begin(): void {
    this.until = processorTime() + PATIENCE_MS;
  }

  get patient(): boolean {
    return processorTime() < this.until;
  }

  run(item: EngineCase): Mismatch | undefined {
    for (const bench of this.pair) bench.machine.reset();
    for (const one of this.before) {
      const { mismatch } = runCase(this.pair, one);
      if (mismatch !== undefined) return undefined;
    }
    return runCase(this.pair, item).mismatch;
  }
}

const lengthOf = (action: Action): number => ('instructions' in action ? action.instructions : 0);

/** The case up to an action, that one with so many instructions. */
function upTo(item: EngineCase, last: number, instructions?: number): EngineCase {
  const actions = item.actions.slice(0, last + 1);
  const action = actions[last]!;
  if (instructions !== undefined && 'instructions' in action) actions[last] = { ...action, instructions };
  return { ...item, actions };
}

/** Lengths that are tried before others: what differs early may agree again later, or seem to. */
const PROBES = { first: 64, growth: 1.3 } as const;

/** Ends a case where it first differs: the last action has the fewest instructions after which it does. */
function cut(
  lab: Laboratory,
  item: EngineCase,
  mismatch: Mismatch,
): { item: EngineCase; mismatch: Mismatch } {
  let best = { item: upTo(item, mismatch.action), mismatch };
  let differs = lengthOf(item.actions[mismatch.action]!);
  let agrees = 0;
  const attempt = (length: number): boolean => {
    const shorter = upTo(item, mismatch.action, length);
    const found = lab.run(shorter);
    if (found === undefined) {
      agrees = length;
      return false;
    }
    differs = length;
    best = { item: shorter, mismatch: found };
    return true;
  };
  const [exception] = exceptionsThatDiffer(lab, item);
  if (exception !== undefined) {
    const before = item.actions.slice(0, mismatch.action).reduce((sum, action) => sum + lengthOf(action), 0);
    const length = exception.count - before + STEPPED + PROBES.first;
    if (length > 0 && length < differs) attempt(length);
  }
  for (let length: number = PROBES.first; length < differs && lab.patient; ) {
    if (attempt(length)) break;
    length = Math.ceil(length * PROBES.growth);
  }
  while (differs - agrees > 1 && lab.patient) attempt(Math.floor((agrees + differs) / 2));
  return best.mismatch.action < mismatch.action ? cut(lab, best.item, best.mismatch) : best;
}

interface Place {
  readonly section: number;
  readonly entry: Entry;
}

const flat = ({ sections }: Program): Place[] =>
  sections.flatMap(({ entries }, section) =>
    entries.filter((entry) => !isMark(entry)).map((entry) => ({ section, entry })),
  );

/** The program with those of its items alone; labels stay. */
function keep(program: Program, items: readonly Place[]): Program {
  const kept = new Set(items.map(({ entry }) => entry));
  return {
    sections: program.sections.map((section) => ({
      ...section,
      entries: section.entries.filter((entry) => isMark(entry) || kept.has(entry)),
    })),
  };
}

/** Leaves out as much of a list as possible while a predicate holds. */
export function reduce<T>(list: readonly T[], holds: (some: readonly T[]) => boolean): readonly T[] {
  let current = list;
  for (let size = Math.ceil(current.length / 2); size >= 1; ) {
    let smaller = false;
    for (let from = 0; from < current.length; ) {
      const rest = [...current.slice(0, from), ...current.slice(from + size)];
      if (holds(rest)) {
        current = rest;
        smaller = true;
      } else {
        from += size;
      }
    }
    if (size === 1 && !smaller) break;
    if (!smaller || size > current.length) size = Math.max(1, Math.floor(size / 2));
    if (current.length === 0) break;
  }
  return current;
}

function smallest(lab: Laboratory, item: EngineCase): EngineCase {
  const differs = (candidate: EngineCase): boolean => lab.patient && lab.run(candidate) !== undefined;
  let best = item;
  const last = item.actions.at(-1)!;
  const actions = reduce(item.actions.slice(0, -1), (some) => differs({ ...best, actions: [...some, last] }));
  best = { ...best, actions: [...actions, last] };
  const items = reduce(flat(best.program), (some) => {
    try {
      return differs({ ...best, program: keep(best.program, some) });
    } catch {
      // A branch that no longer reaches.
      return false;
    }
  });
  return { ...best, program: keep(best.program, items) };
}

/** Finds out what a case needs to come out differently, and makes it small. */
export function investigate(
  pair: Pair,
  original: Mismatch,
  before: (count: number) => readonly EngineCase[],
  names: readonly [string, string],
): Finding {
  const { item } = original;
  for (let count = 0; count <= MOST_PREDECESSORS; count = Math.max(1, 2 * count)) {
    const lab = new Laboratory(pair, before(count));
    const mismatch = lab.run(item);
    if (mismatch === undefined) continue;
    lab.begin();
    const first = cut(lab, item, mismatch);
    // Programs change the length of their turns as they shrink, so that they need to run longer.
    const action = first.mismatch.action;
    const length = lengthOf(first.item.actions[action]!);
    const longer = Math.min(lengthOf(item.actions[action]!), 3 * (length + STEPPED));
    lab.begin();
    const small = smallest(lab, length > 0 ? upTo(item, action, longer) : first.item);
    const found = lab.run(small);
    lab.begin();
    const result = found === undefined ? first : cut(lab, small, found);
    return describe(lab, result.item, result.mismatch, names);
  }
  return {
    ...{ generator: item.generator, seed: item.seed, index: item.index },
    predecessors: undefined,
    size: flat(item.program).length,
    step: 0,
    text: [
      title(item, names),
      `  it did so after the cases before it, and not again after ${MOST_PREDECESSORS} of them:`,
      ...describeDifferences(original.differences, names),
    ].join('\n'),
  };
}

const title = ({ generator, seed, index }: EngineCase, names: readonly [string, string]): string =>
  `${generator}, seed ${seed}, case ${index}: ${names[0]} and ${names[1]} differ`;

/** Command that runs a case alone. */
export function caseCommand(item: EngineCase, before: number, names: readonly string[]): string {
  const { generator, seed, index, scale } = item;
  const command = `npm run --silent oracle -- engines --engines ${names.join(',')} --generators ${generator}`;
  const first = before > 0 ? ` --before ${before}` : '';
  return `${command} --seed ${seed} --case ${index}${first}${scale === 1 ? '' : ` --scale ${scale}`}`;
}

const SHOWN_DIFFERENCES = 24;

function describe(
  lab: Laboratory,
  item: EngineCase,
  mismatch: Mismatch,
  names: readonly [string, string],
): Finding {
  const action = item.actions[mismatch.action]!;
  const step = lengthOf(action);
  const { start } = item;
  const { lines, size } = listing(item);
  const earlier = item.actions.slice(0, mismatch.action).map(describeAction);
  return {
    ...{ generator: item.generator, seed: item.seed, index: item.index },
    predecessors: lab.before.length,
    size,
    step,
    text: [
      title(item, names),
      `  alone: ${caseCommand(item, lab.before.length, names)}`,
      ...(lab.before.length > 0 ? [`  only after the ${lab.before.length} cases before it`] : []),
      `  ${start.mode}, code in the ${start.code} view, data in the ${start.data} view${item.cold ? ', after a reset' : ''}`,
      ...(earlier.length > 0 ? [`  before: ${shortened(earlier)}`] : []),
      `  first difference after: ${describeAction(action)}`,
      ...describeDifferences(mismatch.differences.slice(0, SHOWN_DIFFERENCES), names),
      ...firstException(lab, item, names),
      ...trace(lab, item, mismatch.action),
      `  the smallest program that still differs, ${size} instructions:`,
      ...lines,
    ].join('\n'),
  };
}

const SHOWN_ACTIONS = 6;

const shortened = (actions: readonly string[]): string => {
  const last = actions.slice(-SHOWN_ACTIONS).join('; ');
  return actions.length > SHOWN_ACTIONS ? `${actions.length - SHOWN_ACTIONS} actions; ${last}` : last;
};

/** The first exception that is not the same on both: either, that of the one, that of the other. */
function exceptionsThatDiffer(lab: Laboratory, item: EngineCase): (NotedException | undefined)[] {
  const logs = lab.pair.map((bench) => {
    bench.log = [];
    return bench.log;
  });
  lab.run(item);
  for (const bench of lab.pair) bench.log = undefined;
  const [one, other] = logs as [NotedException[], NotedException[]];
  const length = Math.max(one.length, other.length);
  for (let at = 0; at < length; at++) {
    if (one[at]?.text !== other[at]?.text) return [one[at] ?? other[at], one[at], other[at]];
  }
  return [];
}

function firstException(lab: Laboratory, item: EngineCase, names: readonly [string, string]): string[] {
  const [any, one, other] = exceptionsThatDiffer(lab, item);
  if (any === undefined) return [];
  const values = [one?.text ?? 'none', other?.text ?? 'none'] as const;
  return [
    '  the first exception that differs:',
    ...describeDifferences([{ what: 'exception', values }], names),
  ];
}

/** Engines step through the last instructions of a run: compiled code ends at least so many before. */
const STEPPED = 1025;
const SHOWN_STEPS = 12;

/** What the reference does at the end of an action, or where compiled code came to if that is before. */
function trace(lab: Laboratory, item: EngineCase, action: number): string[] {
  const length = lengthOf(item.actions[action]!);
  if (length < 1) return [];
  const ended = trail(lab, item, action, length - 1, 1);
  if (length <= STEPPED) return ['  the last instruction:', ...ended];
  return [
    '  the last instruction:',
    ...ended,
    `  a run steps through its last ${STEPPED} instructions; before them, compiled code came to:`,
    ...trail(lab, item, action, length - 1 - STEPPED, SHOWN_STEPS),
  ];
}

/** Instructions of the reference from a place of an action on, with the registers that they name. */
function trail(lab: Laboratory, item: EngineCase, action: number, from: number, count: number): string[] {
  for (const bench of lab.pair) bench.machine.reset();
  for (const one of lab.before) runCase(lab.pair, one);
  const [reference] = lab.pair;
  reference.begin(item);
  for (const one of upTo(item, action, from).actions) {
    if (!('instructions' in one) || one.instructions > 0) reference.perform(one);
  }
  const lines: string[] = [];
  for (let step = 0; step < count; step++) {
    lines.push(`  > ${nextInstruction(reference)}`);
    reference.engine.run(1);
  }
  return lines;
}

function describeAction(action: Action): string {
  switch (action.kind) {
    case 'run':
      return `run(${action.instructions})`;
    case 'clocked':
      return `the machine runs ${action.instructions} instructions`;
    case 'line':
      return `${action.line} ${action.level ? 'up' : 'down'}`;
    case 'write':
      return `the host writes label ${action.at}`;
  }
}

/** Where a machine stands: the instruction, the registers that it names, and the flags. */
function nextInstruction(bench: EngineBench): string {
  const { state } = bench;
  const word = bench.wordAtPc();
  const pc = state.pc.toString(16);
  if (word === undefined) return `${pc}  no instruction`;
  const text = disassemble(word, Number(state.pc & 0xffff_ffffn));
  const names = new Set(text.match(/\b[xwvqdshb](?:[12]?\d|3[01])\b|\bw?sp\b/g));
  const list = [...names].map((name) => {
    const register = Number(name.slice(1));
    if (name.endsWith('sp')) return `sp ${state.sp.toString(16)}`;
    if (/^[xw]/.test(name)) return `x${register} ${state.x(register).toString(16)}`;
    const [low, high] = state.v(register);
    return `v${register} ${high.toString(16)}_${low.toString(16).padStart(16, '0')}`;
  });
  return `${pc}  ${text}  (${[...new Set(list), `nzcv ${(state.nzcv >>> 28).toString(16)}`].join(', ')})`;
}

function listing(item: EngineCase): { lines: string[]; size: number } {
  const { segments } = place(item.program, PHYSICAL.code + item.page * PAGE);
  const lines = segments.flatMap(({ address, words }) =>
    [...words].map((word, index) => {
      const here = address + 4 * index;
      return `    ${here.toString(16)}  ${word.toString(16).padStart(8, '0')}  ${disassemble(word, here)}`;
    }),
  );
  return { lines, size: lines.length };
}
