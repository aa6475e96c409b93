import { Random } from '../../random.ts';
import { word, words } from '../assembly.ts';
import type { Action, EngineCase } from '../case.ts';
import { type Operands, randomWordOf, rowsOf } from '../instructions.ts';
import { DEVICE, DEVICE_REGISTER, specialPage, VIEW } from '../layout.ts';
import {
  adr,
  branchTo,
  Code,
  type Label,
  move,
  moveLate,
  type PlacedWord,
  type Program,
  type Word,
} from '../program.ts';
import { type Flesh, skeleton } from '../skeleton.ts';
import { type Rarity, rarely } from './gate.ts';
import { caseOf, caseSeed, type Generator, randomLength, randomShape, slices, usualStart } from './shared.ts';

/** X0 to X7 are the program's; X8 to X11 patch, X13 is a counter that patched code may use. */
const RESULTS = 8;
const OPERANDS: Operands = {
  destination: (random) => random.below(RESULTS),
  source: (random) => random.below(RESULTS),
};
const PLAIN = rowsOf(
  /^(add-subtract-(shifted|immediate|with-carry)|logical|conditional-(select|compare)|bitfield)/,
  /^(?!(ADD|SUB)_addsub_imm|(AND|ORR|EOR)_log_imm)/,
);
/** Rows whose destination is in the low half of the word, as are those that the halves of two words may mix. */
const MIXED = rowsOf(/^(add-subtract-shifted|logical-shifted)/);

/** Distance between the views that alias each other. */
const VIEW_DISTANCE = VIEW.user - VIEW.kernel;

/** Words of the program that are written over, and what with: each variant is as long as the slot. */
interface Slot {
  readonly label: Label;
  readonly variants: readonly (readonly Word[])[];
  readonly kind: 'word' | 'half' | 'pair' | 'quad';
}

function plainWord(random: Random): number {
  return randomWordOf(random.pick(PLAIN), random, OPERANDS);
}

/** A word at the end of a slot: at times a branch, over the next instruction or to the program's start. */
function anyWord(random: Random, start: Label): Word {
  const branch = (bits: number, field: 'imm26' | 'imm19'): Word => {
    if (random.oneIn(6)) return branchTo(bits, field, start);
    return (bits | (field === 'imm26' ? 2 : 2 << 5)) >>> 0;
  };
  switch (random.below(10)) {
    case 0:
      return branch(0x1400_0000, 'imm26');
    case 1:
      return branch(0x5400_0000 | random.below(14), 'imm19');
    case 2:
      return branch(0xb400_0000 | (random.below(2) << 24) | random.below(RESULTS), 'imm19');
    case 3:
      return word(random.pick(['nop', 'udf 0', 'svc 0', 'brk 1', 'isb']));
    default:
      return plainWord(random);
  }
}

function makeSlot(code: Code, random: Random, start: Label): Slot {
  const label = code.newLabel();
  const count = 2 + random.below(2);
  const variants = (make: () => readonly Word[]): (readonly Word[])[] => Array.from({ length: count }, make);
  switch (random.below(6)) {
    case 0: {
      // The low halves of these words fit each other's high halves.
      const row = random.pick(MIXED);
      const one = randomWordOf(row, random, OPERANDS);
      const low = (): number => (random.below(RESULTS) << 5) | random.below(RESULTS);
      return {
        label,
        kind: 'half',
        variants: variants(() => [((one & 0xffff_0000) | low()) >>> 0]),
      };
    }
    case 1:
      return { label, kind: 'pair', variants: variants(() => [plainWord(random), anyWord(random, start)]) };
    case 2:
      return {
        label,
        kind: 'quad',
        variants: variants(() => Array.from({ length: 4 }, () => plainWord(random))),
      };
    default:
      return { label, kind: 'word', variants: variants(() => [anyWord(random, start)]) };
  }
}

/** A variant's word as it is at its place in the slot. */
function late(slot: Slot, variant: number, at: number): (addressOf: (label: Label) => number) => number {
  const value = slot.variants[variant % slot.variants.length]![at]!;
  return (addressOf) =>
    typeof value === 'number' ? value : value(addressOf(slot.label) + 4 * at, addressOf);
}

const BARRIERS: readonly string[] = [
  '',
  '',
  'isb',
  'dc cvau, x11; dsb ish; ic ivau, x11; dsb ish; isb',
  'ic iallu; isb',
  'dsb ish; isb',
];

interface Patcher {
  readonly slots: readonly Slot[];
  readonly random: Random;
  /** Whether stores to the program's own view reach it. */
  readonly direct: boolean;
  /** What to add to reach the other view. */
  readonly alias: number;
}

