/**
 * The frame on which a signal handler runs: siginfo, ucontext with all registers, and a frame record.
 *
 * @spec Linux, arch/arm64/include/uapi/asm/sigcontext.h; arch/arm64/kernel/signal.c
 */
import { Failure } from '../errno.ts';
import { CODE, SIGNAL, type SignalInfo } from '../signals.ts';
import type { SignalAction, Thread } from './process.ts';

export const SA = {
  NOCLDSTOP: 1,
  NOCLDWAIT: 2,
  SIGINFO: 4,
  RESTORER: 0x0400_0000,
  ONSTACK: 0x0800_0000,
  RESTART: 0x1000_0000,
  NODEFER: 0x4000_0000,
  RESETHAND: 0x8000_0000,
} as const;

export const SS = { ONSTACK: 1, DISABLE: 2 } as const;

const SIGINFO_BYTES = 128;
/** Offsets in struct ucontext, and its size. */
const UC = {
  stack: 16,
  mask: 40,
  faultAddress: 176,
  x: 184,
  sp: 432,
  pc: 440,
  pstate: 448,
  reserved: 464,
} as const;
const UCONTEXT_BYTES = UC.reserved + 4096;
const FRAME_BYTES = SIGINFO_BYTES + UCONTEXT_BYTES;
const FRAME_RECORD_BYTES = 16;

const FPSIMD_MAGIC = 0x4650_8001;
const FPSIMD_BYTES = 0x210;
const ESR_MAGIC = 0x4553_5201;
const ESR_BYTES = 16;

/** siginfo as memory has it. */
export function signalInfoBytes(info: SignalInfo): Uint8Array {
  const bytes = new Uint8Array(SIGINFO_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, info.signal, true);
  view.setInt32(8, info.code, true);
  if (info.address !== undefined) {
    view.setBigUint64(16, BigInt(info.address), true);
    return bytes;
  }
  view.setInt32(16, info.pid ?? 0, true);
  if (info.signal === SIGNAL.SIGCHLD && info.code > 0) view.setInt32(24, info.status ?? 0, true);
  else if (info.value !== undefined) view.setBigUint64(24, BigInt.asUintN(64, info.value), true);
  return bytes;
}

/** What sigaltstack tells: struct stack_t. */
export function signalStackBytes(thread: Thread, sp: number): Uint8Array {
  const { base, size, enabled } = thread.signalStack;
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(enabled ? base : 0), true);
  view.setInt32(8, enabled ? (isOnSignalStack(thread, sp) ? SS.ONSTACK : 0) : SS.DISABLE, true);
  view.setBigUint64(16, BigInt(enabled ? size : 0), true);
  return bytes;
}

export function isOnSignalStack({ signalStack }: Thread, sp: number): boolean {
  const { base, size, enabled } = signalStack;
  return enabled && sp > base && sp <= base + size;
}

/**
 * Has a thread, whose registers are saved, go on in a handler.
 *
 * @param trampoline address of the code that returns from handlers
 * @returns false when there is no stack for it
 */
export function enterHandler(
  thread: Thread,
  info: SignalInfo,
  action: SignalAction,
  trampoline: number,
): boolean {
  const { registers } = thread;
  const sp = Number(registers.sp);
  const { signalStack } = thread;
  const switches = (action.flags & SA.ONSTACK) !== 0 && signalStack.enabled && !isOnSignalStack(thread, sp);
  const top = switches ? signalStack.base + signalStack.size : sp;
  const record = Math.floor((top - FRAME_RECORD_BYTES) / 16) * 16;
  const frame = record - FRAME_BYTES;
  const bytes = new Uint8Array(FRAME_BYTES + FRAME_RECORD_BYTES);
  bytes.set(signalInfoBytes(info));
  writeContext(thread, info, bytes.subarray(SIGINFO_BYTES, FRAME_BYTES), sp);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(FRAME_BYTES, registers.x(29), true);
  view.setBigUint64(FRAME_BYTES + 8, registers.x(30), true);
  try {
    thread.process.memory.write(frame, bytes);
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
  registers.setX(0, info.signal);
  registers.setX(1, frame);
  registers.setX(2, frame + SIGINFO_BYTES);
  registers.setX(29, record);
  registers.setX(30, (action.flags & SA.RESTORER) !== 0 ? action.restorer : trampoline);
  registers.sp = frame;
  registers.pc = action.handler;
  registers.pstate = registers.pstate & 0xf000_0000;
  return true;
}

function writeContext(thread: Thread, info: SignalInfo, bytes: Uint8Array, sp: number): void {
  const { registers } = thread;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  bytes.set(signalStackBytes(thread, sp), UC.stack);
  view.setBigUint64(UC.mask, thread.savedBlocked ?? thread.blocked, true);
  view.setBigUint64(UC.faultAddress, BigInt(info.address ?? 0), true);
  for (let i = 0; i < 31; i++) view.setBigUint64(UC.x + 8 * i, registers.x(i), true);
  view.setBigUint64(UC.sp, registers.sp, true);
  view.setBigUint64(UC.pc, registers.pc, true);
  view.setBigUint64(UC.pstate, BigInt(registers.pstate >>> 0), true);
  let at: number = UC.reserved;
  view.setUint32(at, FPSIMD_MAGIC, true);
  view.setUint32(at + 4, FPSIMD_BYTES, true);
  view.setUint32(at + 8, registers.fpsr, true);
  view.setUint32(at + 12, registers.fpcr, true);
  bytes.set(registers.vectors, at + 16);
  at += FPSIMD_BYTES;
  if (info.syndrome === undefined) return;
  view.setUint32(at, ESR_MAGIC, true);
  view.setUint32(at + 4, ESR_BYTES, true);
  view.setBigUint64(at + 8, BigInt(info.syndrome >>> 0), true);
}

/**
 * Goes back to where a handler was entered: the frame is at the stack pointer. What is in it is the program's to
 * change, and is held to what a program may be.
 *
 * @throws EFAULT when there is no frame
 */
export function leaveHandler(thread: Thread): void {
  const { registers } = thread;
  const frame = Number(registers.sp);
  const bytes = thread.process.memory.bytes(frame + SIGINFO_BYTES, UCONTEXT_BYTES);
  const view = new DataView(bytes.buffer);
  thread.blocked = view.getBigUint64(UC.mask, true);
  for (let i = 0; i < 31; i++) registers.setX(i, view.getBigUint64(UC.x + 8 * i, true));
  registers.sp = view.getBigUint64(UC.sp, true);
  registers.pc = view.getBigUint64(UC.pc, true);
  registers.pstate = view.getUint32(UC.pstate, true);
  for (let at: number = UC.reserved; at + 16 <= bytes.length; ) {
    const magic = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (magic === 0 || size < 8 || at + size > bytes.length) break;
    if (magic === FPSIMD_MAGIC && size >= FPSIMD_BYTES) {
      registers.fpsr = view.getUint32(at + 8, true);
      registers.fpcr = view.getUint32(at + 12, true);
      registers.vectors.set(bytes.subarray(at + 16, at + FPSIMD_BYTES));
    }
    at += size;
  }
}

/** A signal that the kernel itself sends, without more to tell. */
export const kernelSignal = (signal: number): SignalInfo => ({ signal, code: CODE.SI_KERNEL });
