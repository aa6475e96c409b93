import { assemble } from '@armature/isa';
import { DEVICE, DEVICE_REGISTER, LAZY_PAGES, PAGE, PHYSICAL, SAVE, SPECIAL } from './layout.ts';
import { lazyDescriptor, MAIR, SPACES, SPECIAL_TABLE, SPECIAL_TABLE_DISTANCE, TCR } from './translation.ts';

/** What SVC asks the handler for. */
export const SERVICE = {
  nothing: 0,
  toEl1: 1,
  toEl0: 2,
  togglePan: 3,
  toggleMasks: 4,
  otherSpace: 5,
  trapFloatingPoint: 6,
  trapFloatingPointAtEl0: 7,
} as const;

const vector = (offset: number, target: string): string => `.org 0x${offset.toString(16)}\n b ${target}`;
const VECTORS = [0, 0x200, 0x400]
  .flatMap((group) => [
    vector(group, 'sync'),
    vector(group + 0x80, 'irq'),
    vector(group + 0x100, 'fiq'),
    vector(group + 0x180, 'skip_entry'),
  ])
  .join('\n');

const ENTER = `msr tpidr_el1, x30
  adr x30, ${PHYSICAL.save}
  stp x28, x29, [x30]
  stp x26, x27, [x30, 16]`;

const interrupt = (name: string, count: number, lower: number): string => `
${name}:
  ${ENTER}
  ldr x29, [x30, ${count}]
  add x29, x29, 1
  str x29, [x30, ${count}]
  mrs x28, elr_el1
  ldr x27, [x30, ${SAVE.interruptLog}]
  eor x27, x28, x27, ror 9
  mrs x28, spsr_el1
  add x27, x27, x28
  str x27, [x30, ${SAVE.interruptLog}]
  movz x28, ${DEVICE.base & 0xffff}
  movk x28, ${DEVICE.base >>> 16}, lsl 16
  str wzr, [x28, ${lower}]
  ldr x29, [x30, ${SAVE.interval}]
  mrs x28, cntv_ctl_el0
  tbz x28, 2, done
  cbz x29, 1f
  msr cntv_tval_el0, x29
  b done
1: msr cntv_ctl_el0, xzr
  b done`;

/**
 * The handlers. They keep every register but TPIDR_EL1. After an exception execution goes on at the next
 * instruction; after a jump to nowhere, where the case says; after a fault of a page that is mapped on demand, mostly
 * at the same instruction, with that page mapped and the next one taken away.
 */
const HANDLERS = `
.org 0x800
skip_entry:
sync:
  ${ENTER}
  mrs x29, esr_el1
  lsr x28, x29, 26
  add x27, x30, x28, lsl 3
  ldr x26, [x27, ${SAVE.counts}]
  add x26, x26, 1
  str x26, [x27, ${SAVE.counts}]
  ldr x26, [x30, ${SAVE.log}]
  eor x26, x29, x26, ror 7
  mrs x27, elr_el1
  add x26, x26, x27
  mrs x27, far_el1
  eor x26, x26, x27
  mrs x27, spsr_el1
  add x26, x26, x27, lsl 3
  str x26, [x30, ${SAVE.log}]
  cmp x28, 0x15
  b.eq service
  cmp x28, 0x07
  b.eq floating_point
  cmp x28, 0x0e
  b.eq illegal
  sub x27, x28, 0x20
  cmp x27, 3
  b.lo nowhere
  sub x27, x28, 0x24
  cmp x27, 2
  b.lo data_abort
skip:
  mrs x29, elr_el1
  add x29, x29, 4
  msr elr_el1, x29
done:
  ldp x26, x27, [x30, 16]
  ldp x28, x29, [x30]
  mrs x30, tpidr_el1
  eret
illegal:
  mrs x29, spsr_el1
  bic x29, x29, 0x100000
  msr spsr_el1, x29
  b done
floating_point:
  mrs x29, cpacr_el1
  orr x29, x29, 0x300000
  msr cpacr_el1, x29
  isb
  b done
nowhere:
  ldp x28, x29, [x30, ${SAVE.recoverPc}]
  msr elr_el1, x28
  mrs x28, spsr_el1
  and x28, x28, 0xf0000000
  orr x28, x28, x29
  msr spsr_el1, x28
  b done
data_abort:
  and x27, x29, 0x3f
  cmp x27, 7
  b.ne skip
  mrs x27, far_el1
  movz x28, ${SPECIAL & 0xffff}
  movk x28, ${SPECIAL >>> 16}, lsl 16
  sub x27, x27, x28
  lsr x27, x27, 12
  cmp x27, ${LAZY_PAGES}
  b.hs skip
  ldr x28, [x30, ${SAVE.log}]
  tst x28, 7
  b.eq skip
  add x28, x30, x27, lsl 3
  ldr x28, [x28, ${SAVE.lazy}]
  adr x29, ${SPECIAL_TABLE}
  add x26, x29, x27, lsl 3
  str x28, [x26]
  add x26, x26, ${SPECIAL_TABLE_DISTANCE}
  str x28, [x26]
  add x27, x27, 1
  and x27, x27, ${LAZY_PAGES - 1}
  add x26, x29, x27, lsl 3
  str xzr, [x26]
  add x26, x26, ${SPECIAL_TABLE_DISTANCE}
  str xzr, [x26]
  dsb ish
  movz x28, ${(SPECIAL >>> 12) & 0xffff}
  movk x28, ${(SPECIAL >>> 12) >>> 16}, lsl 16
  add x27, x27, x28
  tlbi vaae1, x27
  dsb ish
  isb
  b done
service:
  mrs x28, spsr_el1
  and x29, x29, 15
  cmp x29, ${SERVICE.toEl1}
  b.eq to_el1
  cmp x29, ${SERVICE.toEl0}
  b.eq to_el0
  cmp x29, ${SERVICE.togglePan}
  b.eq toggle_pan
  cmp x29, ${SERVICE.toggleMasks}
  b.eq toggle_masks
  cmp x29, ${SERVICE.otherSpace}
  b.eq other_space
  cmp x29, ${SERVICE.trapFloatingPoint}
  b.eq trap_floating_point
  cmp x29, ${SERVICE.trapFloatingPointAtEl0}
  b.ne done
  mov x27, 0x100000
  b set_cpacr
trap_floating_point:
  mov x27, 0
set_cpacr:
  msr cpacr_el1, x27
  isb
  b done
to_el1:
  bic x28, x28, 15
  add x28, x28, 5
  msr spsr_el1, x28
  b done
to_el0:
  bic x28, x28, 15
  msr spsr_el1, x28
  b done
toggle_pan:
  eor x28, x28, 0x400000
  msr spsr_el1, x28
  b done
toggle_masks:
  eor x28, x28, 0xc0
  msr spsr_el1, x28
  b done
other_space:
  mrs x28, ttbr0_el1
  ldr x27, [x30, ${SAVE.otherSpace}]
  eor x28, x28, x27
  msr ttbr0_el1, x28
  isb
  b done
${interrupt('irq', SAVE.irqs, DEVICE_REGISTER.lowerIrq)}
${interrupt('fiq', SAVE.fiqs, DEVICE_REGISTER.lowerFiq)}
`;

