/**
 * Random control flow around random instructions.
 *
 * Frame of a program: X0 to X15 and V0 to V31 are anyone's. X16 to X20 hold addresses, X21 to X25 count loops (of leaf
 * functions, of other functions, and of three levels of the main program), X26 is a random number that changes with
 * each turn, X27 its multiplier, X28 the base of data, X29 and X30 return addresses. A program is an endless loop:
 * its head changes some registers, so that each turn finds other data; how long it runs is the case's affair.
 */
import type { Random } from '../random.ts';
import { word, words } from './assembly.ts';
import { adr, branchTo, Code, type Label, move, type Program, type Section } from './program.ts';

/** General registers that programs may change. */
export const FREE = 16;
export const ADDRESSES = [16, 17, 18, 19, 20] as const;
export const DATA_BASE = 28;
export const RANDOM = 26;
export const MULTIPLIER = 27;
/** Loop counters of the main program by depth, and those of functions. */
const MAIN_COUNTERS = [23, 24, 25] as const;
const MIDDLE_COUNTERS = [22] as const;
const LEAF_COUNTERS = [21] as const;
const INDEX = 15;
const SCRATCH = 14;
const LINK = 30;

export const CONDITIONS = [
  'eq',
  'ne',
  'cs',
  'cc',
  'mi',
  'pl',
  'vs',
  'vc',
  'hi',
  'ls',
  'ge',
  'lt',
  'gt',
  'le',
] as const;

/** What a generator puts into the skeleton. */
export interface Flesh {
  /** Adds one instruction, or a few that belong together. */
  body(code: Code, random: Random): void;
  /** Adds what happens once, before the first turn. */
  start?(code: Code, random: Random): void;
  /** Adds what happens at the head of each turn. */
  head?(code: Code, random: Random): void;
  /** Whether the program may read its own code as data: not at EL0 in the kernel's view. */
  readonly readsCode?: boolean;
}

export interface Shape {
  /** Instructions of the main program, about. */
  readonly size: number;
  /** Functions that call others, and those that don't. */
  readonly middles: number;
  readonly leaves: number;
  /** Turns of loops, at most. */
  readonly turns: number;
  /** Pages that the program is spread over. */
  readonly pages: number;
}

export interface Skeleton {
  readonly program: Program;
  readonly start: Label;
  /** The head of the endless loop. */
  readonly head: Label;
}

interface Flow {
  readonly code: Code;
  readonly random: Random;
  readonly flesh: Flesh;
  readonly counters: readonly number[];
  readonly callees: readonly Label[];
  readonly turns: number;
}

const B = 0x1400_0000;
const BL = 0x9400_0000;
const RET = 0xd65f_03c0;
const free = (random: Random): number => random.below(FREE);

/** Adds a conditional branch to a label, of any kind; `far` where the distance may be large. */
export function branchAway(code: Code, random: Random, label: Label, far = false): void {
  const kind = random.below(far ? 6 : 9);
  const register = free(random);
  if (kind < 4) code.add(branchTo(0x5400_0000 | random.below(14), 'imm19', label));
  else if (kind < 6) code.add(branchTo(compareAndBranch(random, register), 'imm19', label));
  else {
    const bit = random.oneIn(2) ? random.pick([0, 31, 32, 63]) : random.below(64);
    const word = 0x3600_0000 | (random.below(2) << 24) | ((bit >> 5) << 31) | ((bit & 31) << 19) | register;
    code.add(branchTo(word >>> 0, 'imm14', label));
  }
}

const compareAndBranch = (random: Random, register: number): number =>
  (0x3400_0000 | (random.below(2) << 31) | (random.below(2) << 24) | register) >>> 0;

function run(flow: Flow, most: number): void {
  const count = 1 + flow.random.below(most);
  for (let at = 0; at < count; at++) flow.flesh.body(flow.code, flow.random);
}

