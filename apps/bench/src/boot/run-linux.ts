/** Boots the guest inside this process, where it can be counted and profiled. */
import { readFileSync } from 'node:fs';
import { MiB } from '@armature/core';
import { boot, decompressImage, type Machine, type RunResult, virt } from '@armature/machine';
import { COMMAND_LINE, type LinuxFiles, MEMORY_MIB } from './machines.ts';
import { PromptWatch } from './prompt.ts';

/** Instructions between two looks at the clock. */
const PIECE = 50_000_000;

/** Where the time of a boot went, in milliseconds. */
export interface LinuxRun {
  /** From the start of the process to the start of the boot: the host's own start, and the loading of code. */
  readonly startTime: number;
  /** Reading and decompressing the kernel. */
  readonly readTime: number;
  /** Building the machine: emitting and compiling the interpreter, and making the parts. */
  readonly buildTime: number;
  /** Loading kernel, RAM disk and device tree. */
  readonly loadTime: number;
  /** Running the guest, to the prompt. */
  readonly runTime: number;
  readonly instructions: number;
  /** Million instructions/s of each {@link PIECE} of them. */
  readonly rates: readonly number[];
  /** Characters that the guest wrote. */
  readonly consoleBytes: number;
}

export interface LinuxRunResult {
  readonly run: LinuxRun;
  readonly machine: Machine;
}

/**
 * Boots to the shell's prompt.
 *
 * @param onMachine called when the machine is built, before it runs
 * @throws Error when the guest ends without a prompt
 */
export async function runLinux(
  { kernel, initrd }: LinuxFiles,
  onMachine: (machine: Machine) => void = () => {},
): Promise<LinuxRunResult> {
  const watch = new PromptWatch();
  const startTime = performance.now();
  const image = await decompressImage(new Uint8Array(readFileSync(kernel)));
  const disk = new Uint8Array(readFileSync(initrd));
  const read = performance.now();
  let stop = (): void => {};
  const machine = await virt({
    memory: MiB(MEMORY_MIB),
    cpu: 'cortex-a72',
    clock: 'host',
    hostTime: () => performance.now() * 1e6,
    onTransmit: (byte) => {
      if (watch.add(String.fromCharCode(byte))) stop();
    },
  }).build();
  stop = () => machine.stop();
  const built = performance.now();
  onMachine(machine);
  boot(machine, { image, initrd: disk, bootArguments: COMMAND_LINE });
  const loaded = performance.now();
  const rates: number[] = [];
  let instructions = 0;
  let end: RunResult;
  do {
    const from = performance.now();
    end = await machine.run({ maxInstructions: PIECE });
    instructions += end.instructions;
    rates.push(end.instructions / 1e3 / (performance.now() - from));
  } while (end.reason === 'budget');
  const { reason } = end;
  const ended = performance.now();
  if (reason !== 'stopped') throw new Error(`the guest ended by ${reason} before its prompt:\n${watch.end}`);
  const run = {
    startTime,
    readTime: read - startTime,
    buildTime: built - read,
    loadTime: loaded - built,
    runTime: ended - loaded,
    instructions,
    rates,
    consoleBytes: watch.bytes,
  };
  return { run, machine };
}