/** TCR_EL1.TBI0 and TBI1. */
const TAGS_IGNORED = 3n << 37n;
/** CNTKCTL_EL1.EL0PCTEN and EL0VCTEN. */
const EL0_COUNTERS = 3n;

/** What the boot code finds in X0 to X7. */
export const BOOT_VALUES = (sctlr: bigint, tags: boolean): readonly bigint[] => [
  MAIR,
  tags ? TCR | TAGS_IGNORED : TCR,
  SPACES[0],
  SPACES[0] & 0xffff_ffff_ffffn,
  BigInt(PHYSICAL.vectors),
  sctlr,
  3n << 20n,
  EL0_COUNTERS,
];

/** Turns the MMU on, and what an earlier case left behind off. */
const BOOT = `
  msr mair_el1, x0
  msr tcr_el1, x1
  msr ttbr0_el1, x2
  msr ttbr1_el1, x3
  msr vbar_el1, x4
  msr cpacr_el1, x6
  msr cntkctl_el1, x7
  msr cntv_ctl_el0, xzr
  msr cntv_cval_el0, xzr
  msr cntp_ctl_el0, xzr
  msr cntp_cval_el0, xzr
  tlbi vmalle1
  dsb sy
  msr sctlr_el1, x5
  isb
  b .`;

const boot = assemble(BOOT, { origin: BigInt(PHYSICAL.boot) });
/** Instructions until the boot code stands still. */
export const BOOT_LENGTH = boot.words.length - 1;
export const BOOTED_PC = PHYSICAL.boot + 4 * BOOT_LENGTH;

/** SCTLR_EL1 as usual: MMU, caches, stack alignment checks, everything that EL0 may be given. */
export const SCTLR =
  0x30d0_0800n |
  0x1n |
  0x4n |
  0x1000n |
  0x18n |
  (1n << 14n) |
  (1n << 15n) |
  (1n << 9n) |
  (1n << 16n) |
  (1n << 18n) |
  (1n << 26n);
/** Bits of SCTLR_EL1 that cases change. */
export const SCTLR_BIT = { M: 1n, A: 2n } as const;

/** Handlers, boot code and what they keep: contents of the first pages of RAM. */
export function firmwareImage(): Uint8Array {
  const image = new Uint8Array(PHYSICAL.tables - PHYSICAL.vectors);
  const handlers = assemble(`${VECTORS}\n${HANDLERS}`, { origin: BigInt(PHYSICAL.vectors) });
  if (handlers.bytes.length > PAGE) throw new Error('the handlers take more than a page');
  image.set(handlers.bytes);
  image.set(boot.bytes, PHYSICAL.boot - PHYSICAL.vectors);
  const save = new DataView(image.buffer, PHYSICAL.save - PHYSICAL.vectors);
  for (let page = 0; page < LAZY_PAGES; page++) {
    save.setBigUint64(SAVE.lazy + 8 * page, lazyDescriptor(page), true);
  }
  save.setBigUint64(SAVE.otherSpace, SPACES[0] ^ SPACES[1], true);
  return image;
}