function conditional(flow: Flow, size: number): void {
  const { code, random } = flow;
  const otherwise = code.newLabel();
  branchAway(code, random, otherwise);
  sequence(flow, size);
  if (random.oneIn(2)) {
    const end = code.newLabel();
    code.add(branchTo(B, 'imm26', end));
    code.mark(otherwise);
    sequence(flow, Math.ceil(size / 2));
    code.mark(end);
  } else {
    code.mark(otherwise);
  }
}

/** A counted loop with one of several kinds of latch, and at times ways out and on in its middle. */
function loop(flow: Flow, size: number): void {
  const { code, random } = flow;
  const [counter, ...counters] = flow.counters;
  if (counter === undefined) {
    run(flow, 6);
    return;
  }
  const inner = { ...flow, counters };
  const head = code.newLabel();
  const latch = code.newLabel();
  const exit = code.newLabel();
  const turns = 1 + random.below(flow.turns);
  if (random.oneIn(4))
    code.group(words(`and x${counter}, x${free(random)}, 7; add x${counter}, x${counter}, 1`));
  else code.group(move(counter, turns));
  if (random.oneIn(6)) branchAway(code, random, latch);
  const atHead = random.oneIn(4);
  code.mark(head);
  if (atHead) code.add(branchTo((0xb400_0000 | counter) >>> 0, 'imm19', exit));
  sequence(inner, Math.ceil(size / 2));
  if (random.oneIn(3)) branchAway(code, random, exit);
  if (random.oneIn(3)) branchAway(code, random, latch);
  sequence(inner, Math.ceil(size / 2));
  code.mark(latch);
  const step = (source: string, back: number, field: 'imm26' | 'imm19' | 'imm14'): void =>
    code.group([...words(source), branchTo(back, field, head)]);
  const subtract = `sub x${counter}, x${counter}, 1`;
  const subtracts = `subs x${counter}, x${counter}, 1`;
  if (atHead) step(subtract, B, 'imm26');
  else {
    switch (random.below(6)) {
      case 0:
      case 1:
        step(subtract, (0xb500_0000 | counter) >>> 0, 'imm19');
        break;
      case 2:
      case 3:
        step(subtracts, word('b.ne .'), 'imm19');
        break;
      case 4:
        step(subtracts, word('b.gt .'), 'imm19');
        break;
      default:
        // Until it is negative.
        step(subtract, (0xb600_0000 | (31 << 19) | counter) >>> 0, 'imm14');
    }
  }
  code.mark(exit);
}

function call({ code, random, callees }: Flow): void {
  if (callees.length === 0) return;
  const label = random.pick(callees);
  if (random.oneIn(3)) {
    // The link register may hold the target too.
    const register = random.oneIn(4) ? LINK : SCRATCH;
    code.group([adr(register, label), word(`blr x${register}`)]);
  } else code.add(branchTo(BL, 'imm26', label));
}

/** A computed branch: into a row of branches, or by a table of distances. */
function choice(flow: Flow, size: number): void {
  const { code, random } = flow;
  const ways = random.pick([2, 4, 8]);
  const labels = Array.from({ length: ways }, () => code.newLabel());
  const end = code.newLabel();
  const table = code.newLabel();
  const pick = `and x${SCRATCH}, x${free(random)}, ${ways - 1}`;
  if (flow.flesh.readsCode && random.oneIn(2)) {
    code.group([
      word(pick),
      adr(INDEX, table),
      ...words(
        `ldrsw x${SCRATCH}, [x${INDEX}, x${SCRATCH}, lsl 2]; add x${INDEX}, x${INDEX}, x${SCRATCH}; br x${INDEX}`,
      ),
    ]);
    code.mark(table);
    code.group(labels.map((label) => (_, addressOf) => (addressOf(label) - addressOf(table)) >>> 0));
  } else {
    code.group([
      word(pick),
      adr(INDEX, table),
      ...words(`add x${INDEX}, x${INDEX}, x${SCRATCH}, lsl 2; br x${INDEX}`),
    ]);
    code.mark(table);
    code.group(labels.map((label) => branchTo(B, 'imm26', label)));
  }
  for (const label of labels) {
    code.mark(label);
    sequence(flow, Math.ceil(size / ways));
    if (!random.oneIn(4)) code.add(branchTo(B, 'imm26', end));
  }
  code.mark(end);
}

