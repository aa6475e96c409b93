import { Command } from 'commander';
import { addAssembleCommand } from './commands/assemble.ts';
import { addBoardsCommand } from './commands/boards.ts';
import { addDisassembleCommand } from './commands/disassemble.ts';
import { addExecCommand } from './commands/exec.ts';
import { addInspectCommand } from './commands/inspect.ts';
import { addLinuxCommand } from './commands/linux.ts';
import { addPhase3Command } from './commands/phase3.ts';
import { addRunCommand } from './commands/run.ts';

/** The whole command line. Errors are thrown: nothing here ends the process. */
export function createProgram(): Command {
  const program = new Command('armature')
    .description('Builds AArch64 machines out of parts and runs arm64 software on them.')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Examples:
  armature phase3
  armature linux
  armature exec ./hello
  armature run kernel.elf
  armature run Image --append "console=ttyAMA0" --memory 512M
  armature inspect kernel.elf
  armature disasm --word d65f03c0`,
    );
  addRunCommand(program);
  addLinuxCommand(program);
  addExecCommand(program);
  addPhase3Command(program);
  addInspectCommand(program);
  addDisassembleCommand(program);
  addAssembleCommand(program);
  addBoardsCommand(program);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  return program;
}
