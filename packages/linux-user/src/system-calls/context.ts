import type { Kernel } from '../kernel.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import type { Process, SystemCall, Thread } from '../process/process.ts';
import type { Wait } from '../wait.ts';

/** What a system call works with. */
export interface Context {
  readonly kernel: Kernel;
  readonly thread: Thread;
  readonly process: Process;
  readonly call: SystemCall;
}

/**
 * Answers a system call: its result, that it must wait, or `undefined` when it leaves X0 as it is. It fails by
 * throwing a Failure.
 */
export type Handler = (context: Context) => number | bigint | Wait | undefined;

const NANOS = 1_000_000_000;
/** Seconds that no clock of ours reaches; nanoseconds of more are no longer exact. */
const MOST_SECONDS = 2 ** 40;

/** A struct timespec as nanoseconds; undefined when it is none. */
export function readTimespec(memory: UserMemory, address: number): number | undefined {
  const seconds = memory.long(address);
  const nanos = memory.long(address + 8);
  if (seconds < 0 || nanos < 0 || nanos >= NANOS) return undefined;
  return Math.min(seconds, MOST_SECONDS) * NANOS + nanos;
}

/** A struct timespec, or timeval with the microseconds of `nanos`. */
export function timespecBytes(
  nanos: bigint,
  unit: 'nanoseconds' | 'microseconds' = 'nanoseconds',
): Uint8Array {
  const rest = nanos % BigInt(NANOS);
  const parts = [nanos / BigInt(NANOS), unit === 'nanoseconds' ? rest : rest / 1000n];
  return new Uint8Array(BigInt64Array.from(parts).buffer);
}
