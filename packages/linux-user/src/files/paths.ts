/**
 * Paths, resolved component by component. Nothing above the root is ever reached: `..` stops there, and the targets
 * of symbolic links begin there. What leads to a file is checked anew in every system call.
 */
import { fail } from '../errno.ts';
import { DirectoryNode, type FileNode, SymlinkNode } from './node.ts';

const MOST_LINKS = 40;
const MOST_NAME_BYTES = 255;
const encoder = new TextEncoder();

/** Where a path leads. */
export interface Place {
  /** The directory that the last component is in; the root for the root itself. */
  readonly parent: DirectoryNode;
  /** The last component, empty where the path ends in `.`, `..` or is the root. */
  readonly name: string;
  /** What is there, if anything. */
  readonly node: FileNode | undefined;
  /** Canonical path: absolute, without symbolic links. */
  readonly path: string;
  /** The path ended in a slash: what is there must be a directory. */
  readonly mustBeDirectory: boolean;
}

interface Step {
  readonly node: DirectoryNode;
  readonly name: string;
}

export interface WalkOptions {
  /** Follow a symbolic link at the end. */
  readonly follow: boolean;
}

/**
 * Resolves a path from a directory given by its canonical path.
 *
 * @throws ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
 */
export function walk(root: DirectoryNode, from: string, path: string, { follow }: WalkOptions): Place {
  if (path === '') fail('ENOENT');
  const whole = path.startsWith('/') ? path : `${from}/${path}`;
  const trailing = /\/\.?$/.test(path);
  const queue = components(whole);
  const stack: Step[] = [{ node: root, name: '' }];
  let links = 0;
  while (queue.length > 0) {
    const name = queue.shift()!;
    if (name === '.') continue;
    if (name === '..') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    if (name.length > MOST_NAME_BYTES / 4 && encoder.encode(name).length > MOST_NAME_BYTES)
      fail('ENAMETOOLONG');
    const parent = stack[stack.length - 1].node;
    const node = parent.lookup(name);
    const isLast = queue.length === 0;
    if (node instanceof SymlinkNode && (!isLast || follow || trailing)) {
      if (++links > MOST_LINKS) fail('ELOOP');
      const direct = node.direct();
      if (direct !== undefined && isLast) {
        return { parent, name, node: direct, path: pathOf(stack, name), mustBeDirectory: trailing };
      }
      const target = node.target();
      if (target === '') fail('ENOENT');
      if (target.startsWith('/')) stack.length = 1;
      queue.unshift(...components(target));
      continue;
    }
    if (isLast) return { parent, name, node, path: pathOf(stack, name), mustBeDirectory: trailing };
    if (node === undefined) {
      // Names that go on below what is not there: it is the first one that is missing.
      fail('ENOENT');
    }
    if (!(node instanceof DirectoryNode)) fail('ENOTDIR');
    stack.push({ node, name });
  }
  const last = stack[stack.length - 1];
  const parent = stack[Math.max(0, stack.length - 2)].node;
  return { parent, name: '', node: last.node, path: pathOf(stack), mustBeDirectory: true };
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

function pathOf(stack: readonly Step[], name?: string): string {
  const names = stack.slice(1).map((step) => step.name);
  if (name !== undefined) names.push(name);
  return `/${names.join('/')}`;
}

/** What is at a place. @throws ENOENT, ENOTDIR */
export function existing({ node, mustBeDirectory }: Place): FileNode {
  if (node === undefined) fail('ENOENT');
  if (mustBeDirectory && !(node instanceof DirectoryNode)) fail('ENOTDIR');
  return node;
}

/** The directory at a place. @throws ENOENT, ENOTDIR */
export function directoryAt(place: Place): DirectoryNode {
  const node = existing(place);
  if (!(node instanceof DirectoryNode)) fail('ENOTDIR');
  return node;
}
