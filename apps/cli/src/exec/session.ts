/** Runs a Linux program in a machine until it ends. */
import { HOST_SIGNALS, type LinuxUser } from '@armature/linux-user';
import type { Machine } from '@armature/machine';
import type { HostConsole } from './console.ts';

/** Long enough to be no load, and keeps this process alive while the program waits. */
const KEEP_ALIVE_MS = 1 << 30;

export interface ProgramReport {
  /** Why the machine stopped: `power-off` when the program ended. */
  readonly reason: 'power-off' | 'budget' | 'exception-loop';
  readonly instructions: number;
  /** Seconds of the host while the program ran; waiting is not counted. */
  readonly seconds: number;
}

/** @param maxInstructions default: no limit */
export async function runProgram(
  machine: Machine,
  linux: LinuxUser,
  console: HostConsole,
  maxInstructions = Number.POSITIVE_INFINITY,
): Promise<ProgramReport> {
  let wake: (() => void) | undefined;
  let instructions = 0;
  let seconds = 0;
  const awaken = (): void => {
    wake?.();
    wake = undefined;
  };
  console.connect({
    pushInput: (bytes) => {
      linux.pushInput(bytes);
      awaken();
    },
    endInput: () => {
      linux.endInput();
      awaken();
    },
  });
  const handlers = Object.entries(HOST_SIGNALS).map(([name, signal]) => {
    const handler = (): void => {
      linux.signal(signal);
      awaken();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  const alive = setInterval(() => {}, KEEP_ALIVE_MS);
  try {
    for (;;) {
      const start = performance.now();
      const result = await machine.run({ maxInstructions: maxInstructions - instructions });
      instructions += result.instructions;
      seconds += (performance.now() - start) / 1000;
      const { reason } = result;
      if (reason === 'power-off' || reason === 'budget' || reason === 'exception-loop') {
        return { reason, instructions, seconds };
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    clearInterval(alive);
    for (const remove of handlers) remove();
    await console.close();
  }
}
