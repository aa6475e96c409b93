/** `npm run systems -- disk`: the disk test, with results that are kept. */
import { parseArgs } from 'node:util';
import { diskFailures, diskTest } from './disk-crash.ts';
import { missingDiskTool } from './disk-image.ts';
import { keepDiskResults } from './disk-results.ts';
import { fetchKernel } from './kernels.ts';

const USAGE = `usage: npm run systems -- disk [options]

Kills the emulator right after the guest synchronised its ext4, and looks at the disk.

  --rounds N       times (default 20)
  --no-keep        leave results/ as it is
`;

/**
 * Runs the test and tells of it; gives the exit status.
 *
 * @throws Error when a tool or the kernel is missing, or a guest does not get to its end
 */
export async function diskCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '20' },
      keep: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (values.help || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const missing = missingDiskTool();
  if (missing !== undefined) throw new Error(`${missing} is not installed (Debian: e2fsprogs)`);
  const available = fetchKernel('cloud');
  if ('missing' in available) throw new Error(available.missing);
  const results = await diskTest(available.files, 'jit', rounds, (text) => console.log(text));
  if (values.keep) {
    const date = new Date().toISOString().slice(0, 10);
    keepDiskResults({ date, node: process.versions.node, ...results });
  }
  const failures = diskFailures(results);
  console.log(failures.length === 0 ? 'passed' : `FAILED\n${failures.join('\n')}`);
  return failures.length === 0 ? 0 : 1;
}
