/** Console logs of two emulators, compared line by line without what differs from run to run. */
import { KERNEL_MESSAGE } from './guest.ts';

/** Why a line may be in our log and not in QEMU's. */
export interface AllowedDifference {
  /** Of the normalised line. */
  readonly pattern: RegExp;
  readonly reason: string;
}

/** A line without its time stamp; addresses and numbers are `#`. */
export function normalise(line: string): string {
  return line
    .replace(/^\[ *\d+\.\d+\] /, '')
    .replace(/\b0x[0-9a-f]+/gi, '#')
    .replace(/\b[0-9a-f]{8,}\b/g, '#')
    .replace(/\d+(?:\.\d+)*/g, '#')
    .trimEnd();
}

/**
 * Normalised lines of a console: everything up to the shell's greeting, then the kernel's messages.
 *
 * @param console without `\r`
 */
export function logLines(console: string): string[] {
  const start = console.indexOf('\nBusyBox ');
  const boot = start < 0 ? console : console.slice(0, start);
  const later = start < 0 ? '' : console.slice(start);
  const messages = (text: string): string[] => text.match(KERNEL_MESSAGE) ?? [];
  const others = boot.replace(KERNEL_MESSAGE, '\n').split('\n');
  return [...messages(boot), ...others, ...messages(later)]
    .map((line) => normalise(line.trimEnd()))
    .filter(Boolean);
}

export interface LogDifference {
  readonly line: string;
  /** Undefined when nothing allows it. */
  readonly reason?: string;
}

/** Lines that only the first log has, each once. */
export function linesOnlyIn(
  log: string,
  other: string,
  allowed: readonly AllowedDifference[],
): LogDifference[] {
  const known = new Set(logLines(other));
  const own = new Set(logLines(log).filter((line) => !known.has(line)));
  return [...own].map((line) => {
    const found = allowed.find(({ pattern }) => pattern.test(line));
    return found === undefined ? { line } : { line, reason: found.reason };
  });
}
