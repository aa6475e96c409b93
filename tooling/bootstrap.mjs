// The commands behind `npm start`, `npm test` and `npm run armature`. Runs on the Node that the user has (20 or
// later), before anything is installed: built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cache = join(root, 'node_modules', '.cache', 'armature');
const windows = process.platform === 'win32';
const PNPM = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;

/** Progress goes to stderr, so that a program's stdout stays its own. */
const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Installs, builds, and runs the bare-metal memory kernel on a virtual machine. */
async function start(args) {
  say(
    'Armature: installs what is missing, builds, then boots the memory-management kernel on a virtual board.',
  );
  if (!(await prepare({ quiet: true }))) return 1;
  say('\n> armature phase3');
  return runCli(['phase3', ...args]);
}

/** Runs the command-line runner with these arguments, in the directory the user is in. */
async function armature(args) {
  if (!(await prepare({ quiet: true }))) return 1;
  return runCli(args);
}

/** Runs the test bench. */
async function bench(args) {
  if (!(await prepare({ quiet: true }))) return 1;
  return runNode([join(root, 'apps', 'bench', 'dist', 'cli.js'), ...args], root);
}

/** Compares single instructions on QEMU and on our CPU. */
async function oracle(args) {
  if (!(await install({ quiet: true }))) return 1;
  return runNode(['--import', './tooling/sources.mjs', 'tooling/oracle/src/cli.ts', ...args], root);
}

/** Boots Debian's kernels on QEMU and on our machine, and compares. */
async function systems(args) {
  if (!(await install({ quiet: true }))) return 1;
  return runNode(['--import', './tooling/sources.mjs', 'tooling/systems/src/cli.ts', ...args], root);
}

/** Boots Linux in a browser beside Node, or serves the page with a machine. */
async function browser(args) {
  if (!(await install({ quiet: true }))) return 1;
  return runNode(['--import', './tooling/sources.mjs', 'tooling/browser/src/cli.ts', ...args], root);
}

/** Tests of the CPU's engine that `npm test` runs beside the usual one. `packages/cpu/test` has what the names mean. */
const ENGINE_STEPS = [
  {
    name: 'tests of the CPU, engine jit',
    environment: { ARMATURE_ENGINE: 'jit' },
    tests: ['packages/cpu/test'],
  },
];

/** Tests whose machines run on the default engine where nothing else is asked for. */
const MACHINE_TESTS = [
  ...['machine', 'memory', 'device-', 'virtio', 'semihosting', 'psci', 'gdb'].map(
    (name) => `packages/${name}`,
  ),
  ...['examples/', 'tooling/readme-examples.test.ts', 'tooling/programs/test', 'apps/bench'],
];

/** The same for the live run: minutes. */
const LIVE_ENGINE_STEPS = [
  {
    name: 'live tests of the CPU, each instruction compiled alone; ten million blocks compiled',
    environment: { ARMATURE_ENGINE: 'eager', ARMATURE_JIT_BLOCKS: '10000000' },
    tests: ['packages/cpu/test'],
  },
  ...['interpreter', 'jit'].map((engine) => ({
    name: `live tests of machines and programs, engine ${engine}`,
    environment: { ARMATURE_ENGINE: engine },
    tests: MACHINE_TESTS,
  })),
];

