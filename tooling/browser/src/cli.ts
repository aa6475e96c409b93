/** `npm run browser`: Linux in Chromium beside Node, and the page for a person. */
import { parseArgs } from 'node:util';
import { bundlePage } from './host/bundle.ts';
import { findChromium } from './host/chromium.ts';
import { type Availability, findKernel } from './host/kernel.ts';
import { bootInNode, bootInPage, openPage } from './host/measure.ts';
import { bootRow, bootTable, describeDifference } from './host/report.ts';
import { servePage } from './host/server.ts';
import { ENGINE_CHOICES, type EngineName } from './machine/engines.ts';

const DEFAULT_PORT = 8080;
const LAST_PORT = 65_535;

const USAGE = `usage: npm run --silent browser -- boot [--engine NAME] [--json]
       npm run --silent browser -- serve [--port N]

  boot     boots Debian's Linux to its shell in Node and in Chromium, and prints the time and speed of both
             --engine NAME   ${ENGINE_CHOICES.join(', ')} (default auto)
             --json          the rows as JSON
  serve    serves the page with a terminal and a machine on 127.0.0.1, until Ctrl-C
             --port N        default ${DEFAULT_PORT}; 0 for one that is free
`;

/** Typed at the shell of both: a few million instructions, whose answer shows that they ran. */
const COMMAND = 'seq 1 20000 | sha256sum';

class UsageError extends Error {}

function need<Thing>(available: Availability<Thing>): Thing {
  if ('found' in available) return available.found;
  throw new Error(available.missing);
}

async function boot(engine: EngineName, json: boolean): Promise<number> {
  const chromium = need(findChromium());
  const kernel = need(findKernel());
  const inNode = await bootInNode(kernel, engine, COMMAND);
  const open = await openPage(chromium, kernel);
  try {
    const inPage = await bootInPage(open, engine, COMMAND);
    const rows = [bootRow(inNode), bootRow(inPage)];
    process.stdout.write(json ? `${JSON.stringify(rows, undefined, 2)}\n` : bootTable(rows));
    const difference = describeDifference(inNode, inPage);
    if (difference === undefined) return 0;
    process.stderr.write(`browser: the guest did not do the same: ${difference}\n`);
    return 1;
  } finally {
    await open.close();
  }
}

async function serve(port: number): Promise<number> {
  const kernel = findKernel();
  if ('missing' in kernel)
    process.stderr.write(`browser: ${kernel.missing}; the page takes files of your own\n`);
  const server = await servePage({
    port,
    files: await bundlePage(),
    ...('found' in kernel && { kernel: kernel.found }),
  });
  process.stdout.write(`${server.url}\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
  return 0;
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        engine: { type: 'string', default: 'auto' },
        json: { type: 'boolean', default: false },
        port: { type: 'string', default: `${DEFAULT_PORT}` },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parse();
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`unexpected ${rest.join(' ')}`);
  switch (command) {
    case 'boot': {
      const engine = ENGINE_CHOICES.find((name) => name === values.engine);
      if (engine === undefined) throw new UsageError(`there is no engine ${values.engine}`);
      return boot(engine, values.json);
    }
    case 'serve': {
      const port = Number(values.port);
      if (!/^\d+$/.test(values.port) || port > LAST_PORT) throw new UsageError(`${values.port} is no port`);
      return serve(port);
    }
    default:
      throw new UsageError(command === undefined ? 'a command is missing' : `there is no command ${command}`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`browser: ${(error as Error).message}\n${usage ? USAGE : ''}`);
  process.exitCode = usage ? 2 : 1;
}
