/** `--drive`: disks for the guest, as files of the host. */
import { type Disk, overlayDisk } from '@armature/disk';
import { fileDisk } from '@armature/disk/node';
import { virtioBlock } from '@armature/virtio-blk';
import { InvalidArgumentError } from 'commander';

export interface Drive {
  readonly file: string;
  readonly readOnly: boolean;
  /** Writes stay in memory and are gone with the machine. */
  readonly snapshot: boolean;
  readonly serial?: string;
}

const HINT = 'Write it as file=disk.img,format=raw,readonly=on,snapshot=on,serial=NAME; only file is needed.';

/** Parses one `--drive` and adds it to those before it. */
export function drive(text: string, before: readonly Drive[] = []): Drive[] {
  const options = new Map<string, string>();
  for (const item of text.split(',')) {
    const [, name, value = 'on'] = /^([a-z]+)(?:=(.*))?$/s.exec(item) ?? [];
    if (name === undefined || options.has(name)) throw new InvalidArgumentError(HINT);
    options.set(name, value);
  }
  const take = (name: string): string | undefined => {
    const value = options.get(name);
    options.delete(name);
    return value;
  };
  const flag = (name: string): boolean => {
    const value = take(name) ?? 'off';
    if (value !== 'on' && value !== 'off') throw new InvalidArgumentError(`${name} is on or off. ${HINT}`);
    return value === 'on';
  };
  const file = take('file');
  const format = take('format') ?? 'raw';
  const serial = take('serial');
  // What other emulators' command lines have here; there is one interface.
  take('if');
  take('id');
  const readOnly = flag('readonly');
  const snapshot = flag('snapshot');
  if (file === undefined || file === '' || options.size > 0) throw new InvalidArgumentError(HINT);
  if (format !== 'raw') throw new InvalidArgumentError(`Images of format ${format} are not known, only raw.`);
  return [...before, { file, readOnly, snapshot, ...(serial !== undefined && { serial }) }];
}

/** Opens a drive's file. @throws FILE_UNREADABLE */
export function openDrive({ file, readOnly, snapshot }: Drive): Disk {
  if (!snapshot) return fileDisk(file, { readOnly });
  return overlayDisk(fileDisk(file, { readOnly: true }));
}

/** The block device of a drive. Its errors are told on standard error, once each. */
export function drivePart(drive: Drive): ReturnType<typeof virtioBlock> {
  return virtioBlock({
    disk: openDrive(drive),
    ...(drive.serial !== undefined && { serial: drive.serial }),
    onError: (error) => process.stderr.write(`armature: ${drive.file}: ${error.message}\n`),
  });
}
