import { Random } from '../../random.ts';
import { word, words } from '../assembly.ts';
import type { Start } from '../case.ts';
import { SCTLR_BIT } from '../firmware.ts';
import { type Operands, randomWordOf, rowsOf, Weighted } from '../instructions.ts';
import { PHYSICAL, SPECIAL_PAGES, specialPage, VIEW } from '../layout.ts';
import { type Code, move } from '../program.ts';
import { ADDRESSES, DATA_BASE, type Flesh, RANDOM, skeleton } from '../skeleton.ts';
import { integerInstruction } from './integer.ts';
import { caseOf, caseSeed, type Generator, randomLength, randomShape, slices, usualStart } from './shared.ts';

/** Registers that results of loads go to; X12 and X13 index. */
const RESULTS = 12;
const INDEXES = [12, 13] as const;
/** Faults are slow: a program that takes them runs at most so many instructions. */
const MOST_WITH_FAULTS = 30_000;

const OPERANDS: Operands = {
  destination: (random) => random.below(RESULTS),
  source: (random) => random.below(RESULTS),
  base: (random) => random.pick(ADDRESSES),
  index: (random) => random.pick(INDEXES),
};

const WRITEBACK = rowsOf(/^load-store-(immediate|pair)-(pre|post)|^load-store-simd-immediate-/);
const STRUCTURES = rowsOf(/^advsimd-load-store/);
const EXCLUSIVE = rowsOf(/^load-store-exclusive/);
const LITERAL = rowsOf(/^load-(register|simd)-literal/);
const ROWS = new Weighted([
  [14, rowsOf(/^load-store-(unsigned-immediate|unscaled|register-offset)/, /^(?!PRF)/)],
  [6, WRITEBACK],
  [5, rowsOf(/^load-store-(pair|no-allocate)/)],
  [4, rowsOf(/^load-store-simd-(unsigned|unscaled|register)/)],
  [3, rowsOf(/^load-store-simd-pair/)],
  [3, STRUCTURES],
  [3, rowsOf(/^(atomic-memory|compare-and-swap)/)],
  [2, EXCLUSIVE],
  [2, rowsOf(/^(load-store-(ordered|limited)|load-acquire)/)],
  [1, rowsOf(/^load-store-unprivileged/)],
]);

/** Half the width of the signed offsets of accesses that write their base back. */
const HALF_OFFSET = { imm9: 256, imm7: 64 } as const;

/** One access of any form; `down` where bases may be moved to lower addresses. */
function access(code: Code, random: Random, down: boolean): void {
  const row = random.pick(ROWS.pick(random));
  const fixed: Record<string, number> = {};
  const moves = WRITEBACK.includes(row) || /_ldstpair_(pre|post)/.test(row.id);
  for (const [field, half] of Object.entries(HALF_OFFSET)) {
    if (moves && !down && row.fields.has(field)) fixed[field] = random.below(half);
  }
  code.add(randomWordOf(row, random, OPERANDS, fixed));
}

/** A load exclusive, something, and the store exclusive that belongs to it. */
function exclusivePair(code: Code, random: Random): void {
  const base = random.pick(ADDRESSES);
  const register = random.below(RESULTS - 3);
  const size = random.pick(['b', 'h', '', '']);
  const width = size === '' && random.oneIn(2) ? 'x' : 'w';
  code.add(word(`ld${random.pick(['', 'a'])}xr${size} ${width}${register}, [x${base}]`));
  if (random.oneIn(2)) integerInstruction(code, random);
  if (random.oneIn(8)) code.add(word('clrex'));
  code.add(word(`st${random.pick(['', 'l'])}xr${size} w${register + 1}, ${width}${register}, [x${base}]`));
}

/** A pair on the stack and off again. */
function pushAndPop(code: Code, random: Random): void {
  const [a, b, c] = [random.below(RESULTS), random.below(RESULTS), random.below(RESULTS - 1)];
  code.add(word(`stp x${a}, x${b}, [sp, -16]!`));
  if (random.oneIn(2)) integerInstruction(code, random);
  if (random.oneIn(3)) code.add(word(`ldr x${a}, [sp, 8]`));
  code.add(word(`ldp x${c}, x${c + 1}, [sp], 16`));
}

/** A load relative to the pc, from the program itself. */
function literal(code: Code, random: Random): void {
  const row = random.pick(LITERAL);
  code.add(randomWordOf(row, random, OPERANDS, { imm19: (random.below(128) - 64) & 0x7_ffff }));
}

/** Adds code that gives a base register its address. */
export type BaseSetter = (code: Code, random: Random) => void;

const OFFSETS = [0, 0, 8, 16, 64, 0x800, 0xff0, 0xff8, 0xffc, 0xfff, 0xfe8, 1, 3, 0x7fe] as const;

/** Changes an address by this turn's random number. */
function stir(register: number, random: Random): readonly number[] {
  const mask = random.pick(['0xff8', '0xfff', '0xff0', '0x1ff8', '0x3ffc']);
  return words(`and x12, x${RANDOM}, ${mask}; add x${register}, x${register}, x12`);
}

