import { MiB } from '@armature/core';
import { boot, decompressImage, virt } from '@armature/machine';
import { Dialogue } from './dialogue.ts';
import type { BootReport, BootRequest, Moment } from './messages.ts';

export const COMMAND_LINE = 'console=ttyAMA0';
/** RAM of the guest, MiB. */
export const MEMORY_MIB = 512;

/** More than a boot takes; a guest that hangs would count time forever. */
const MOST_INSTRUCTIONS = 20e9;

/**
 * Boots Linux, types a command at its shell, and `poweroff`. Time is counted in instructions and keys come at
 * prompts, so every host sees the same run: the same bytes after the same number of instructions.
 *
 * @throws Error with the end of the console when the guest does something else
 */
export async function bootLinux({ engine, kernel, initrd, command }: BootRequest): Promise<BootReport> {
  const from = performance.now();
  const now = (): Moment => ({
    seconds: (performance.now() - from) / 1000,
    instructions: machine.statistics.instructions,
  });
  const prompts: Moment[] = [];
  const lines = [command, 'poweroff'];
  const dialogue = new Dialogue(() => {
    const line = lines[prompts.length];
    prompts.push(now());
    if (line !== undefined) machine.use('console').write(new TextEncoder().encode(`${line}\n`));
  });
  const machine = await virt({
    memory: MiB(MEMORY_MIB),
    engine,
    onTransmit: (byte) => dialogue.add(byte),
  }).build();
  boot(machine, {
    image: await decompressImage(kernel),
    ...(initrd && { initrd }),
    bootArguments: COMMAND_LINE,
  });
  const buildSeconds = now().seconds;
  const { reason } = await machine.run({ maxInstructions: MOST_INSTRUCTIONS });
  const end = { ...now(), reason };
  const [shell, answer] = prompts;
  const { text } = dialogue;
  machine.dispose();
  if (shell === undefined || answer === undefined || reason !== 'power-off') {
    const missing = shell === undefined ? ' before its prompt' : '';
    throw new Error(`the guest ended by ${reason}${missing}:\n${text.slice(-2000)}`);
  }
  return {
    shell,
    buildSeconds,
    answer: { ...answer, output: dialogue.answerTo(command) },
    end,
    console: text,
  };
}
