/**
 * The kernel's only guest code: exception vectors that call the host by HVC and return. The page is mapped high, for
 * EL1 alone.
 */
export const VECTOR_PAGE = 0xffff_ffff_c000_0000n;

/** Vector offsets for exceptions from EL0. */
const SYNCHRONOUS = 0x400;
const IRQ = 0x480;
/** Where the CPU waits when no thread can run, and where it begins. */
const IDLE = 0x800;
const ENTER = 0x804;

const HVC = 0xd400_0002;
const ERET = 0xd69f_03e0;
const WFI = 0xd503_207f;
/** MSR ESR_EL1, XZR: an interrupt leaves the register as it was, and no synchronous exception has this value. */
const CLEAR_ESR = 0xd518_521f;
const BRANCH_TO_SELF = 0x1400_0000;

export const IDLE_ADDRESS = VECTOR_PAGE + BigInt(IDLE);
export const ENTER_ADDRESS = VECTOR_PAGE + BigInt(ENTER);

/** The contents of the page. */
export function vectorPage(): Uint8Array {
  const words = new Uint32Array(1024).fill(BRANCH_TO_SELF);
  words.set([HVC, ERET], SYNCHRONOUS / 4);
  words.set([CLEAR_ESR, HVC, ERET], IRQ / 4);
  words.set([WFI, CLEAR_ESR, HVC, ERET], IDLE / 4);
  return new Uint8Array(words.buffer);
}

/** What signal handlers return to: rt_sigreturn. */
export function trampolinePage(): Uint8Array {
  const MOV_X8_RT_SIGRETURN = 0xd280_1168;
  const SVC = 0xd400_0001;
  const words = new Uint32Array(1024);
  words.set([MOV_X8_RT_SIGRETURN, SVC]);
  return new Uint8Array(words.buffer);
}
