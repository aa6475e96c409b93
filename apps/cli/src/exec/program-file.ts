import { existsSync, statSync } from 'node:fs';
import type { ProgramStart } from '@armature/linux-user';
import type { hostDirectory } from '@armature/linux-user/node';
import { readBytes } from '../files.ts';

export type ProgramRoot = ReturnType<typeof hostDirectory>;

/**
 * Which file a program is: with a root, the one that the path leads to in it; else the host's, which then is nowhere
 * in the tree.
 *
 * @throws FILE_UNREADABLE
 */
export function programFile(
  path: string,
  root: ProgramRoot | undefined,
): Pick<ProgramStart, 'bytes' | 'path'> {
  if (root !== undefined && leadsSomewhere(path, root)) return { path };
  return { path, bytes: readBytes(path) };
}

/** Whether the first component of a path is in the root; the host decides when the whole path exists there alone. */
function leadsSomewhere(path: string, root: ProgramRoot): boolean {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || names[0] === '..') return false;
  let directory = root;
  for (const [index, name] of names.entries()) {
    const node = name === '..' ? undefined : directory.lookup(name);
    if (node === undefined) return false;
    // A link leads on within the root, which is for the program's own system to follow.
    if (index === names.length - 1 || node.kind === 'symlink') return true;
    if (node.kind !== 'directory') return false;
    directory = node as ProgramRoot;
  }
  return !existsSync(path) || !statSync(path).isFile();
}
