import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where files of a kind are kept between runs. @spec XDG Base Directory Specification */
export function cacheFolder(kind: string): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'armature', kind);
}
