/** What programs write that QEMU's user mode cannot run: it does not start other programs without the host's help. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LinuxOutcome } from './linux-run.ts';

/** The outcome that stands beside a program's source; undefined where QEMU is to be asked. */
export function expectedOf(program: string): LinuxOutcome | undefined {
  const file = fileURLToPath(new URL(`../linux/${program}.expected`, import.meta.url));
  return existsSync(file) ? { output: readFileSync(file, 'latin1'), status: 0 } : undefined;
}
