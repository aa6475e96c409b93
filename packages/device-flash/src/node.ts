/** Flash contents in files: Node only. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { ArmatureError } from '@armature/core';
import type { FlashBacking } from './backing.ts';

export interface FileBackingOptions {
  /** Never write the file; for banks that are `readOnly`. Default false. */
  readonly readOnly?: boolean;
}

/**
 * Keeps a bank's contents in a file. Every change is written when it happens, so the file is right even when the
 * process ends without warning. A file shorter than the bank grows to hold what is stored.
 *
 * The machine that uses it throws FILE_UNREADABLE when it is built and the file cannot be opened.
 */
export function fileBacking(path: string, { readOnly = false }: FileBackingOptions = {}): FlashBacking {
  let file: number | undefined;
  return {
    load() {
      try {
        file ??= openSync(path, readOnly ? 'r' : 'r+');
        return readFileSync(path);
      } catch (cause) {
        throw new ArmatureError('FILE_UNREADABLE', `${path}: the flash contents cannot be opened`, {
          context: { path, readOnly },
          hint: 'Create the file first, and make sure that it can be written unless the bank is read-only.',
          cause,
        });
      }
    },
    store(offset, bytes) {
      if (file === undefined || readOnly) {
        throw new ArmatureError('FILE_UNREADABLE', `${path}: the flash contents are not open for writing`, {
          context: { path, readOnly },
        });
      }
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, offset + done);
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