/** Moves X11 to the other view of the program. */
function toAlias(alias: number): readonly number[] {
  const pages = Math.abs(alias) >>> 12;
  return words(`${alias > 0 ? 'add' : 'sub'} x11, x11, ${pages}, lsl 12`);
}

/** Adds a store of one variant of a slot over it. */
function patch(code: Code, { slots, random, direct, alias }: Patcher): void {
  const slot = random.pick(slots);
  const address: Word[] = [adr(11, slot.label)];
  if (!direct || random.oneIn(3)) address.push(...toAlias(alias));
  const variant = random.below(slot.variants.length);
  const list: Word[] = [...address];
  const value = (register: number, at: number): readonly PlacedWord[] =>
    moveLate(register, late(slot, variant, at));
  const other = variant + 1;
  switch (slot.kind) {
    case 'half':
      list.push(
        ...value(10, 0),
        ...words(random.pick(['strh w10, [x11]', 'strb w10, [x11]', 'sturh w10, [x11]'])),
      );
      break;
    case 'pair':
      list.push(...value(10, 0), ...value(9, 1));
      list.push(
        ...words(
          random.pick([
            'stp w10, w9, [x11]',
            'orr x10, x10, x9, lsl 32; str x10, [x11]',
            'str w10, [x11], 4; str w9, [x11]',
            'str w9, [x11, 4]!; str w10, [x11, -4]',
            'stlr w10, [x11]; add x11, x11, 4; stlr w9, [x11]',
          ]),
        ),
      );
      break;
    case 'quad':
      for (const at of [0, 1, 2, 3]) list.push(...value(10, at), word(`ins v31.s[${at}], w10`));
      list.push(...words(random.pick(['str q31, [x11]', 'st1 {v31.4s}, [x11]', 'stur q31, [x11]'])));
      break;
    default:
      switch (random.below(6)) {
        case 0:
          // Takes turns between two variants: the word there decides.
          list.push(
            ...moveLate(
              9,
              (addressOf) => late(slot, variant, 0)(addressOf) ^ late(slot, other, 0)(addressOf),
            ),
            ...words(
              random.pick(['ldr w10, [x11]; eor w10, w10, w9; str w10, [x11]', 'ldeor w9, w10, [x11]']),
            ),
          );
          break;
        case 1:
          list.push(...value(10, 0), ...words('ldxr w9, [x11]; stxr w9, w10, [x11]'));
          break;
        case 2:
          list.push(...value(10, 0), ...words('swp w10, w9, [x11]'));
          break;
        case 3:
          // By this turn's random number.
          list.push(
            ...value(10, 0),
            ...moveLate(9, late(slot, other, 0)),
            ...words(
              `tst x26, ${1n << BigInt(20 + random.below(40))}; csel w10, w9, w10, ne; str w10, [x11]`,
            ),
          );
          break;
        default:
          list.push(
            ...value(10, 0),
            ...words(random.pick(['str w10, [x11]', 'stur w10, [x11]', 'str w10, [x11], 8'])),
          );
      }
  }
  list.push(...words(random.pick(BARRIERS)));
  code.group(list);
}

/** Has the device write a word of the program. */
function transfer(code: Code, random: Random, el0: boolean): void {
  const base = el0 || random.oneIn(2) ? specialPage('the device') : DEVICE.base;
  code.group([...move(9, base), ...words(`str w9, [x9, ${DEVICE_REGISTER.transfer}]`)]);
}

/** Loads and stores of data in the middle of the code. */
function dataInCode(code: Code, random: Random, pool: Label, readable: boolean, alias: number): void {
  const offset = 8 * random.below(POOL_WORDS / 2);
  const [a, b] = [random.below(RESULTS), random.below(RESULTS)];
  const reach = readable ? [] : toAlias(alias);
  code.group([
    adr(11, pool),
    ...reach,
    ...words(
      random.pick([
        `str x${a}, [x11, ${offset}]`,
        `ldr x${a}, [x11, ${offset}]`,
        `strb w${a}, [x11, ${offset + 3}]; ldr x${b}, [x11, ${offset}]`,
        `ldadd x${a}, x${b}, [x11]`,
        // The block of 64 bytes that is in the data wherever they begin.
        `add x11, x11, 63; dc zva, x11`,
      ]),
    ),
  ]);
}

