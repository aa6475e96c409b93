import { PSTATE } from '@armature/core';
import { Random } from '../../random.ts';
import { word, words } from '../assembly.ts';
import type { Action, EngineCase, Start } from '../case.ts';
import { SERVICE } from '../firmware.ts';
import { DEVICE, DEVICE_REGISTER, specialPage } from '../layout.ts';
import { type Code, type Label, move } from '../program.ts';
import { type Flesh, skeleton } from '../skeleton.ts';
import { floatingPointFlesh } from './floating-point.ts';
import { rarely } from './gate.ts';
import { integerInstruction } from './integer.ts';
import { memoryFlesh } from './memory.ts';
import { caseOf, caseSeed, type Generator, OPEN, randomShape, usualStart } from './shared.ts';

/** Cases that share a program: an interrupt comes at another instruction in each. */
const FAMILY = 64;
/** Instructions before the first interrupt: what is hot is compiled by then. */
const WARM_UP = [2_000, 4_000, 12_000] as const;

/** Has the device raise an interrupt, or ask the engine to stop. */
function raise(code: Code, random: Random, el0: boolean): void {
  const base = el0 || random.oneIn(2) ? specialPage('the device') : DEVICE.base;
  const register = random.pick([
    DEVICE_REGISTER.raiseIrq,
    DEVICE_REGISTER.raiseIrq,
    DEVICE_REGISTER.raiseFiq,
    DEVICE_REGISTER.stop,
  ]);
  code.group([...move(14, base), ...words(`str w14, [x14, ${register}]`)]);
}

/** Masks and unmasks: at EL0 with the handler's help. */
function mask(code: Code, random: Random, el0: boolean): void {
  if (el0) code.add(word(`svc ${SERVICE.toggleMasks}`));
  else
    code.add(
      word(
        random.pick(['msr daifset, 3', 'msr daifclr, 3', 'msr daifset, 2', 'msr daifclr, 2', 'mrs x3, daif']),
      ),
    );
}

/** How long ago this turn began, by the counter: time is exact in the middle of compiled code too. */
function age(code: Code): void {
  code.group(words('mrs x9, cntvct_el0; mrs x10, tpidr_el0; sub x10, x9, x10; mov x9, 0'));
}

/** Another interval for the timer, or the time left. */
function timer(code: Code, random: Random): void {
  code.group(
    words(
      random.pick([
        `mov x9, ${5 + random.below(200)}; msr cntv_tval_el0, x9`,
        'mrs x9, cntv_tval_el0',
        'mrs x9, cntv_ctl_el0',
        'mrs x9, cntv_ctl_el0; eor x9, x9, 2; msr cntv_ctl_el0, x9',
      ]),
    ),
  );
}

function fleshOf(
  random: Random,
  draft: Start,
  own: { raises: boolean; masks: boolean; times: boolean },
): Flesh {
  const el0 = draft.mode === 'el0';
  const inner = random.pick<Flesh>([
    { body: integerInstruction },
    { body: integerInstruction },
    memoryFlesh(random, { mode: draft.mode, faults: random.oneIn(4), readable: false, down: false }),
    floatingPointFlesh(random.oneIn(3)),
  ]);
  return {
    ...inner,
    head(code, body) {
      if (own.times) code.group(words('mrs x9, cntvct_el0; msr tpidr_el0, x9; mov x9, 0'));
      inner.head?.(code, body);
    },
    body(code, body) {
      if (own.times && body.oneIn(12)) age(code);
      else if (own.times && draft.mode !== 'el0' && body.oneIn(60)) timer(code, body);
      else if (own.raises && body.oneIn(20))
        rarely(code, body, body.pick([0, 2, 4]), (into) => raise(into, body, el0));
      else if (own.masks && body.oneIn(20)) mask(code, body, el0);
      else inner.body(code, body);
    },
  };
}

const run = (instructions: number): Action => ({ kind: 'run', instructions });
const line = (which: 'irq' | 'fiq', level: boolean): Action => ({ kind: 'line', line: which, level });

/** One interrupt, one instruction later in each case of the family, and what follows it. */
function oneInterrupt(warm: number, at: number, random: Random): Action[] {
  const which = random.oneIn(4) ? 'fiq' : 'irq';
  return [
    run(warm + at),
    line(which, true),
    run(random.oneIn(2) ? 1 + random.below(100) : 2_500),
    line(which, false),
    run(2_500),
  ];
}

/** Interrupts without end, at intervals that no loop keeps step with. */
function manyInterrupts(warm: number, random: Random): Action[] {
  const actions: Action[] = [run(warm)];
  const longest = random.pick([4, 100, 1_500, 3_000, 10_000]);
  for (let count = 0; count < 100; count++) {
    actions.push(line(random.oneIn(6) ? 'fiq' : 'irq', true), run(1 + random.below(longest)));
    // At times it goes down before it is taken.
    if (random.oneIn(8)) actions.push(line('irq', false), run(1 + random.below(8)));
  }
  return actions;
}

/** No interrupt: runs of every small length, one after the other. */
function everyLength(warm: number, random: Random): Action[] {
  const actions: Action[] = [run(warm)];
  for (let count = 0; count < 64; count++) actions.push(run(1));
  for (let length = 1; length < 40; length++) actions.push(run(length));
  // Engines end a run with steps, and begin it with something faster: where that changes matters too.
  for (let count = 0; count < 60; count++) {
    actions.push(run(random.oneIn(2) ? 1 + random.below(2500) : 1020 + random.below(16)));
  }
  return actions;
}

/** The machine's time passes, and its timer interrupts. */
function timed(random: Random, scale: number): Action[] {
  const total = Math.max(4_000, Math.ceil(scale * random.pick([10_000, 100_000, 300_000])));
  const actions: Action[] = [];
  for (let left = total; left > 0; ) {
    const instructions = Math.min(left, 1 + random.below(total));
    actions.push({ kind: 'clocked', instructions });
    left -= instructions;
  }
  return actions;
}

function generate(seed: number, index: number, scale = 1): EngineCase {
  const family = Math.floor(index / FAMILY);
  const kind = family % 4;
  // The cases of a family that tries every instruction share all but where the interrupt comes.
  const shared = kind === 0 ? family * FAMILY : index;
  const random = new Random(caseSeed('interrupts', seed, shared));
  const draft = usualStart(random, 0 as Label, {
    pstate: random.oneIn(8) ? OPEN | PSTATE.I : OPEN,
    ...(kind === 3 && { timer: random.pick([7, 20, 63, 150, 400, 1000]) }),
  });
  const flesh = fleshOf(random, draft, {
    raises: random.oneIn(2),
    masks: random.oneIn(4),
    times: kind === 3,
  });
  const made = skeleton(random, flesh, { ...randomShape(random), turns: random.pick([3, 20, 100]) });
  const warm = random.pick(WARM_UP);
  const actions = [
    () => oneInterrupt(warm, index % FAMILY, random),
    () => manyInterrupts(warm, random),
    () => everyLength(warm, random),
    () => timed(random, scale),
  ][kind]!();
  const start = { ...draft, label: made.start };
  return { ...caseOf('interrupts', seed, shared, scale, random, made, { start, actions }), index };
}

/** Interrupts at every instruction of hot code, by the host, by a device and by the timer. */
export const interrupts: Generator = {
  name: 'interrupts',
  about:
    'interrupts and slices at every instruction boundary, by the host, a device in mid-run, the generic timer',
  share: 2,
  generate,
};
