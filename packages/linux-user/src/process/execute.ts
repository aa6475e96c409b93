/** execve: a process runs another program. */
import { fail } from '../errno.ts';
import { O } from '../files/constants.ts';
import { type FileNode, RegularNode } from '../files/node.ts';
import type { OpenFile } from '../files/open-file.ts';
import { existing, type Place } from '../files/paths.ts';
import type { Kernel } from '../kernel.ts';
import { bytesToText, textToBytes } from '../memory/user-memory.ts';
import { type ElfProgram, isElf, parseProgram } from './elf.ts';
import { loadProgram, writeStack } from './loader.ts';
import type { Thread } from './process.ts';

const MOST_PROGRAM_BYTES = 512 * 2 ** 20;
const SCRIPT_LINE_BYTES = 256;
const MOST_INTERPRETERS = 4;

export interface ProgramCall {
  /** Canonical path in the tree, and the node there. */
  readonly path: string;
  readonly node: FileNode;
  /** The path as it was given: AT_EXECFN. */
  readonly given: string;
  readonly arguments: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  /** No path in the tree leads to the program. */
  readonly outside?: boolean;
}

interface ReadProgram {
  readonly program: ElfProgram;
  readonly image: ReturnType<Kernel['config']['memory']['image']>;
  readonly call: ProgramCall;
}

/** The call for what is at a place. @throws ENOENT, EACCES */
export function callAt(
  place: Place,
  given: string,
  args: readonly Uint8Array[],
  env: readonly Uint8Array[],
): ProgramCall {
  return { path: place.path, node: existing(place), given, arguments: args, environment: env };
}

/**
 * Runs a program in the thread in hand, in place of what its process ran. Until the new program is known to be one,
 * nothing changes.
 *
 * @throws ENOENT, EACCES, ENOEXEC, ELIBBAD, E2BIG, ENOMEM
 */
export function execute(kernel: Kernel, thread: Thread, request: ProgramCall): void {
  const { program, image, call } = readProgram(kernel, request);
  const { config, processes, scheduler } = kernel;
  const { process } = thread;
  const total = [...call.arguments, ...call.environment].reduce((sum, { length }) => sum + length + 9, 0);
  if (total > 2 ** 21) fail('E2BIG');
  scheduler.unload();
  processes.enterEmptySpace(thread);
  process.descriptors.closeForExec();
  process.actions = process.actions.copy();
  process.actions.forgetHandlers();
  process.runs(call.path, call.outside ? call.node : undefined, call.arguments);
  thread.signalStack = { base: 0, size: 0, enabled: false };
  thread.clearOnExit = 0;
  thread.robustList = 0;
  const loaded = loadProgram(
    process.space,
    process.memory,
    program,
    image.object,
    kernel.trampoline,
    call.path,
  );
  const random = new Uint8Array(16);
  config.random(random);
  const sp = writeStack(process.memory, {
    arguments: call.arguments,
    environment: call.environment,
    path: textToBytes(call.given),
    program: loaded,
    hwcap: kernel.identification.capabilities(),
    random,
    identity: config.identity,
  });
  thread.registers.clear();
  thread.registers.sp = sp;
  thread.registers.pc = loaded.entry;
}

/** Reads a program, by way of the interpreters that scripts name. */
function readProgram(kernel: Kernel, request: ProgramCall): ReadProgram {
  let call = request;
  for (let depth = 0; depth <= MOST_INTERPRETERS; depth++) {
    const image = readImage(kernel, call.node, call.path);
    if (isElf(image.bytes)) return { program: parseProgram(image.bytes), image, call };
    call = interpreterOf(kernel, call, image.bytes);
  }
  fail('ELOOP');
}

function readImage(kernel: Kernel, node: FileNode, path: string) {
  if (!(node instanceof RegularNode) || node.kind !== 'file') fail('EACCES');
  const stat = node.stat();
  if ((stat.mode & 0o111) === 0) fail('EACCES');
  const key = `${stat.device}:${stat.inode}:${stat.size}:${stat.modified}:${stat.changed}`;
  return kernel.config.memory.image(key, () => {
    const file = node.open(O.RDONLY, path).retain();
    try {
      return readAll(file, stat.size);
    } finally {
      file.release();
    }
  });
}

function readAll(file: OpenFile, size: number): Uint8Array {
  if (size > MOST_PROGRAM_BYTES) fail('ENOMEM');
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = file.readAt(bytes.subarray(at), at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** `#! interpreter [argument]` @throws ENOEXEC */
function interpreterOf(kernel: Kernel, call: ProgramCall, bytes: Uint8Array): ProgramCall {
  if (bytes.length < 2 || bytes[0] !== 0x23 || bytes[1] !== 0x21) fail('ENOEXEC');
  const line = bytesToText(bytes.subarray(2, SCRIPT_LINE_BYTES)).split('\n')[0].trim();
  const [, interpreter, argument] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  if (interpreter === undefined) fail('ENOEXEC');
  const place = kernel.config.files.find(interpreter);
  const rest = call.arguments.slice(1);
  const words = [interpreter, ...(argument ? [argument] : []), call.given].map(textToBytes);
  return callAt(place, interpreter, [...words, ...rest], call.environment);
}
