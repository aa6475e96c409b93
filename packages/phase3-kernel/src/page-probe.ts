import { assemble } from '@armature/isa';

/**
 * Registers in which {@link phase3PageProbe} takes its arguments. A list has pairs of 64-bit words, the virtual address
 * of a page and a number of pages from there on, and ends with a pair of zeros.
 */
export const PAGE_PROBE_ARGUMENTS = {
  MAIR_EL1: 0,
  TCR_EL1: 1,
  TTBR0_EL1: 2,
  TTBR1_EL1: 3,
  /** Virtual address of the list. */
  list: 4,
  /** Any number; different ones give different patterns. */
  seed: 5,
  /** What to do: 1 writes the pattern, 2 checks it, 3 does both. */
  actions: 6,
} as const;

/** Registers in which {@link phase3PageProbe} leaves its results. */
export const PAGE_PROBE_RESULTS = {
  /** 0 when it went through the list, 1 when it took an exception. */
  outcome: 0,
  /** Pages that held the pattern in every word. */
  good: 1,
  /** Words that did not hold it, and the virtual address of the first. */
  wrong: 2,
  firstWrong: 3,
  /** With an exception: its syndrome, fault address, and where to go on. */
  ESR_EL1: 4,
  FAR_EL1: 5,
  ELR_EL1: 6,
} as const;

/**
 * x8 to x14 belong to the loops, x19 to the list, x20 to the seed, x21 to the actions, x22 to x24 are results. Each word
 * of a page is to hold its own virtual address times an odd number, plus the seed.
 */
const SOURCE = `
  adr   x8, vectors
  msr   vbar_el1, x8
  msr   mair_el1, x0
  msr   tcr_el1, x1
  msr   ttbr0_el1, x2
  msr   ttbr1_el1, x3
  tlbi  vmalle1
  ic    iallu
  dsb   sy
  isb
  mrs   x8, sctlr_el1
  mov   x9, #0x1005
  orr   x8, x8, x9
  msr   sctlr_el1, x8
  isb
  mov   x19, x4
  mov   x20, x5
  mov   x21, x6
  mov   x22, #0
  mov   x23, #0
  mov   x24, #0
  ldr   x14, =0x9e3779b97f4a7c15

  tbz   x21, #0, check
  mov   x8, x19
1:ldp   x9, x10, [x8], #16
  cbz   x10, check
  add   x10, x9, x10, lsl #12
2:madd  x11, x9, x14, x20
  str   x11, [x9], #8
  cmp   x9, x10
  b.ne  2b
  b     1b

check:
  tbz   x21, #1, done
  mov   x8, x19
1:ldp   x9, x10, [x8], #16
  cbz   x10, done
2:mov   x13, x23
3:madd  x11, x9, x14, x20
  ldr   x12, [x9]
  cmp   x11, x12
  b.eq  4f
  cmp   x23, #0
  csel  x24, x9, x24, eq
  add   x23, x23, #1
4:add   x9, x9, #8
  tst   x9, #0xfff
  b.ne  3b
  cmp   x13, x23
  cinc  x22, x22, eq
  subs  x10, x10, #1
  b.ne  2b
  b     1b

done:
  mov   x0, #0
report:
  mov   x1, x22
  mov   x2, x23
  mov   x3, x24
  b     .
  .ltorg

  .balign 2048
vectors:
  .space 0x200
  mov   x0, #1
  mrs   x4, esr_el1
  mrs   x5, far_el1
  mrs   x6, elr_el1
  b     report
`;

let built: Uint8Array | undefined;

/**
 * A bare-metal program that turns translation on, writes a pattern to pages and checks it, and then branches to itself:
 * give it 8000 instructions a page. It runs at EL1 from the start of any page that is mapped executable at its physical address; there it is shorter than a
 * page. Each call gives bytes of its own.
 *
 * @example
 * machine.memory.write(page, phase3PageProbe());
 * cpu.setX(PAGE_PROBE_ARGUMENTS.actions, 3n);
 */
export function phase3PageProbe(): Uint8Array {
  built ??= assemble(SOURCE, { origin: 0 }).bytes;
  return built.slice();
}