/** Branches that hop over instructions, forward and back. */
function hops({ code, random, flesh }: Flow): void {
  const [first, second, end] = [code.newLabel(), code.newLabel(), code.newLabel()];
  code.add(branchTo(B, 'imm26', second));
  code.mark(first);
  flesh.body(code, random);
  code.add(branchTo(B, 'imm26', end));
  flesh.body(code, random);
  code.mark(second);
  flesh.body(code, random);
  code.add(branchTo(B, 'imm26', first));
  code.mark(end);
}

function sequence(flow: Flow, size: number): void {
  const { code, random } = flow;
  const from = code.length;
  const left = (): number => size - (code.length - from);
  run(flow, Math.min(6, Math.max(1, size)));
  while (left() > 3) {
    const part = Math.max(2, Math.min(left(), 4 + random.below(40)));
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2:
        conditional(flow, Math.ceil(part / 2));
        break;
      case 3:
      case 4:
      case 5:
        loop(flow, part);
        break;
      case 6:
      case 7:
        call(flow);
        break;
      case 8:
        if (part > 8) choice(flow, part);
        break;
      case 9:
        hops(flow);
        break;
      default:
        run(flow, Math.min(12, part));
    }
  }
}

/** Changes some registers by the random number of this turn. */
function stir(code: Code, random: Random): void {
  code.add(word(`madd x${RANDOM}, x${RANDOM}, x${MULTIPLIER}, x${MULTIPLIER}`));
  for (let count = 2 + random.below(3); count > 0; count--) {
    const register = free(random);
    code.add(word(`eor x${register}, x${register}, x${RANDOM}, ror ${random.below(64)}`));
  }
}

/** A program, laid out in sections over some pages. */
export function skeleton(random: Random, flesh: Flesh, shape: Shape): Skeleton {
  const labels = { next: 0 };
  const main = new Code(labels);
  const leaves = Array.from({ length: shape.leaves }, () => main.newLabel());
  const middles = Array.from({ length: shape.middles }, () => main.newLabel());
  const start = main.mark();
  flesh.start?.(main, random);
  const head = main.mark();
  stir(main, random);
  flesh.head?.(main, random);
  const flow: Flow = {
    code: main,
    random,
    flesh,
    counters: MAIN_COUNTERS,
    callees: [...middles, ...leaves, ...leaves],
    turns: shape.turns,
  };
  sequence(flow, shape.size);
  main.add(branchTo(B, 'imm26', head));

  const functions = [
    ...middles.map((label) => ({ label, counters: MIDDLE_COUNTERS, callees: leaves })),
    ...leaves.map((label) => ({ label, counters: LEAF_COUNTERS, callees: [] as Label[] })),
  ].map(({ label, counters, callees }) => {
    const code = new Code(labels);
    code.mark(label);
    const keeps = callees.length > 0;
    if (keeps) code.add(word('mov x29, x30'));
    sequence({ ...flow, code, counters, callees }, 3 + random.below(20));
    code.add(keeps ? word('ret x29') : RET);
    return code;
  });
  return { program: { sections: layOut([main, ...functions], shape.pages, random) }, start, head };
}

/** Puts codes into pages one after the other, at times at a page's end or in the next page. */
function layOut(codes: readonly Code[], pages: number, random: Random): Section[] {
  let at = 0;
  return codes.map(({ entries, length }, index) => {
    const size = 4 * length;
    const choices = [at, at + 4 * random.below(16), Math.ceil(at / 4096) * 4096];
    if (pages > 1) {
      // Across the end of a page.
      const end = Math.ceil((at + size) / 4096) * 4096;
      choices.push(Math.max(at, end - 4 * random.below(length + 1)));
    }
    const from = index === 0 ? 4 * random.below(pages > 1 ? 1020 : 64) : random.pick(choices);
    at = from + size;
    return { page: Math.floor(from / 4096), offset: from % 4096, entries };
  });
}
