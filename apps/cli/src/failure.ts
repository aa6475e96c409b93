import { isArmatureError } from '@armature/core';
import { FdtError } from '@armature/fdt';
import { CommanderError } from 'commander';
import picocolors from 'picocolors';
import { EXIT } from './exit-codes.ts';

// Errors go to stderr, so its being a terminal decides, not standard output's.
const pc = picocolors.createColors(process.stderr.isTTY === true && picocolors.isColorSupported);

/** Arguments that make no sense. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Mistakes in an assembly source, each with its place. */
export class SourceError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/** What is printed for an error, and the exit status. */
export interface Failure {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

const IMAGE_CODES = /^(IMAGE_|FILE_)/;

/**
 * Turns an error into one line that says what is wrong, and one that says what to do. Only a defect of this
 * program shows its stack.
 */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return { lines: [], exitCode: EXIT.ok };
    const message = error.message.replace(/^error: /, '');
    return failure('USAGE', message, 'armature --help shows the commands and options.', EXIT.usage);
  }
  if (error instanceof UsageError) return failure('USAGE', error.message, error.hint, EXIT.usage);
  if (error instanceof FdtError) {
    return failure(error.code, error.message, 'Give a flattened device tree, as dtc makes.', EXIT.image);
  }
  if (error instanceof SourceError) {
    const lines = error.mistakes.flatMap((mistake) => line('ASSEMBLY_FAILED', mistake));
    return { lines, exitCode: EXIT.image };
  }
  if (isArmatureError(error)) {
    const guest = error.code === 'EXCEPTION_LOOP';
    const image = IMAGE_CODES.test(error.code);
    return failure(
      error.code,
      error.message,
      error.hint,
      guest ? EXIT.guest : image ? EXIT.image : EXIT.usage,
    );
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: [`armature: ${pc.red('error')}[INTERNAL]: this is a defect of armature`, ...stack.split('\n')],
    exitCode: EXIT.internal,
  };
}

function failure(code: string, message: string, hint: string | undefined, exitCode: number): Failure {
  const lines = [line(code, message)];
  if (hint !== undefined) lines.push(`${pc.cyan('hint')}: ${oneLine(hint)}`);
  return { lines, exitCode };
}

const line = (code: string, message: string): string =>
  `armature: ${pc.red('error')}[${code}]: ${oneLine(message)}`;

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');
