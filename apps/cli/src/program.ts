import { Command } from 'commander';

/** What loads and adds each command, in the order of the help text. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  run: async () => (await import('./commands/run.ts')).addRunCommand,
  linux: async () => (await import('./commands/linux.ts')).addLinuxCommand,
  exec: async () => (await import('./commands/exec.ts')).addExecCommand,
  phase3: async () => (await import('./commands/phase3.ts')).addPhase3Command,
  inspect: async () => (await import('./commands/inspect.ts')).addInspectCommand,
  disasm: async () => (await import('./commands/disassemble.ts')).addDisassembleCommand,
  asm: async () => (await import('./commands/assemble.ts')).addAssembleCommand,
  'jit-report': async () => (await import('./commands/jit-report.ts')).addJitReportCommand,
  boards: async () => (await import('./commands/boards.ts')).addBoardsCommand,
};

/**
 * The command line: the whole of it, or, when arguments begin with a command, no more than that needs. Errors are
 * thrown: nothing here ends the process.
 */
export async function createProgram(args: readonly string[] = []): Promise<Command> {
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
  const [first] = args;
  const names = first !== undefined && Object.hasOwn(COMMANDS, first) ? [first] : Object.keys(COMMANDS);
  for (const name of names) (await COMMANDS[name]!())(program);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  return program;
}
