/** Machines and programs for tests: assembled here, so that no other tool is needed. */
import { bitmapAllocator } from '@armature/allocator-bitmap';
import { type FrameAllocatorFactory, MiB } from '@armature/core';
import { cpu } from '@armature/cpu';
import { aarch64Exceptions } from '@armature/exceptions';
import { assemble } from '@armature/isa';
import { type LinuxUserOptions, linuxUser } from '@armature/linux-user';
import { createMachine, type Machine, ram } from '@armature/machine';
import { memoryManager } from '@armature/memory';
import { vmsav8 } from '@armature/mmu';

export type LinuxMachine = Machine<'linux-user' | 'memory-management'>;

export interface TestMachine {
  readonly machine: LinuxMachine;
  /** Standard output so far. */
  readonly output: () => string;
  readonly errors: () => string;
}

export interface TestMachineOptions extends Omit<LinuxUserOptions, 'console'> {
  readonly memory?: number;
  readonly allocator?: FrameAllocatorFactory;
  readonly input?: boolean;
}

export async function testMachine(options: TestMachineOptions = {}): Promise<TestMachine> {
  const { memory = MiB(32), allocator, input = false, ...rest } = options;
  const texts = { stdout: '', stderr: '' };
  const machine = await createMachine()
    .use(cpu({ model: 'max', engine: 'interpreter' }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(ram({ base: 0x4000_0000, size: memory }))
    .use(
      memoryManager({ allocator: allocator ?? bitmapAllocator({ pages: memory / 4096 }), reserveFirst: 0 }),
    )
    .use(
      linuxUser({
        ...rest,
        console: {
          write: (bytes, stream) => {
            texts[stream] += Buffer.from(bytes).toString('latin1');
          },
          ...(input && { wantInput: () => {} }),
        },
      }),
    )
    .build();
  return { machine, output: () => texts.stdout, errors: () => texts.stderr };
}

const CODE = 0x40_0000;
const DATA = 0x80_0000;
const HEADERS = 64 + 2 * 56;

export interface ProgramParts {
  /** Code, which begins at `_start`'s place: its first instruction. `data` is the address of the data. */
  readonly code: string;
  /** Writable data: directives for the assembler. */
  readonly data?: string;
  /** Bytes of zeros after the data. */
  readonly zeros?: number;
}

/** Assembles a static program of two segments. */
export function assembleProgram({ code, data = '', zeros = 0 }: ProgramParts): Uint8Array {
  const text = assemble(`.equ data, ${DATA}\n${code}`, { origin: BigInt(CODE + HEADERS) }).bytes;
  const variables = assemble(data === '' ? '.byte 0' : data, { origin: BigInt(DATA) }).bytes;
  const dataOffset = Math.ceil((HEADERS + text.length) / 4096) * 4096;
  const file = new Uint8Array(dataOffset + variables.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 183, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(CODE + HEADERS), true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 2, true);
  const segment = (
    at: number,
    flags: number,
    offset: number,
    address: number,
    bytes: number,
    memory: number,
  ) => {
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, flags, true);
    view.setBigUint64(at + 8, BigInt(offset), true);
    view.setBigUint64(at + 16, BigInt(address), true);
    view.setBigUint64(at + 24, BigInt(address), true);
    view.setBigUint64(at + 32, BigInt(bytes), true);
    view.setBigUint64(at + 40, BigInt(memory), true);
    view.setBigUint64(at + 48, 4096n, true);
  };
  segment(64, 5, 0, CODE, HEADERS + text.length, HEADERS + text.length);
  segment(120, 6, dataOffset, DATA, variables.length, variables.length + zeros);
  file.set(text, HEADERS);
  file.set(variables, dataOffset);
  return file;
}

/** Runs a program to its end. */
export async function runProgram(
  program: ProgramParts | Uint8Array,
  options: TestMachineOptions & {
    readonly arguments?: readonly string[];
    readonly maxInstructions?: number;
  } = {},
) {
  const { arguments: args, maxInstructions = 100_000_000, ...rest } = options;
  const test = await testMachine(rest);
  const linux = test.machine.use('linux-user');
  const bytes = program instanceof Uint8Array ? program : assembleProgram(program);
  linux.start({ path: 'program', bytes, ...(args && { arguments: args }) });
  const { reason } = test.machine.runSync({ maxInstructions });
  return { ...test, linux, reason, ending: linux.ending, text: test.output() };
}

/**
 * Code of a parent: starts a child, which goes on at `child`, waits for it `polls` times for as long as the timespec at
 * `pause` says, kills what is left, and reaps all. Changes X0 to X4, X8, X22 and X23, and defines labels: once a program.
 */
export const superviseChild = (polls: number, pause: string): string => `
    mov x0, #17
    mov x1, #0
    mov x2, #0
    mov x3, #0
    mov x4, #0
    mov x8, #220
    svc #0
    cbz x0, child
    mov x22, x0
    cmp x0, #0
    b.lt clean
    mov x23, #${polls}
  poll:
    mov x0, x22
    mov x1, #0
    mov x2, #1
    mov x3, #0
    mov x8, #260
    svc #0
    cbnz x0, clean
    ldr x0, =${pause}
    mov x1, #0
    mov x8, #101
    svc #0
    subs x23, x23, #1
    b.ne poll
  clean:
    mov x0, #-1
    mov x1, #9
    mov x8, #129
    svc #0
  reap:
    mov x0, #-1
    mov x1, #0
    mov x2, #1
    mov x3, #0
    mov x8, #260
    svc #0
    cmp x0, #0
    b.gt reap
`;
