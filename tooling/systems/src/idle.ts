/** What an idle guest costs: processor time of the emulator while its shell waits for a key. */
import { readFileSync } from 'node:fs';
import type { Configuration, EmulatorName } from './configuration.ts';
import { emulator } from './emulators.ts';
import { Guest } from './guest.ts';
import type { LinuxFiles } from './kernels.ts';
import { PATIENCE } from './system.ts';

/** Lets the guest finish what it does after boot. */
const SETTLE_SECONDS = 5;
const MEASURED_SECONDS = 10;
/** Linux counts processor time of processes in hundredths of a second. */
const TICKS_PER_SECOND = 100;

const pause = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Processor time of a process with all its threads, seconds. @spec proc(5), /proc/pid/stat */
function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Fields 14 and 15; the name, field 2, may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The share of one core that the emulator uses with an idle guest. Only on Linux hosts. */
export async function idleShare(
  name: EmulatorName,
  configuration: Configuration,
  files: LinuxFiles,
): Promise<number> {
  const guest = new Guest(emulator(name, configuration, files));
  try {
    await guest.prompt(PATIENCE.boot);
    await pause(SETTLE_SECONDS);
    const before = processorSeconds(guest.pid);
    const from = performance.now();
    await pause(MEASURED_SECONDS);
    const used = processorSeconds(guest.pid) - before;
    const share = used / ((performance.now() - from) / 1000);
    guest.type('poweroff\n');
    await guest.end(PATIENCE.end);
    return share;
  } finally {
    await guest.stop();
  }
}
