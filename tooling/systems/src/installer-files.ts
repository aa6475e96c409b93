/**
 * The kernel and RAM disk of Debian's installer, out of the package that Debian keeps for network boots. The system's
 * package client downloads and verifies it; it is not installed, and its lists are kept apart from the system's.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Availability } from './kernels.ts';

/** Debian has the installers of its own release and of the next one, by number. */
const PACKAGE = /^debian-installer-(\d+)-netboot-arm64$/;
const FILES = { kernel: 'linux', initrd: 'initrd.gz' } as const;
/** Where in the package those of the installer in text are. */
const TEXT_INSTALLER = /\/text\/debian-installer\/arm64\/(linux|initrd\.gz)$/;

/** @spec XDG Base Directory Specification */
function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'armature');
}

/** The installer's files, from the cache or fetched, or why they are not to be had. */
export function installerFiles(): Availability {
  const folder = join(cacheFolder(), 'installer');
  const files = { kernel: join(folder, FILES.kernel), initrd: join(folder, FILES.initrd) };
  if (Object.values(files).every((file) => existsSync(file))) return { files };
  mkdirSync(cacheFolder(), { recursive: true });
  const work = mkdtempSync(join(cacheFolder(), 'fetch-'));
  try {
    fetchInto(work);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(work, 'result'), folder);
    return { files };
  } catch (error) {
    return { missing: (error as Error).message.split('\n')[0] };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @throws Error when there is no apt, no such package, or no network */
function fetchInto(work: string): void {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'root', 'result']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const apt = (tool: 'apt-get' | 'apt-cache', ...args: string[]): string =>
    run(
      tool,
      [
        '-oAPT::Architecture=arm64',
        '-oAPT::Architectures=arm64',
        `-oDir::State::Lists=${join(work, 'lists')}`,
        `-oDir::Cache=${join(work, 'cache')}`,
        '-oDebug::NoLocking=1',
        '-oAPT::Sandbox::User=root',
        '-qq',
        ...args,
      ],
      work,
    );
  apt('apt-get', 'update');
  const names = apt('apt-cache', 'pkgnames', 'debian-installer-').split('\n');
  const release = (name: string): number => Number(PACKAGE.exec(name)?.[1] ?? 0);
  const [newest] = names.toSorted((a, b) => release(b) - release(a));
  if (newest === undefined || release(newest) === 0) {
    throw new Error('this distribution has no debian-installer-N-netboot-arm64');
  }
  apt('apt-get', 'download', newest);
  const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error(`${newest} was not downloaded`);
  const root = join(work, 'root');
  run('dpkg-deb', ['-x', archive, root], work);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    // What the files are named by lies in a folder by release; links to them lie elsewhere.
    const [, name] = entry.isFile() ? (TEXT_INSTALLER.exec(path) ?? []) : [];
    if (name !== undefined) cpSync(path, join(work, 'result', name));
  }
  for (const name of Object.values(FILES)) {
    if (!existsSync(join(work, 'result', name))) throw new Error(`${newest} has no ${name}`);
  }
}

/** Runs a tool and gives what it printed. @throws Error with the last line of its errors */
function run(tool: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(tool, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    });
  } catch (error) {
    const { code, stderr, message } = error as { code?: string; stderr?: string; message: string };
    if (code === 'ENOENT') throw new Error(`${tool} is not installed`);
    throw new Error(`${tool} failed: ${(stderr ?? '').trim().split('\n').at(-1) || message}`);
  }
}
