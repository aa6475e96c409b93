/**
 * Debian's kernel and busybox by the system's package client, which verifies what it downloads. Its lists are kept
 * apart from the system's: nothing of the system changes, and no rights are needed.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ArmatureError } from '@armature/core';
import { cacheFolder } from '../cache-folder.ts';
import { makeInitrd } from './initrd.ts';

export interface LinuxFiles {
  readonly kernel: string;
  readonly initrd: string;
}

export const DEFAULT_PACKAGE = 'linux-image-cloud-arm64';

const HINT = 'Give both files: armature linux --kernel Image --initrd initrd.gz';

export interface FetchOptions {
  /** Name of a kernel package, or of one that depends on it. */
  readonly package: string;
  /** Fetches again what is there already. */
  readonly refresh: boolean;
  /** Told of every step. */
  readonly progress: (step: string) => void;
}

/**
 * The kernel and the initial RAM disk for it, from the cache or fetched.
 *
 * @throws UNSUPPORTED where there is no such client; FILE_UNREADABLE when it fails
 */
export function linuxFiles(options: FetchOptions): LinuxFiles {
  const folder = join(cacheFolder('linux'), options.package);
  const files = { kernel: join(folder, 'Image'), initrd: join(folder, 'initrd.gz') };
  const isComplete = (): boolean => existsSync(files.kernel) && existsSync(files.initrd);
  if (!options.refresh && isComplete()) return files;
  for (const tool of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    if (!isInstalled(tool)) {
      throw new ArmatureError('UNSUPPORTED', `${tool} is not here to fetch Debian’s kernel and busybox`, {
        hint: HINT,
      });
    }
  }
  mkdirSync(cacheFolder('linux'), { recursive: true });
  const work = mkdtempSync(join(cacheFolder('linux'), 'fetch-'));
  try {
    fetchInto(work, options);
    // Another process may have fetched the same meanwhile, and have it in use.
    if (options.refresh || !isComplete()) replaceFolder(join(work, 'result'), folder, isComplete);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return files;
}

/** Moves a folder to where another was, or another process has put the same at this moment. */
function replaceFolder(from: string, to: string, isThere: () => boolean): void {
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isThere()) throw error;
  }
}

function fetchInto(work: string, { package: wanted, progress }: FetchOptions): void {
  const apt = new PackageClient(work);
  progress('reading Debian’s package lists for arm64');
  apt.update();
  const kernel = apt.resolveKernel(wanted);
  progress(`fetching ${kernel} and busybox-static`);
  const root = join(work, 'root');
  for (const archive of apt.download([kernel, 'busybox-static']))
    run('dpkg-deb', ['-x', archive, root], work);
  progress('building the initial RAM disk');
  const image = readdirSync(join(root, 'boot')).find((name) => name.startsWith('vmlinuz-'));
  const modules =
    firstFolder(join(root, 'lib', 'modules')) ?? firstFolder(join(root, 'usr', 'lib', 'modules'));
  const busybox = ['bin', 'usr/bin'].map((bin) => join(root, bin, 'busybox')).find(existsSync);
  if (image === undefined || modules === undefined || busybox === undefined) {
    throw new ArmatureError(
      'FILE_UNREADABLE',
      `${kernel} or busybox-static does not have the files expected`,
      {
        hint: HINT,
      },
    );
  }
  const result = join(work, 'result');
  mkdirSync(result);
  cpSync(join(root, 'boot', image), join(result, 'Image'));
  writeFileSync(join(result, 'initrd.gz'), makeInitrd(readFileSync(busybox), modules));
}

function firstFolder(path: string): string | undefined {
  const [name] = existsSync(path) ? readdirSync(path) : [];
  return name === undefined ? undefined : join(path, name);
}

class PackageClient {
  private readonly work: string;
  private readonly options: string[];

  constructor(work: string) {
    this.work = work;
    for (const folder of ['lists/partial', 'cache/archives/partial', 'downloads']) {
      mkdirSync(join(work, folder), { recursive: true });
    }
    this.options = [
      '-oAPT::Architecture=arm64',
      '-oAPT::Architectures=arm64',
      `-oDir::State::Lists=${join(work, 'lists')}`,
      `-oDir::Cache=${join(work, 'cache')}`,
      '-oDebug::NoLocking=1',
      '-oAPT::Sandbox::User=root',
      '-qq',
    ];
  }

  update(): void {
    run('apt-get', [...this.options, 'update'], this.work);
  }

  /** The package that has the kernel itself: a `linux-image-arm64` only depends on it. */
  resolveKernel(name: string): string {
    const text = run('apt-cache', [...this.options, 'show', '--no-all-versions', name], this.work);
    return /^Depends:.*?\b(linux-image-[0-9][^\s,]*)/m.exec(text)?.[1] ?? name;
  }

  /** Paths of the archives. */
  download(packages: readonly string[]): string[] {
    const folder = join(this.work, 'downloads');
    run('apt-get', [...this.options, 'download', ...packages], folder);
    return readdirSync(folder).map((name) => join(folder, name));
  }
}

function isInstalled(tool: string): boolean {
  try {
    execFileSync(tool, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a tool and gives what it printed. @throws FILE_UNREADABLE with the last line of its errors */
function run(tool: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(tool, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 28,
    });
  } catch (cause) {
    const lines = String((cause as { stderr?: unknown }).stderr ?? '')
      .trim()
      .split('\n');
    throw new ArmatureError(
      'FILE_UNREADABLE',
      `${tool} failed: ${lines.at(-1) || (cause as Error).message}`,
      {
        hint: `Check the network and the package’s name. ${HINT}`,
        cause,
      },
    );
  }
}
