import { PSTATE } from '@armature/core';
import { Random } from '../../random.ts';
import { word, words } from '../assembly.ts';
import type { Action, EngineCase, Start } from '../case.ts';
import { SERVICE } from '../firmware.ts';
import { specialPage, TWIN } from '../layout.ts';
import { adr, branchTo, type Code, type Label, move, type Word } from '../program.ts';
import { type Flesh, RANDOM, skeleton } from '../skeleton.ts';
import { SPACES, SPECIAL_TABLE } from '../translation.ts';
import { floatingPointFlesh } from './floating-point.ts';
import { type Rarity, rarely } from './gate.ts';
import { integerInstruction } from './integer.ts';
import { memoryFlesh } from './memory.ts';
import {
  caseOf,
  caseSeed,
  type Generator,
  MASKED,
  OPEN,
  randomLength,
  randomShape,
  slices,
  usualStart,
} from './shared.ts';

/** X9 to X11 are what these pieces of programs work with. */
type Piece = (code: Code, random: Random) => void;

const RESULTS = 8;
const result = (random: Random): number => random.below(RESULTS);
const lines =
  (...sources: readonly string[]): Piece =>
  (code, random) =>
    code.group(words(random.pick(sources)));

/** The same virtual address leads to other code in the other address space. */
function otherSpace(code: Code, random: Random): void {
  if (random.oneIn(3)) {
    code.add(word(`svc ${SERVICE.otherSpace}`));
    return;
  }
  // The whole register, or its ASID alone.
  const difference = SPACES[0] ^ SPACES[1];
  const low = Number(difference & 0xffff_ffffn);
  const asid = Number(difference >> 48n);
  code.group([
    ...words('mrs x9, ttbr0_el1'),
    ...move(10, random.oneIn(4) ? 0 : low),
    ...words(`movk x10, ${asid}, lsl 48; eor x9, x9, x10; msr ttbr0_el1, x9`),
    ...words(random.pick(['isb', 'isb', 'dsb sy'])),
  ]);
}

function callTwin(code: Code): void {
  code.group([...words('mov x10, x30'), ...move(9, TWIN.va), ...words('blr x9; mov x30, x10')]);
}

const maintain = lines(
  'tlbi vmalle1; dsb ish; isb',
  'tlbi vmalle1is; dsb ish',
  'lsr x9, x28, 12; tlbi vae1, x9; dsb ish',
  'lsr x9, x28, 12; tlbi vaae1, x9; isb',
  'mov x9, 0x1000000000000; tlbi aside1, x9; dsb ish; isb',
  'adr x9, .; lsr x9, x9, 12; tlbi vaale1, x9; dsb ish; isb',
  'ic iallu; isb',
  'adr x9, .; dc civac, x9; ic ivau, x9; isb',
);

const changeLevel = lines(
  `svc ${SERVICE.toEl0}`,
  `svc ${SERVICE.toEl1}`,
  `svc ${SERVICE.nothing}`,
  `svc ${SERVICE.togglePan}`,
);

/** ERET to the next instruction, in some mode. */
function exceptionReturn(code: Code, random: Random): void {
  const next = code.newLabel();
  const mode = random.pick([0, 4, 5, 5]) | MASKED;
  const flags = random.below(16);
  const extra = random.oneIn(12) ? PSTATE.IL : random.oneIn(6) ? PSTATE.PAN : 0;
  code.group([
    adr(9, next),
    ...words('msr elr_el1, x9'),
    ...move(10, ((mode | extra) >>> 0) + flags * 2 ** 28),
    ...words('msr spsr_el1, x10; eret'),
  ]);
  code.mark(next);
}

/** The MMU off, some instructions, and on again. */
function translationOff(code: Code, random: Random): void {
  const toggle = 'mrs x9, sctlr_el1; eor x9, x9, 1; msr sctlr_el1, x9; isb';
  code.group(words(toggle));
  for (let count = random.below(4); count > 0; count--) integerInstruction(code, random);
  if (random.oneIn(2)) code.group(words('ldr x0, [x28, 64]; str x1, [x28, 72]'));
  code.group(words(toggle));
}

const control = lines(
  'mrs x9, sctlr_el1; eor x9, x9, 2; msr sctlr_el1, x9; isb',
  'mrs x9, sctlr_el1; eor x9, x9, 8; msr sctlr_el1, x9; isb',
  'mrs x9, sctlr_el1; eor x9, x9, 0x10; msr sctlr_el1, x9',
  'mrs x9, sctlr_el1; eor x9, x9, 0x10000; eor x9, x9, 0x40000; msr sctlr_el1, x9; isb',
  'mrs x9, sctlr_el1; eor x9, x9, 0x4000000; msr sctlr_el1, x9; isb',
  'mrs x9, cpacr_el1; eor x9, x9, 0x300000; msr cpacr_el1, x9; isb',
  'mrs x9, cpacr_el1; eor x9, x9, 0x200000; msr cpacr_el1, x9',
  `svc ${SERVICE.trapFloatingPoint}`,
  `svc ${SERVICE.trapFloatingPointAtEl0}`,
);

