import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { assemble } from '@armature/isa';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMAND, ENVIRONMENT, Files, type Outcome, POWER_OFF, print, start } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

function write(path: string, contents: Uint8Array | string): string {
  mkdirSync(dirname(files.path(path)), { recursive: true });
  return files.write(path, contents);
}

/** An arm64 Image that says something and switches off. */
function kernel(text: string): Uint8Array {
  const program = assemble(`${print(text)}${POWER_OFF}`, { origin: 0 }).bytes;
  const image = new Uint8Array(64 + program.length);
  const header = new DataView(image.buffer);
  header.setUint32(0, 0x1400_0010, true);
  header.setBigUint64(16, 0x1_0000n, true);
  header.setBigUint64(24, 0b1010n, true);
  header.setUint32(56, 0x644d_5241, true);
  image.set(program, 64);
  return image;
}

/** What a kernel package unpacks to; modules say by name what they need. */
const TREE = 'tree';
write(`${TREE}/boot/vmlinuz-6.1.0`, kernel('fetched\n'));
write(`${TREE}/bin/busybox`, 'a shell');
const module = (name: string, depends: string, more = ''): string =>
  write(`${TREE}/lib/modules/6.1.0/kernel/${name}.ko`, `\0depends=${depends}\0${more}name=${name}\0`);
module('virtio-mmio', 'virtio_ring,virtio');
module('virtio_ring', 'virtio');
module('virtio', '');
module('ext4', '', 'softdep=pre: crypto-crc32c\0');
module('crc32c_generic', '');
module('sound', '');

function script(folder: string, name: string, text: string): void {
  chmodSync(write(`${folder}/${name}`, `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${text}\n`), 0o755);
}

/** A package client that writes what it is asked to a file. */
const LOG = files.path('client.log');
script(
  'client',
  'apt-get',
  `echo "apt-get $*" >> ${LOG}\ncase "$*" in *download*) : > kernel.deb; : > busybox.deb;; esac`,
);
script('client', 'apt-cache', 'echo "Depends: linux-image-6.1.0-1-arm64 (= 1), other"');
script('client', 'dpkg-deb', `mkdir -p "$3" && cp -r ${files.path(TREE)}/. "$3"`);

const SYSTEM_PATH = process.env['PATH'] ?? '';

/** Runs `armature linux` with a cache and a package client of its own. */
function linux(args: readonly string[], { cache = 'cache', path = '' } = {}): Outcome {
  const { stdout, stderr, status } = spawnSync(COMMAND[0], [...COMMAND.slice(1), 'linux', ...args], {
    encoding: 'utf8',
    env: { ...ENVIRONMENT, XDG_CACHE_HOME: files.path(cache), PATH: path },
  });
  return { stdout, stderr, code: status };
}

const withClient = `${files.path('client')}:${SYSTEM_PATH}`;

describe('armature linux', () => {
  test('boots a kernel with its RAM disk', () => {
    const image = files.write('Image', kernel('own\n'));
    const initrd = files.write('initrd', 'anything');
    const { stdout, stderr, code } = linux(['--kernel', image, '--initrd', initrd]);
    expect({ stdout, stderr, code }).toEqual({ stdout: 'own\n', stderr: '', code: 0 });
  });

  test('a kernel without its RAM disk', () => {
    const { stderr, code } = linux(['--kernel', files.write('Image', kernel(''))]);
    expect(stderr).toContain('--initrd is missing');
    expect(code).toBe(2);
  });

  test.skipIf(process.platform === 'win32')('fetches a kernel once, and boots it', () => {
    const first = linux(['--package', 'linux-image-arm64', '--fetch-only'], { path: withClient });
    expect(first.code, first.stderr).toBe(0);
    const [image, initrd] = first.stdout.split('\n');
    expect(dirname(image)).toBe(files.path('cache/armature/linux/linux-image-arm64'));
    expect(readFileSync(LOG, 'latin1')).toMatch(
      / update\n.* download linux-image-6\.1\.0-1-arm64 busybox-static\n$/,
    );
    expect(first.stderr).toContain('fetching linux-image-6.1.0-1-arm64');

    const archive = gunzipSync(readFileSync(initrd)).toString('latin1');
    expect(archive).toContain('a shell');
    expect(archive).toContain('virtio.ko\nvirtio_ring.ko\nvirtio-mmio.ko\ncrc32c_generic.ko\next4.ko\n');
    expect(archive).not.toContain('sound');

    const second = linux(['--package', 'linux-image-arm64']);
    expect(second).toEqual({ stdout: 'fetched\n', stderr: '', code: 0 });
    expect(existsSync(image)).toBe(true);
  });

  test.skipIf(process.platform === 'win32')(
    '--refresh fetches again; what fails leaves what was there',
    () => {
      const options = { cache: 'refreshed', path: withClient };
      const { stdout } = linux(['--fetch-only', '--quiet'], options);
      const [image] = stdout.split('\n');
      expect(linux(['--fetch-only', '--refresh'], options).stderr).toContain('fetching');

      script('broken', 'apt-get', 'echo "E: no network" >&2; exit 100');
      const broken = `${files.path('broken')}:${withClient}`;
      const { stderr, code } = linux(['--fetch-only', '--refresh'], { ...options, path: broken });
      expect(stderr).toMatch(/apt-get failed: E: no network\n[\s\S]*hint:/);
      expect(code).toBe(3);
      expect(existsSync(image)).toBe(true);
      expect(readdirSync(join(dirname(image), '..'))).toEqual(['linux-image-cloud-arm64']);
    },
  );

  test('where there is no package client', () => {
    const { stdout, stderr, code } = linux([], { cache: 'empty' });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error\[UNSUPPORTED\]: apt-get is not here[\s\S]*hint: .*--kernel Image --initrd/);
    expect(code).not.toBe(0);
  });
});

describe('--deterministic', () => {
  /** Counts while it waits for a character, and answers with it; `q` switches off. */
  const waiting = files.program(
    'waiting.bin',
    `  mov x20, #0x09000000
1:ldr w2, [x20, #0x18]
  tbnz w2, #4, 1b
  ldr w1, [x20]
  cmp w1, #'q'
  b.eq 2f
  str w1, [x20]
  b 1b
2:${POWER_OFF}`,
  );

  test('when input comes makes no difference', async () => {
    const counts = new Set<number>();
    for (const pause of [0, 300]) {
      const running = start(['run', waiting, '--deterministic', '--json']);
      running.write('ab');
      await new Promise((resolve) => setTimeout(resolve, pause));
      running.write('cq');
      running.end();
      const { stdout, stderr, code } = await running.outcome;
      expect({ stdout, code }).toEqual({ stdout: 'abc', code: 0 });
      counts.add((JSON.parse(stderr.trim().split('\n').at(-1)!) as { instructions: number }).instructions);
    }
    expect(counts.size).toBe(1);
  });

  test('says what it waits for', async () => {
    const running = start(['run', waiting, '--deterministic']);
    await running.reports('reads standard input to its end');
    running.write('q');
    running.end();
    expect((await running.outcome).code).toBe(0);
  });
});
