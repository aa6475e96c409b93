import { assemble } from '@armature/isa';
import { boot, virt } from '@armature/machine';
import type { ProgramReport, ProgramRequest } from './messages.ts';

/** Assembles a program and runs it on the bare `virt` board. */
export async function runProgram(request: ProgramRequest): Promise<ProgramReport> {
  let output = '';
  const machine = await virt({
    engine: request.engine,
    onTransmit: (byte) => {
      output += String.fromCharCode(byte);
    },
  }).build();
  boot(machine, { image: assemble(request.source).bytes });
  const { reason, instructions } = await machine.run({ maxInstructions: request.maxInstructions });
  machine.dispose();
  return { output, reason, instructions };
}
