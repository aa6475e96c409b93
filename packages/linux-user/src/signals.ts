/** Signal numbers and what they do by default. @spec Linux, signal(7) */
export const SIGNAL = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

/** Signals are 1 to 64. */
export const LAST_SIGNAL = 64;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(SIGNAL).map(([name, number]) => [number, name]),
);

/** Name of a signal: `SIGSEGV`, `SIGRTMIN+2`. */
export function signalName(signal: number): string {
  if (signal >= 32) return signal === 32 ? 'SIGRTMIN' : `SIGRTMIN+${signal - 32}`;
  return NAMES.get(signal) ?? `signal ${signal}`;
}

const IGNORED: ReadonlySet<number> = new Set([
  SIGNAL.SIGCHLD,
  SIGNAL.SIGCONT,
  SIGNAL.SIGURG,
  SIGNAL.SIGWINCH,
]);
const STOPPING: ReadonlySet<number> = new Set([
  SIGNAL.SIGSTOP,
  SIGNAL.SIGTSTP,
  SIGNAL.SIGTTIN,
  SIGNAL.SIGTTOU,
]);

export type DefaultAction = 'terminate' | 'ignore' | 'stop';

export function defaultAction(signal: number): DefaultAction {
  if (IGNORED.has(signal)) return 'ignore';
  return STOPPING.has(signal) ? 'stop' : 'terminate';
}

/** A set of signals, bit n - 1 for signal n, as 64 bits. */
export type SignalSet = bigint;

export const signalBit = (signal: number): SignalSet => 1n << BigInt(signal - 1);

/** SIGKILL and SIGSTOP: never blocked, caught or ignored. */
export const UNBLOCKABLE: SignalSet = signalBit(SIGNAL.SIGKILL) | signalBit(SIGNAL.SIGSTOP);

/** Why a signal came: si_code and the fields that go with it. */
export interface SignalInfo {
  readonly signal: number;
  readonly code: number;
  /** si_addr of a fault. */
  readonly address?: number;
  /** ESR_ELx of a fault. */
  readonly syndrome?: number;
  /** si_pid and si_uid. */
  readonly pid?: number;
  /** si_status. */
  readonly status?: number;
  /** si_value. */
  readonly value?: bigint;
}

/** Values of si_code. @spec Linux, include/uapi/asm-generic/siginfo.h */
export const CODE = {
  SI_USER: 0,
  SI_KERNEL: 0x80,
  SI_QUEUE: -1,
  SI_TIMER: -2,
  SI_TKILL: -6,
  SEGV_MAPERR: 1,
  SEGV_ACCERR: 2,
  BUS_ADRALN: 1,
  BUS_ADRERR: 2,
  ILL_ILLOPC: 1,
  FPE_FLTINV: 7,
  TRAP_BRKPT: 1,
  CLD_EXITED: 1,
  CLD_KILLED: 2,
  CLD_STOPPED: 5,
  CLD_CONTINUED: 6,
} as const;