/** Runs every check and every test; all of them, then a list of what failed. */
async function test(args) {
  const live = args.includes('--live');
  const selected = args.filter((argument) => argument !== '--live');
  if (!(await install({ quiet: false }))) {
    say('\n0 passed, 1 failed');
    return 1;
  }
  const report = join(cache, 'vitest.json');
  const liveReports = {
    allocators: join(cache, 'vitest-allocators.json'),
    oracle: join(cache, 'vitest-live.json'),
    systems: join(cache, 'vitest-systems.json'),
    programs: join(cache, 'vitest-programs.json'),
    browser: join(cache, 'vitest-browser.json'),
  };
  const engineSteps = live ? [...ENGINE_STEPS, ...LIVE_ENGINE_STEPS] : ENGINE_STEPS;
  const engineReport = (index) => join(cache, `vitest-engine-${index}.json`);
  mkdirSync(cache, { recursive: true });
  const reports = [
    report,
    ...engineSteps.map((_, index) => engineReport(index)),
    ...Object.values(liveReports),
  ];
  for (const file of reports) writeFileSync(file, '{}');
  const reporters = (file) => ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const steps = [
    ['build', () => build({ quiet: false })],
    [
      'format and lint',
      () => tool('biome', ['check', '.', '--diagnostic-level=warn', '--error-on-warnings']),
    ],
    ['types', () => tool('tsc', ['-p', 'tsconfig.json'])],
    ['dependency directions', () => pnpm(['run', '--silent', 'check:dependencies'])],
    ['package exports (publint, attw)', () => pnpm(['run', '--silent', 'check:packages'])],
    ['unit tests', () => tool('vitest', ['run', ...reporters(report), ...selected])],
  ];
  // Where some tests are asked for, those are run, on the engines that they choose.
  if (selected.length === 0) {
    for (const [index, { name, environment: extra, tests }] of engineSteps.entries()) {
      steps.push([name, () => tool('vitest', ['run', ...reporters(engineReport(index)), ...tests], extra)]);
    }
  }
  if (live) {
    for (const [name, file] of Object.entries(liveReports)) {
      const config = ['--config', `tooling/${name}/vitest.live.config.ts`];
      steps.push([`live ${name}`, () => tool('vitest', ['run', ...config, ...reporters(file)])]);
    }
  }

  const results = [];
  for (const [name, run] of steps) {
    say(`\n== ${name}`);
    const from = performance.now();
    const passed = await run();
    results.push({ name, passed, time: seconds(from) });
    say(`== ${name}: ${passed ? 'passed' : 'FAILED'} in ${seconds(from)}`);
  }
  return summarise(results, reports);
}

/** Prints steps, failed tests and totals; a step counts as one test beside those that vitest counted. */
function summarise(results, reports) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const failures = [];
  for (const file of reports) {
    const data = JSON.parse(readFileSync(file, 'utf8'));
    passed += data.numPassedTests ?? 0;
    failed += data.numFailedTests ?? 0;
    skipped += (data.numPendingTests ?? 0) + (data.numTodoTests ?? 0);
    for (const suite of data.testResults ?? []) {
      for (const { status, fullName } of suite.assertionResults) {
        if (status === 'failed') failures.push(`${suite.name}: ${fullName}`);
      }
      if (suite.status === 'failed' && suite.assertionResults.length === 0) failures.push(suite.name);
    }
  }
  say('\nsteps:');
  for (const { name, passed: ok, time } of results) {
    say(`  ${ok ? 'passed' : 'FAILED'}  ${time.padStart(8)}  ${name}`);
    if (ok) passed++;
    else failed++;
  }
  if (failures.length > 0) say(`\nfailed tests:\n${failures.map((line) => `  ${line}`).join('\n')}`);
  if (skipped > 0) say(`\nskipped tests: ${skipped} (they need tools that are not installed here)`);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

async function prepare(options) {
  return (await install(options)) && (await build(options));
}

