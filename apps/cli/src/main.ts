import { EXIT } from './exit-codes.ts';
import { describeFailure } from './failure.ts';
import { createProgram } from './program.ts';

/** Reports an error and ends the process; a terminal in raw mode is restored on the way out. */
function fail(error: unknown): never {
  // Nobody reads on: ends as a program does that SIGPIPE kills.
  if ((error as { code?: unknown } | undefined)?.code === 'EPIPE') process.exit(EXIT.outputClosed);
  const { exitCode, lines } = describeFailure(error);
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(exitCode);
}

process.on('uncaughtException', fail);

try {
  const program = await createProgram(process.argv.slice(2));
  if (process.argv.length > 2) await program.parseAsync();
  else {
    process.stderr.write(program.helpInformation());
    process.exitCode = EXIT.usage;
  }
  // Input may still be open: what is left is to let the output go.
  process.stdout.write('', () => process.exit());
} catch (error) {
  fail(error);
}