const pstate = lines(
  'msr pan, 1',
  'msr pan, 0',
  'msr uao, 1',
  'msr uao, 0',
  'msr dit, 1',
  'msr ssbs, 1',
  'msr spsel, 0',
  'msr spsel, 1',
  'msr daifset, 15',
  'msr daifclr, 3',
  'mrs x9, daif; msr daif, x9',
);

/** Registers that programs may write as they like: nothing but themselves depends on them. */
const WRITABLE = [
  'tpidr_el0',
  'tpidrro_el0',
  'far_el1',
  'esr_el1',
  'afsr0_el1',
  'par_el1',
  'elr_el1',
  'contextidr_el1',
  'csselr_el1',
] as const;
const READABLE = [
  ...WRITABLE,
  'currentel',
  'spsel',
  'daif',
  'nzcv',
  'midr_el1',
  'ctr_el0',
  'dczid_el0',
  'cntfrq_el0',
  'vbar_el1',
  'mair_el1',
  'tcr_el1',
  'ttbr0_el1',
  'sctlr_el1',
  'cpacr_el1',
  'spsr_el1',
  'id_aa64pfr0_el1',
  'id_aa64isar0_el1',
  'ccsidr_el1',
  'pan',
  'fpsr',
  'fpcr',
] as const;

function access(code: Code, random: Random): void {
  const register = result(random);
  if (random.oneIn(3)) code.add(word(`msr ${random.pick(WRITABLE)}, x${register}`));
  else code.add(word(`mrs x${register}, ${random.pick(READABLE)}`));
}

function translate(code: Code, random: Random): void {
  const operation = random.pick(['s1e1r', 's1e1w', 's1e0r', 's1e0w', 's1e1rp']);
  code.group(
    words(`add x9, x28, x${RANDOM}, lsr 46; at ${operation}, x9; isb; mrs x${result(random)}, par_el1`),
  );
}

/** Changes a descriptor, as the architecture asks for, and uses the page: another page, or another right. */
function remap(code: Code, random: Random): void {
  const page = specialPage('alias of data 1');
  const twin = random.oneIn(4);
  const descriptor = SPECIAL_TABLE + 8 * (((twin ? TWIN.va : page) >>> 12) & 511);
  const change = twin ? '0x60000000000000' : random.pick(['0x1000', '0x1000', '0x80', '0x40', '0x400']);
  code.group([
    ...move(9, descriptor),
    ...words(`ldr x10, [x9]; eor x10, x10, ${change}; str xzr, [x9]; dsb ishst`),
    ...words(
      random.pick(['tlbi vmalle1', 'lsr x11, x9, 3; tlbi vmalle1is', 'tlbi vmalle1; dsb ish; tlbi vmalle1']),
    ),
    ...words('dsb ish; str x10, [x9]; dsb ish; isb'),
  ]);
  if (twin) callTwin(code);
  else usePage(code, random);
}

/** A load and a store in the page that `remap` changes. */
function usePage(code: Code, random: Random): void {
  code.group([
    ...move(9, specialPage('alias of data 1') + 8 * random.below(512)),
    ...words(
      random.pick([
        'ldr x0, [x9]',
        'str x1, [x9]; ldr x2, [x9]',
        'ldr x3, [x28, 0x1000]',
        'stp x0, x1, [x9]',
      ]),
    ),
  ]);
}

/** Stores and loads by a stack pointer that is not aligned. */
const stack = lines(
  'add sp, sp, 8; ldr x0, [sp]; sub sp, sp, 8',
  'sub sp, sp, 4; stp x0, x1, [sp, 16]; add sp, sp, 4',
  'add sp, sp, 8; str x0, [sp, 8]; ldr x1, [sp, 16]; sub sp, sp, 8',
  'stp x0, x1, [sp, -16]!; ldp x2, x3, [sp], 16',
);

const undefinedWords = lines(
  'udf 3',
  'brk 7',
  'hvc 1',
  'hlt 2',
  'smc 0',
  'mrs x9, s3_4_c1_c0_0',
  'dcps1',
  'msr s3_0_c15_c15_7, x9',
);

/** A jump to nowhere: execution goes on at the program's start. */
function nowhere(code: Code, random: Random): void {
  const target: readonly Word[] = random.pick([
    move(9, specialPage('unmapped') + 4 * random.below(1000)),
    move(9, specialPage('read-only')),
    move(9, specialPage('mapped on demand 3')),
    move(9, specialPage('no memory behind it')),
    words('mov x9, 0x1234; lsl x9, x9, 44; add x9, x9, 4'),
    words('adr x9, .+4; add x9, x9, 2'),
    words('adr x9, .+8; orr x9, x9, 1'),
    words('adr x9, .+16; orr x9, x9, 0x0f00000000000000'),
  ]);
  code.group([...target, ...words(random.pick(['br x9', 'blr x9', 'ret x9']))]);
}

