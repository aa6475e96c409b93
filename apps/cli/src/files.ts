import { readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ArmatureError } from '@armature/core';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  ENOTDIR: 'part of the path is not a directory',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  DEVICE: 'it is a device',
};

/** Reading a device may have no end. */
function refuseDevice(stat: Stats): void {
  if (stat.isCharacterDevice() || stat.isBlockDevice()) throw Object.assign(new Error(), { code: 'DEVICE' });
}

/** Reads a file. @throws FILE_UNREADABLE */
export function readBytes(path: string): Uint8Array {
  try {
    refuseDevice(statSync(path));
    const buffer = readFileSync(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  } catch (cause) {
    throw unusable('read', path, cause, 'Check the path.');
  }
}

/** Reads a file while other work goes on. @throws FILE_UNREADABLE */
export async function readBytesAside(path: string): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const stat = await file.stat();
    refuseDevice(stat);
    const { size } = stat;
    // Of pipes and the like nobody knows the size.
    if (size === 0) return await file.readFile();
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let read = size; read > 0 && length < size; length += read) {
      read = (await file.read(bytes, length)).bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (cause) {
    throw unusable('read', path, cause, 'Check the path.');
  } finally {
    await file?.close();
  }
}

/** Reads a text file. @throws FILE_UNREADABLE */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** Writes a file. @throws FILE_UNREADABLE */
export function writeBytes(path: string, bytes: Uint8Array | string): void {
  try {
    writeFileSync(path, bytes);
  } catch (cause) {
    throw unusable('write', path, cause, 'Check the path and its permissions.');
  }
}

function unusable(action: string, path: string, cause: unknown, hint: string): ArmatureError {
  const { code = '', message } = cause as { code?: string; message: string };
  return new ArmatureError('FILE_UNREADABLE', `cannot ${action} ${path}: ${REASONS[code] ?? message}`, {
    context: { path },
    hint,
    cause,
  });
}
