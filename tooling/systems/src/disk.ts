/** The guest's disk: a raw file that the host fills before a run and looks into afterwards. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest, sequence } from './expected.ts';

export const DISK_BYTES = 4 << 20;
export const DISK_SERIAL = 'SYSTEMS';

/** What the disk holds at first: numbers, as far as they fit. */
const CONTENTS = Buffer.from(sequence(1_000_000, 1_000_000 + Math.ceil(DISK_BYTES / 8))).subarray(
  0,
  DISK_BYTES,
);
export const DISK_DIGEST = digest('md5', CONTENTS);

/** The file that the guest leaves on the disk. */
export const KEPT_FILE = sequence(1, 20000);
/** Part of it that cannot be there by chance; shorter than a block of the file system. */
const TRACE = sequence(12345, 12360);

export class SystemDisk {
  private readonly folder = mkdtempSync(join(tmpdir(), 'armature-systems-disk-'));
  readonly file = join(this.folder, 'disk.img');

  constructor() {
    writeFileSync(this.file, CONTENTS);
  }

  /** Says what is wrong with what the guest left on the disk. */
  check(): string | undefined {
    const bytes = readFileSync(this.file);
    if (bytes.length !== DISK_BYTES) return `the disk has ${bytes.length} bytes, not ${DISK_BYTES}`;
    if (!bytes.includes(TRACE)) return 'what the guest wrote is not on the disk';
    return undefined;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