/** Sets a base to somewhere in the data. */
function dataBase(register: number, random: Random): BaseSetter {
  const page = random.below(16);
  const offset = random.pick(OFFSETS);
  const list = [
    ...words(`add x${register}, x${DATA_BASE}, ${page}, lsl 12; add x${register}, x${register}, ${offset}`),
    ...(random.oneIn(2) ? stir(register, random) : []),
    ...(random.oneIn(3) ? words(`and x${register}, x${register}, ~15`) : []),
  ];
  return (code) => code.group(list);
}

/** Sets a base to a special page. */
function specialBase(register: number, random: Random): BaseSetter {
  const { name } = random.pick(SPECIAL_PAGES);
  const address = specialPage(name) + random.pick(OFFSETS);
  const list = [...move(register, address), ...(random.oneIn(3) ? stir(register, random) : [])];
  return (code) => code.group(list);
}

/** Sets a base to the data by way of TTBR1_EL1. */
function highBase(register: number, random: Random): BaseSetter {
  const low = PHYSICAL.data + 4096 * random.below(16) + random.pick(OFFSETS);
  const top = Number(VIEW.high >> 32n);
  const list = [
    ...move(register, low),
    ...words(`movk x${register}, ${top & 0xffff}, lsl 32; movk x${register}, ${top >>> 16}, lsl 48`),
  ];
  return (code) => code.group(list);
}

const TAGS = [
  '0x0f00000000000000',
  '0xff00000000000000',
  '0x8000000000000000',
  '0x0100000000000000',
] as const;

/** Setters for all base registers. */
function bases(random: Random, { mode, faults, tags }: MemoryFlesh): readonly BaseSetter[] {
  return ADDRESSES.map((register) => {
    if (faults && random.oneIn(3)) return specialBase(register, random);
    const set = mode !== 'el0' && random.oneIn(6) ? highBase(register, random) : dataBase(register, random);
    if (tags !== true || random.oneIn(2)) return set;
    const tag = words(`eor x${register}, x${register}, ${random.pick(TAGS)}`);
    return (code, body) => {
      set(code, body);
      code.group(tag);
    };
  });
}

interface MemoryFlesh {
  readonly mode: Start['mode'];
  /** Some bases are in special pages. */
  readonly faults: boolean;
  /** Some have tags. */
  readonly tags?: boolean;
  /** The program may read itself. */
  readonly readable: boolean;
  /** Bases may go to lower addresses: what lies below them is the program's own. */
  readonly down: boolean;
}

/** Accesses around some bases, with arithmetic between. */
export function memoryFlesh(random: Random, options: MemoryFlesh): Flesh {
  const { readable, down } = options;
  const setters = bases(random, options);
  const index = (code: Code, body: Random): void => {
    const mask = body.pick(['7', '0xf', '0x38', '0xff', '0xff8', '0xffff']);
    code.add(word(`and x${body.pick(INDEXES)}, x${body.below(RESULTS)}, ${mask}`));
  };
  return {
    readsCode: readable,
    head(code, body) {
      for (const set of setters) set(code, body);
      index(code, body);
      code.group(words(`and x12, x${RANDOM}, 0x1f8; and x13, x${RANDOM}, 0x3f`));
    },
    body(code, body) {
      switch (body.below(32)) {
        case 0:
        case 1:
          index(code, body);
          break;
        case 2:
        case 3:
          body.pick(setters)(code, body);
          break;
        case 4:
          pushAndPop(code, body);
          break;
        case 5:
          exclusivePair(code, body);
          break;
        case 6:
          if (readable) literal(code, body);
          else access(code, body, down);
          break;
        case 7:
          code.add(word(body.oneIn(4) ? 'dmb ish' : `dc zva, x${body.pick(ADDRESSES)}`));
          break;
        default:
          if (body.oneIn(3)) plain(code, body);
          else access(code, body, down);
      }
    },
  };
}

/** An integer instruction that leaves indexes and bases alone. */
const PLAIN = rowsOf(/^(add-subtract-shifted|logical-shifted|conditional-select|bitfield|data-processing)/);
function plain(code: Code, random: Random): void {
  code.add(randomWordOf(random.pick(PLAIN), random, OPERANDS));
}

/** Loads and stores of every form, in the same and other pages, with faults in hot code. */
export const memory: Generator = {
  name: 'memory',
  about:
    'loads and stores of every form: page ends, aliases, devices, faults that are fixed, passed over or retried',
  share: 16,
  generate(seed, index, scale = 1) {
    const random = new Random(caseSeed('memory', seed, index));
    const strict = random.oneIn(12);
    const faults = strict || random.oneIn(4);
    const tags = random.oneIn(6);
    const draft = usualStart(random, 0 as Start['label'], { tags, ...(strict && { sctlr: SCTLR_BIT.A }) });
    const readable = draft.mode !== 'el0' || draft.code === 'user';
    const flesh = memoryFlesh(random, {
      ...{ mode: draft.mode, faults, tags, readable },
      down: draft.data === 'user',
    });
    const made = skeleton(random, flesh, randomShape(random));
    const length = randomLength(random, scale);
    return caseOf('memory', seed, index, scale, random, made, {
      start: { ...draft, label: made.start },
      actions: slices(random, faults ? Math.min(length, MOST_WITH_FAULTS) : length),
    });
  },
};
