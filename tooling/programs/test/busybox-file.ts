/** Debian's static busybox for arm64, out of the RAM disk that `armature linux` makes with it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const PACKAGE = 'linux-image-cloud-arm64';
/** Downloads and package lists may be slow. */
const FETCH_TIMEOUT_MS = 600_000;
const HEADER_BYTES = 110;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CLI = ['--import', path('../../sources.mjs'), path('../../../apps/cli/src/cli.ts')];

const aligned = (at: number): number => Math.ceil(at / 4) * 4;

/** A file of a cpio archive of the "new ASCII" format; undefined when there is none of that name. */
function fileIn(archive: Uint8Array, wanted: string): Uint8Array | undefined {
  const text = (from: number, to: number): string =>
    Buffer.from(archive.subarray(from, to)).toString('latin1');
  for (let at = 0; at + HEADER_BYTES <= archive.length; ) {
    const field = (index: number): number =>
      Number.parseInt(text(at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const size = field(6);
    const nameEnd = at + HEADER_BYTES + field(11);
    const name = text(at + HEADER_BYTES, nameEnd - 1);
    const start = aligned(nameEnd);
    if (name === wanted) return archive.subarray(start, start + size);
    if (name === 'TRAILER!!!') return undefined;
    at = aligned(start + size);
  }
  return undefined;
}

/** Fetches busybox, if it is not in the cache, and writes it to a file. @throws Error where it is not to be had */
export function writeBusybox(file: string): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...CLI, 'linux', '--fetch-only', '--package', PACKAGE],
    { encoding: 'utf8', timeout: FETCH_TIMEOUT_MS },
  );
  const initrd = stdout.split('\n')[1];
  if (status !== 0 || !initrd) throw new Error(stderr);
  const busybox = fileIn(gunzipSync(readFileSync(initrd)), 'bin/busybox');
  if (busybox === undefined) throw new Error(`there is no busybox in ${initrd}`);
  writeFileSync(file, busybox, { mode: 0o755 });
}

/**
 * Fills a folder with a script for each applet. QEMU's user mode does not start programs of another architecture by
 * itself: what the shell of busybox finds in its PATH are these.
 *
 * @returns the applets
 */
export function writeApplets(folder: string, busybox: string, qemu: string): readonly string[] {
  mkdirSync(folder);
  const { stdout } = spawnSync(qemu, [busybox, '--list'], { encoding: 'utf8' });
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  for (const applet of applets) {
    writeFileSync(join(folder, applet), `#!/bin/sh\nexec ${qemu} ${busybox} ${applet} "$@"\n`, {
      mode: 0o755,
    });
  }
  return applets;
}
