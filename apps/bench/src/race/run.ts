/** Runs a guest once, in an emulator of its own, and times it from outside. */
import { spawn } from 'node:child_process';
import type { BootProgram } from '../boot/machines.ts';
import { atExit } from './at-exit.ts';
import { type GuestTimes, MarkReader, Timeline } from './markers.ts';

/** Longest time to the first process, for one row, and between rows, in milliseconds. */
const TIMEOUT = 240_000;

/**
 * Runs a guest to its end.
 *
 * @param names rows that it must have run
 * @param timeout longest time between two marks, in milliseconds
 * @throws Error that names emulator and row when one fails, or takes too long
 */
export function runGuest(
  { name, command, args }: BootProgram,
  names: readonly string[],
  timeout = TIMEOUT,
): Promise<GuestTimes> {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = atExit(() => child.kill('SIGKILL'));
    const reader = new MarkReader();
    const timeline = new Timeline();
    let errors = '';
    let failure: Error | undefined;
    const fail = (message: string): void => {
      failure ??= new Error(`${name}: ${message}`);
      child.kill('SIGKILL');
    };
    const late = (): void =>
      fail(`${timeline.place} took longer than ${timeout / 1000} s; the console's end:\n${reader.end}`);
    let timer = setTimeout(late, timeout);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      const at = (performance.now() - from) / 1000;
      for (const mark of reader.add(text)) {
        clearTimeout(timer);
        timer = setTimeout(late, timeout);
        try {
          timeline.add(mark, at);
        } catch (error) {
          fail((error as Error).message);
        }
      }
    });
    child.on('error', (error) => {
      errors += error.message;
    });
    child.on('close', (code, signal) => {
      forget();
      clearTimeout(timer);
      try {
        if (failure !== undefined) throw failure;
        if (code !== 0) throw new Error(`${name} ended (${code ?? signal}) at ${timeline.place}`);
        resolve(timeline.times(names));
      } catch (error) {
        const { message } = error as Error;
        const console = failure === undefined ? `\n${reader.end}` : '';
        reject(
          new Error(`${message.startsWith(name) ? '' : `${name}: `}${message}${console}\n${errors}`.trim()),
        );
      }
    });
  });
}
