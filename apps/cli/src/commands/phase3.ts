import { phase3KernelImage, phase3KernelScenarios } from '@armature/phase3-kernel';
import { type Command, Option } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { writeBytes } from '../files.ts';
import { makeMachine } from '../machine-options.ts';
import { memoryReport } from '../phase3/memory-report.ts';
import { addRunOptions, defaultClock, type RunArguments, runGuest } from './run.ts';

interface Phase3Arguments extends RunArguments {
  readonly output?: string;
}

export function addPhase3Command(program: Command): void {
  const scenarios = phase3KernelScenarios.map(({ bootargs }) => bootargs).join(', ');
  addRunOptions(program.command('phase3'))
    .summary('run the bare-metal memory-management kernel')
    .description(
      'Assembles the bare-metal memory-management kernel and runs it. Its output is standard output; the\n' +
        'summary follows on stderr unless --quiet is given.\n' +
        'The kernel has an allocator of its own. With --allocator, guest code then uses the pages that the machine’s\n' +
        'memory manager hands out, and a report of that follows on standard output.',
    )
    .addOption(new Option('--output <file>', 'write the kernel’s image to a file instead of running it'))
    .addHelpText(
      'after',
      `
Examples:
  armature phase3
  armature phase3 --append test=nested-fault
  armature phase3 --allocator tree
  armature phase3 --output kernel.bin
  qemu-system-aarch64 -M virt -cpu cortex-a72 -nographic -nic none -kernel kernel.bin

Failure scenarios for --append: ${scenarios}`,
    )
    .action(async (args: Phase3Arguments) => {
      const { bytes } = phase3KernelImage();
      if (args.output !== undefined) {
        writeBytes(args.output, bytes);
        return;
      }
      const machine = await makeMachine(args, { clock: defaultClock() });
      process.exitCode = await runGuest(machine, args, { image: bytes }, { summary: true });
      if (args.allocator === undefined || process.exitCode !== EXIT.ok) return;
      const { lines, passed } = memoryReport(machine);
      process.stdout.write(`${lines.join('\n')}\n`);
      if (!passed) process.exitCode = EXIT.internal;
    });
}