/** Installs dependencies when there are none or the lock file is another one than last time. */
async function install({ quiet }) {
  const stamp = join(root, 'node_modules', '.armature-install');
  const wanted = fingerprint(['pnpm-lock.yaml', 'package.json', 'pnpm-workspace.yaml', ...manifests()]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  say(`Installing dependencies with ${PNPM} ...`);
  const from = performance.now();
  const reporter = quiet ? ['--reporter=silent'] : ['--reporter=append-only'];
  if (!(await pnpm(['install', '--frozen-lockfile', ...reporter]))) {
    say('The installation failed. It needs npm and access to the npm registry; see the messages above.');
    return false;
  }
  writeFileSync(stamp, wanted);
  say(`Installed in ${seconds(from)}.`);
  return true;
}

/** Builds every package whose sources changed since the last build. */
async function build({ quiet }) {
  const stamp = join(cache, 'build');
  const wanted = sourcesFingerprint();
  const built = manifests().every((file) => existsSync(join(root, dirname(file), 'dist')));
  if (built && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  say('Building ...');
  const from = performance.now();
  if (!(await pnpm(['run', '--silent', 'build'], { quiet }))) {
    say('The build failed; see the messages above.');
    return false;
  }
  mkdirSync(cache, { recursive: true });
  writeFileSync(stamp, wanted);
  say(`Built in ${seconds(from)}.`);
  return true;
}

/** Manifests of the packages and apps that are built. */
function manifests() {
  return ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}/package.json`)
      .filter((file) => existsSync(join(root, file))),
  );
}

function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** Changes whenever a source file does: path, size and time of change of each. */
function sourcesFingerprint() {
  const hash = createHash('sha256');
  const visit = (path) => {
    const status = statSync(join(root, path));
    if (status.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`);
    } else {
      hash.update(`${path}\0${status.size}\0${status.mtimeMs}\0`);
    }
  };
  for (const file of manifests()) {
    visit(file);
    for (const folder of ['src', 'build']) {
      const path = `${dirname(file)}/${folder}`;
      if (existsSync(join(root, path))) visit(path);
    }
  }
  for (const file of ['pnpm-lock.yaml', 'tsconfig.base.json', 'turbo.json', 'tooling/tsup.config.ts'])
    visit(file);
  return hash.digest('hex');
}

/** Node 26 as the workspace installs it, or the Node that runs this script where it has no such package. */
let chosenNode;
function node() {
  if (chosenNode === undefined) {
    const platform = windows ? 'win' : process.platform;
    chosenNode = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]
      .map((name) => join(root, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node'))
      .find((file) => existsSync(file) && spawnSync(file, ['--version']).status === 0);
    if (chosenNode === undefined) {
      chosenNode = process.execPath;
      say(`No packaged Node 26 for ${process.platform} ${process.arch}: using Node ${process.version}.`);
    }
  }
  return chosenNode;
}

function environment({ packaged }) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const folders = packaged ? [dirname(node()), join(root, 'node_modules', '.bin')] : [];
  return {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    [name]: [...folders, process.env[name]].join(delimiter),
  };
}

/** Runs the workspace's package manager; `npx` puts it on the PATH of what it runs, where turbo looks for it. */
function pnpm(args, { quiet = false } = {}) {
  const env = environment({ packaged: args[0] !== 'install' });
  // npm 11 warns on every start about settings it doesn't know; they are the user's business.
  return run('npx', ['--yes', '--loglevel=error', PNPM, ...args], { env, shell: windows, quiet });
}

/** Runs a program of the workspace's development dependencies. */
function tool(name, args, extra = {}) {
  return run(join(root, 'node_modules', '.bin', windows ? `${name}.cmd` : name), args, {
    env: { ...environment({ packaged: true }), ...extra },
    shell: windows,
  });
}

/**
 * Standard output of tools joins the progress on stderr; of a quiet one, only when it fails. True when the program
 * ended well.
 */
function run(program, args, { quiet = false, ...options }) {
  return new Promise((resolve) => {
    const output = quiet ? 'pipe' : 2;
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', output, output], ...options });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => {
      say(`${program} cannot be started: ${error.message}`);
      resolve(false);
    });
    child.on('close', (code) => {
      if (code !== 0 && quiet) process.stderr.write(Buffer.concat(chunks));
      resolve(code === 0);
    });
  });
}

/** Runs the command-line runner in the directory the user is in. */
function runCli(args) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return runNode([join(root, 'apps', 'cli', 'dist', 'cli.js'), ...args], cwd);
}

/** Replaces this process, as far as a Node program can: same input and output, signals passed on, same status. */
function runNode(args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(node(), args, { cwd, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; this process must outlive the other to report its status.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => {
      say(`${args[0]} cannot be started: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

const [command = '', ...rest] = process.argv.slice(2);
const commands = { start, test, armature, bench, oracle, systems, browser };
if (!Object.hasOwn(commands, command)) {
  say(
    'usage: node tooling/bootstrap.mjs start | test [--live] | armature ARGS | bench ARGS | oracle ARGS | systems ARGS | browser ARGS',
  );
  process.exit(2);
}
process.exitCode = await commands[command](rest);
