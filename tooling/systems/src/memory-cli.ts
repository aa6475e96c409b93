/** `npm run systems -- memory`: what guests cost of the host's memory, with results that are kept. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINES } from './configuration.ts';
import { fetchKernel } from './kernels.ts';
import { arenaFailures, arenaMemory, bootFailures, bootMemory, memoryReport } from './memory.ts';

const USAGE = `usage: npm run systems -- memory [options]

Boots Debian's kernel with 2 GiB of RAM, in one piece and on demand, and several in one arena; compares what the
host's memory manager says. Needs a Linux host.

  --machines N     guests in the arena (default 8)
  --no-keep        leave results/ as it is
`;

const MOST_MACHINES = 16;

/** Runs it and tells of it; gives the exit status. @throws Error when the kernel is missing */
export async function memoryCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      machines: { type: 'string', default: '8' },
      keep: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  const machines = Number(values.machines);
  if (values.help || !Number.isInteger(machines) || machines < 2 || machines > MOST_MACHINES) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  if (process.platform !== 'linux') throw new Error('only Linux says what it holds of a process');
  const available = fetchKernel('cloud');
  if ('missing' in available) throw new Error(available.missing);
  const { files } = available;
  const failures: string[] = [];
  const boots = [];
  for (const engine of ENGINES) {
    const whole = await bootMemory(files, engine, 'whole');
    const demand = await bootMemory(files, engine, 'on-demand');
    failures.push(...bootFailures(whole, demand));
    boots.push({ engine, whole, demand });
  }
  const arena = await arenaMemory(files, 'jit', machines);
  failures.push(...arenaFailures(arena));
  const date = new Date().toISOString().slice(0, 10);
  const report = memoryReport(boots, arena, { date, node: process.versions.node });
  console.log(report);
  if (values.keep) {
    const folder = fileURLToPath(new URL('../results/', import.meta.url));
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}memory.md`, report);
  }
  console.log(failures.length === 0 ? 'passed' : `FAILED\n${failures.join('\n')}`);
  return failures.length === 0 ? 0 : 1;
}
