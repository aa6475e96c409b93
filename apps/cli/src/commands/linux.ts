import { MiB } from '@armature/core';
import { decompressImage } from '@armature/machine';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure.ts';
import { readBytes, readBytesAside } from '../files.ts';
import { DEFAULT_PACKAGE, type LinuxFiles, linuxFiles } from '../linux/packages.ts';
import { makeMachine } from '../machine-options.ts';
import { addRunOptions, type RunArguments, runGuest } from './run.ts';

interface LinuxFileArguments extends Pick<RunArguments, 'initrd' | 'kernel' | 'quiet'> {
  readonly package: string;
  readonly refresh?: boolean;
}

interface LinuxArguments extends RunArguments, LinuxFileArguments {
  readonly fetchOnly?: boolean;
  readonly package: string;
}

export const LINUX_MEMORY = Number(MiB(512));
export const LINUX_COMMAND_LINE = 'console=ttyAMA0';

export function addLinuxCommand(program: Command): void {
  addRunOptions(program.command('linux'))
    .summary('boot Debian’s Linux kernel to a shell')
    .description(
      'Boots Debian’s arm64 kernel to a busybox shell. The first run fetches both with the system’s package ' +
        'client, which verifies them, and keeps them; nothing of the system is changed.',
    )
    .addOption(new Option('--kernel <file>', 'this kernel instead; needs --initrd'))
    .addOption(new Option('--initrd <file>', 'this initial RAM disk instead'))
    .addOption(new Option('--package <name>', 'the kernel package').default(DEFAULT_PACKAGE))
    .addOption(new Option('--refresh', 'fetch the newest kernel and busybox again'))
    .addOption(new Option('--fetch-only', 'fetch, print the paths of kernel and RAM disk, and end'))
    .addHelpText(
      'after',
      `
Examples:
  armature linux
  armature linux --cpus 4 --gic 3 --memory 1G
  armature linux --package linux-image-arm64 --drive file=disk.img
  armature linux --append "quiet" --deterministic
  armature linux --kernel Image --initrd initrd.gz

In the shell: poweroff ends armature with status 0, reboot boots again. Ctrl-A x quits, Ctrl-A h helps.`,
    )
    .action(async (args: LinuxArguments) => {
      process.exitCode = await bootLinux(args);
    });
}

async function bootLinux(args: LinuxArguments): Promise<number> {
  const files = chooseFiles(args);
  if (args.fetchOnly === true) {
    process.stdout.write(`${files.kernel}\n${files.initrd}\n`);
    return 0;
  }
  const memory = args.memory ?? LINUX_MEMORY;
  const [image, machine] = await Promise.all([
    readBytesAside(files.kernel).then(decompressImage),
    makeMachine(args.machine === undefined ? { ...args, memory } : args, { clock: 'host' }),
  ]);
  const append = args.append === undefined ? LINUX_COMMAND_LINE : `${LINUX_COMMAND_LINE} ${args.append}`;
  return runGuest(machine, { ...args, append }, { image, initrd: readBytes(files.initrd) });
}

/** Which kernel and RAM disk: those given, or the packages'. */
export function chooseFiles(args: LinuxFileArguments): LinuxFiles {
  const { kernel, initrd, package: name, quiet, refresh = false } = args;
  if (kernel !== undefined && initrd !== undefined) return { kernel, initrd };
  if (kernel !== undefined || initrd !== undefined) {
    const missing = kernel === undefined ? '--kernel' : '--initrd';
    throw new UsageError(`${missing} is missing: a kernel and its RAM disk go together`, `Add ${missing}.`);
  }
  return linuxFiles({
    package: name,
    refresh,
    progress: (step) => {
      if (quiet !== true) process.stderr.write(`armature: ${step} ...\n`);
    },
  });
}