/** On in the high half, or back: the same page by TTBR1_EL1. */
function otherHalf(code: Code, random: Random): void {
  const next = code.newLabel();
  const change = random.pick(['orr x9, x9, 0xffffff8000000000', 'and x9, x9, 0x7fffffffff']);
  code.group([adr(9, next), ...words(`${change}; br x9`)]);
  code.mark(next);
}

/** The monitor between things that clear it, and that don't. */
function monitor(code: Code, random: Random): void {
  const [a, b] = [result(random), 1 + random.below(RESULTS - 1)];
  code.group(words(`and x9, x28, ~15; ldxr x${a}, [x9]`));
  const between: readonly Piece[] = [
    () => {},
    (into) => into.add(word('svc 0')),
    (into) => into.add(word('clrex')),
    (into) => into.group(words(`str x${a}, [x9]`)),
    (into) => into.add(word('udf 1')),
    (into, one) => exceptionReturn(into, one),
  ];
  random.pick(between)(code, random);
  code.add(word(`stxr w${b === a ? (a + 1) % RESULTS : b}, x${a}, [x9]`));
}

const wait = lines('wfe', 'sev; wfe', 'sevl; wfe', 'yield', 'nop', 'esb', 'sb', 'csdb');

const pointers = lines('paciasp; autiasp', 'pacia x0, x1; xpaci x0', 'pacdza x2; autdza x2', 'bti c');

/** A conditional branch around an exception, so that hot code has one that is rarely taken. */
function rareException(code: Code, random: Random): void {
  const past = code.newLabel();
  code.add(
    branchTo(
      (0x3600_0000 | (random.below(2) << 24) | (random.below(32) << 19) | result(random)) >>> 0,
      'imm14',
      past,
    ),
  );
  undefinedWords(code, random);
  code.mark(past);
}

const PIECES: readonly (readonly [rarest: Rarity, piece: Piece])[] = [
  [2, otherSpace],
  [0, callTwin],
  [4, maintain],
  [2, remap],
  [0, usePage],
  [4, changeLevel],
  [2, exceptionReturn],
  [4, translationOff],
  [4, control],
  [2, pstate],
  [0, access],
  [1, translate],
  [2, stack],
  [2, undefinedWords],
  [6, nowhere],
  [2, otherHalf],
  [1, monitor],
  [1, wait],
  [1, pointers],
  [0, rareException],
];

/** Exceptions and changes of context are slow. */
const LENGTHS = [1_000, 5_000, 20_000, 60_000, 200_000] as const;

function fleshOf(random: Random, draft: Start, waits: boolean): Flesh {
  // A few kinds in each program, so that its code is hot between them.
  const chosen = Array.from({ length: 1 + random.below(5) }, () => random.pick(PIECES));
  const density = random.pick([5, 12, 40]);
  const inner = random.pick<Flesh>([
    { body: integerInstruction },
    memoryFlesh(random, { mode: draft.mode, faults: random.oneIn(6), readable: false, down: false }),
    floatingPointFlesh(false),
  ]);
  return {
    ...inner,
    body(code, body) {
      if (waits && body.oneIn(40)) rarely(code, body, 4, (into) => into.add(word('wfi')));
      else if (body.oneIn(density)) {
        const [rarest, piece] = body.pick(chosen);
        rarely(code, body, body.oneIn(3) ? 0 : rarest, (into) => piece(into, body));
      } else inner.body(code, body);
    },
  };
}

/** Runs that interrupts wake from WFI. */
function woken(random: Random, length: number): Action[] {
  const actions: Action[] = [];
  for (let piece = 0; piece < 20; piece++) {
    actions.push({ kind: 'run', instructions: 1 + random.below(Math.max(3_000, Math.ceil(length / 10))) });
    actions.push({ kind: 'line', line: random.oneIn(4) ? 'fiq' : 'irq', level: true });
  }
  actions.push({ kind: 'run', instructions: Math.ceil(length / 20) });
  return actions;
}

function generate(seed: number, index: number, scale = 1): EngineCase {
  const random = new Random(caseSeed('system', seed, index));
  const waits = random.oneIn(5);
  const draft = usualStart(random, 0 as Label, {
    fpen: random.pick([0, 1, 3, 3, 3]),
    tags: random.oneIn(3),
    ...(waits && { pstate: OPEN | (random.oneIn(3) ? PSTATE.I | PSTATE.F : 0) }),
  });
  const made = skeleton(random, fleshOf(random, draft, waits), {
    ...randomShape(random),
    turns: random.pick([3, 8, 20, 100]),
  });
  const length = randomLength(random, scale, LENGTHS);
  return caseOf('system', seed, index, scale, random, made, {
    start: { ...draft, label: made.start },
    actions: waits ? woken(random, length) : slices(random, length),
  });
}

/** What changes the context of execution, in the middle of hot code. */
export const system: Generator = {
  name: 'system',
  about:
    'address spaces, levels, MMU and FP traps switched, TLBI, masks, stack and PC alignment, jumps to nowhere, monitors',
  share: 3,
  generate,
};
