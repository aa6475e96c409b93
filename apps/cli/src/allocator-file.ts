/** Allocators that are not the machine's own: `--allocator ./my-allocator.js`, and the same in documents. */
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import {
  ArmatureError,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorFactory,
  NO_FRAME,
} from '@armature/core';
import { allocatorByName, allocatorNames } from '@armature/machine';
import { InvalidArgumentError, Option } from 'commander';

const NAMES = allocatorNames.map((name) => JSON.stringify(name)).join(', ');
/** How long the trial of an allocator may take. */
const TRIAL_MS = 3000;
/** Frames of the trial: 16 MiB from 1 GiB on. */
const TRIAL_RANGE = { base: 0x4_0000, count: 4096 };

/** Whether an allocator is named by its file: a path, relative with a dot, or a module's file name. */
const isFile = (name: string): boolean => /^\.{0,2}[\\/]|^[A-Za-z]:[\\/]|\.[cm]?[jt]s$/.test(name);

/** Parses the name of an allocator, or of a file. */
export function allocatorName(text: string): string {
  if (allocatorNames.includes(text) || isFile(text)) return text;
  throw new InvalidArgumentError(
    `Allowed choices are ${allocatorNames.join(', ')}. A file of your own is ./my-allocator.js.`,
  );
}

export const allocatorOption = (description: string): Option =>
  new Option(
    '--allocator <name>',
    `${description} (choices: ${NAMES}, or your own: ./my-allocator.js)`,
  ).argParser(allocatorName);

/**
 * The allocator of a name, or the one that a file exports: its default export is a factory, or a function that makes one.
 * One from a file is tried before anything depends on it.
 *
 * @param pages frames to manage, where the factory does not say
 * @param folder what the path is relative to
 * @throws FILE_UNREADABLE, CONFIG_INVALID; ALLOCATOR_MISBEHAVED when it fails the trial
 */
export async function findAllocator(
  name: string,
  pages?: number,
  folder = process.cwd(),
): Promise<FrameAllocatorFactory> {
  if (!isFile(name)) return allocatorByName(name, pages);
  const factory = await load(resolve(folder, name), name);
  tryAllocator(factory, name);
  const count = factory.pages ?? pages;
  return {
    name: factory.name,
    ...(count !== undefined && { pages: count }),
    create: (range) => factory.create(range),
  };
}

/** Allocators that a machine's document names by file, relative to the document, by what it calls them. */
export async function allocatorsOf(
  document: unknown,
  path: string,
): Promise<Record<string, FrameAllocatorFactory>> {
  const { parts } = (document ?? {}) as { parts?: unknown };
  const found: Record<string, FrameAllocatorFactory> = {};
  if (!Array.isArray(parts)) return found;
  for (const name of parts.flatMap((part) => [part?.allocator, part?.backing?.allocator])) {
    if (typeof name !== 'string' || !isFile(name) || Object.hasOwn(found, name)) continue;
    found[name] = await findAllocator(name, undefined, dirname(path));
  }
  return found;
}

async function load(file: string, name: string): Promise<FrameAllocatorFactory> {
  const module = (await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new ArmatureError(
      'FILE_UNREADABLE',
      `cannot load the allocator ${name}: ${cause instanceof Error ? cause.message : cause}`,
      { context: { path: file }, hint: 'Name a JavaScript module; begin a relative path with ./.', cause },
    );
  })) as { default?: unknown };
  const made: unknown = typeof module.default === 'function' ? await module.default() : module.default;
  const factory = made as Partial<FrameAllocatorFactory> | null | undefined;
  if (typeof factory?.name === 'string' && typeof factory.create === 'function') {
    return factory as FrameAllocatorFactory;
  }
  throw new ArmatureError('CONFIG_INVALID', `${name} has no allocator as its default export`, {
    context: { path: file },
    hint: 'Export a FrameAllocatorFactory: export default { name, create: (range) => new MyAllocator(range) }.',
  });
}

/** Tries the calls that a machine makes, in limited time, so that an allocator which does not return is named, too. */
function tryAllocator(factory: FrameAllocatorFactory, name: string): void {
  const fail = (what: string, cause?: unknown): never => {
    throw new ArmatureError('ALLOCATOR_MISBEHAVED', `allocator ${factory.name} of ${name} ${what}`, {
      context: { allocator: factory.name },
      hint: 'Run the contract suite of @armature/allocator on it.',
      ...(cause !== undefined && { cause }),
    });
  };
  let call = 'create';
  const trial = (): string | undefined => {
    const allocator = factory.create(TRIAL_RANGE);
    return tryCalls(allocator, (next) => {
      call = next;
    });
  };
  const key = Symbol.for('armature.allocator-trial');
  const shared = globalThis as unknown as Record<symbol, typeof trial | undefined>;
  shared[key] = trial;
  let wrong: string | undefined;
  try {
    // The only way to end a function that does not return, on the thread that called it.
    wrong = new Script(`globalThis[Symbol.for('armature.allocator-trial')]()`).runInThisContext({
      timeout: TRIAL_MS,
    }) as string | undefined;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      fail(`did not return from ${call} in ${TRIAL_MS / 1000} seconds`);
    }
    fail(`threw in ${call}: ${cause instanceof Error ? cause.message : cause}`, cause);
  } finally {
    delete shared[key];
  }
  if (wrong !== undefined) fail(wrong);
}

/** What is wrong with an allocator, as far as can be seen in a moment. */
function tryCalls(allocator: FrameAllocator, before: (call: string) => void): string | undefined {
  const { base, count } = TRIAL_RANGE;
  if (allocator.base !== base || allocator.count !== count) {
    return `manages ${allocator.count} frames from ${allocator.base}, asked for ${count} from ${base}`;
  }
  const owned = new Set<number>();
  const take = (first: number, frames: number): string | undefined => {
    if (!Number.isInteger(first) || first < base || first + frames > base + count) {
      return `handed out frame ${first}, which it does not manage`;
    }
    for (let frame = first; frame < first + frames; frame++) {
      if (owned.has(frame)) return `handed out frame ${frame}, which is in use`;
      owned.add(frame);
    }
    return undefined;
  };
  before('allocRun');
  const run = allocator.allocRun(3);
  const wrongRun = take(run, 3);
  if (wrongRun !== undefined) return wrongRun;
  before('alloc');
  for (let frame = allocator.alloc(0); frame !== NO_FRAME; frame = allocator.alloc(0)) {
    const wrong = take(frame, 1);
    if (wrong !== undefined) return wrong;
  }
  if (owned.size !== count) return `has no frame left, with ${owned.size} of ${count} in use`;
  before('freeRun');
  const statuses = [allocator.freeRun(run, 3)];
  for (let frame = run; frame < run + 3; frame++) owned.delete(frame);
  before('free');
  for (const frame of owned) statuses.push(allocator.free(frame, 0));
  const refused = statuses.find((status) => status !== FREE_STATUS.ok);
  if (refused !== undefined) return `does not take a frame back, which it handed out: status ${refused}`;
  for (const [name, ask] of [
    ['drain', () => allocator.drain()],
    ['state', () => allocator.state(base)],
    ['stats', () => allocator.stats()],
    ['validate', () => allocator.validate()],
    ['reset', () => allocator.reset()],
  ] as const) {
    before(name);
    ask();
  }
  return undefined;
}
