import { formatBytes } from '@armature/core';
import { formatRange } from '@armature/machine';
import type { Command } from 'commander';
import { addMachineOptions, BOARDS, type MachineArguments, makeMachine } from '../machine-options.ts';

export function addBoardsCommand(program: Command): void {
  addMachineOptions(program.command('boards'))
    .summary('list the boards and their memory maps')
    .description('Lists the boards with their memory maps, as the other options make them.')
    .option('--json', 'print the machine’s JSON document, for --machine')
    .addHelpText(
      'after',
      `
Examples:
  armature boards
  armature boards --memory 1G --json > board.json`,
    )
    .action(async (args: MachineArguments & { json?: boolean }) => {
      const machine = await makeMachine(args, { clock: 'instructions' });
      if (args.json === true) {
        process.stdout.write(`${JSON.stringify(machine.toJSON(), null, 2)}\n`);
        return;
      }
      const lines = args.machine === undefined ? [`virt: ${BOARDS['virt']}`] : [`${args.machine}:`];
      for (const { base, size, part, kind } of machine.regions) {
        lines.push(
          `  ${formatRange(base, size)}  ${formatBytes(size).padStart(9)}  ${kind.padEnd(4)}  ${part}`,
        );
      }
      lines.push(`  parts: ${machine.parts.join(', ')}`);
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