const POOL_WORDS = 32;
/** How rarely a program changes itself: once in so many turns, as bits. */
const RARITIES: readonly Rarity[] = [0, 1, 2, 4, 6];
/** Such programs are slow: each change makes code be translated again. */
const LENGTHS = [1_000, 3_000, 10_000, 40_000, 200_000] as const;

function generate(seed: number, index: number, scale = 1): EngineCase {
  const random = new Random(caseSeed('self-modifying', seed, index));
  const draft = usualStart(random, 0 as Label);
  const el0 = draft.mode === 'el0';
  const direct = !el0 || draft.code === 'user';
  const alias = draft.code === 'user' ? -VIEW_DISTANCE : VIEW_DISTANCE;
  // From EL0 the kernel's view is closed: the user's one is the alias, or the program's own.
  const reach = { direct, alias: el0 && draft.code === 'user' ? 0 : alias };
  const slots: Slot[] = [];
  const waiting: Slot[] = [];
  let pool: Label | undefined;
  const rarity = random.pick(RARITIES);
  const density = random.pick([6, 12, 30]);
  const flesh: Flesh = {
    readsCode: direct,
    start(code, body) {
      pool = code.newLabel();
      const over = code.newLabel();
      // Data in the same page as the code, before it.
      code.add(branchTo(0x1400_0000, 'imm26', over));
      code.mark(pool);
      code.group(Array.from({ length: POOL_WORDS }, () => body.next()));
      code.mark(over);
      for (let count = 1 + body.below(6); count > 0; count--) {
        const slot = makeSlot(code, body, over);
        slots.push(slot);
        waiting.push(slot);
      }
    },
    body(code, body) {
      const kind = body.below(density);
      if (kind === 0 && waiting.length > 0) {
        placeSlot(code, waiting.shift()!);
      } else if (kind === 1 || kind === 2) {
        rarely(code, body, body.oneIn(3) ? body.pick(RARITIES) : rarity, (into) => {
          patch(into, { slots, random: body, ...reach });
          // The slot may be the very next instruction.
          if (body.oneIn(3) && waiting.length > 0) placeSlot(into, waiting.shift()!);
        });
      } else if (kind === 3 && body.oneIn(3)) {
        rarely(code, body, 4, (into) => transfer(into, body, el0));
      } else if (kind === 4) {
        dataInCode(code, body, pool!, direct, alias);
      } else {
        code.add(plainWord(body));
      }
    },
  };
  const made = skeleton(random, flesh, { ...randomShape(random), turns: random.pick([3, 20, 100]) });
  const program = withRest(made.program, waiting, random);
  const start = { ...draft, label: made.start };
  const length = randomLength(random, scale, LENGTHS);
  const transfers = slots.flatMap(({ label, variants }) =>
    variants.map(([value]) => ({ at: label, word: value! })),
  );
  const actions = random.oneIn(3) ? hostWrites(random, length, slots) : slices(random, length);
  return caseOf(
    'self-modifying',
    seed,
    index,
    scale,
    random,
    { ...made, program },
    { start, actions, transfers },
  );
}

function placeSlot(code: Code, slot: Slot): void {
  code.mark(slot.label);
  code.group(slot.variants[0]!);
}

/** Slots that found no place in the program lie in a page of their own. */
function withRest({ sections }: Program, waiting: readonly Slot[], random: Random): Program {
  if (waiting.length === 0) return { sections };
  const last = Math.max(...sections.map(({ page }) => page));
  const code = new Code();
  for (const slot of waiting) placeSlot(code, slot);
  code.add(word('ret'));
  return {
    sections: [...sections, { page: last + 2, offset: 4 * random.below(900), entries: code.entries }],
  };
}

/** Runs with writes of the host between them. */
function hostWrites(random: Random, length: number, slots: readonly Slot[]): Action[] {
  const actions: Action[] = [];
  const pieces = 2 + random.below(30);
  for (let piece = 0; piece < pieces; piece++) {
    const most = Math.max(random.pick([20, 3_000]), Math.ceil((2 * length) / pieces));
    actions.push({ kind: 'run', instructions: 1 + random.below(most) });
    const slot = random.pick(slots);
    const variant = random.below(slot.variants.length);
    actions.push({ kind: 'write', at: slot.label, word: slot.variants[variant]![0]! });
  }
  actions.push({ kind: 'run', instructions: Math.ceil(length / pieces) });
  return actions;
}

/** Programs that write over themselves, and are written over by the host. */
export const selfModifying: Generator = {
  name: 'self-modifying',
  about:
    'stores into the program itself, ahead, behind, through aliases, with and without barriers; host writes',
  share: 3,
  generate,
};
