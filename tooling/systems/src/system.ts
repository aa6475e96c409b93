/** One run of a system: boot, commands, reboot, power off. */
import { type Command, commandsFor } from './commands.ts';
import type { Configuration, EmulatorName } from './configuration.ts';
import { KEPT_FILE, SystemDisk } from './disk.ts';
import { emulator } from './emulators.ts';
import { digest, lines } from './expected.ts';
import { Guest, GuestError } from './guest.ts';
import type { LinuxFiles } from './kernels.ts';

/** Seconds that steps may take on a busy host. */
export const PATIENCE = { boot: 240, command: 120, end: 120 } as const;

export interface CommandOutcome {
  readonly command: Command;
  readonly output: string;
  /** What is wrong with the answer. */
  readonly failure?: string;
}

export interface SystemRun {
  /** The console, over all boots. */
  readonly log: string;
  readonly banner: string;
  readonly commands: readonly CommandOutcome[];
  /** What else went wrong. */
  readonly failures: readonly string[];
  readonly bootSeconds: number;
  readonly seconds: number;
}

/** The kernel's first line. */
const FIRST_LINE = /\] Booting Linux on physical CPU [^\n]*\n/g;
const BANNER = /\] (Linux version [^\n]*)\n/;

const READ_KEPT_FILE = 'mount -t ext4 -o ro /dev/vda /mnt && md5sum < /mnt/kept; umount /mnt';
const KEPT_DIGEST = lines(`${digest('md5', KEPT_FILE)}  -`);

/**
 * Boots a configuration, types every command, and switches off.
 *
 * @param options.reboot boots again before switching off
 * @throws GuestError when the system does not get to its end
 */
export async function runSystem(
  name: EmulatorName,
  configuration: Configuration,
  files: LinuxFiles,
  options: { readonly reboot: boolean },
): Promise<SystemRun> {
  const from = performance.now();
  const since = (): number => (performance.now() - from) / 1000;
  const disk = new SystemDisk();
  const guest = new Guest(emulator(name, configuration, files, disk.file));
  try {
    await guest.prompt(PATIENCE.boot);
    const bootSeconds = since();
    const commands: CommandOutcome[] = [];
    for (const command of commandsFor(configuration)) {
      const answer = await guest.run(command.line(configuration), PATIENCE.command);
      const failure = command.check(answer, configuration);
      commands.push({ command, output: answer.output, ...(failure !== undefined && { failure }) });
    }
    const failures: string[] = [];
    if (options.reboot) {
      guest.type('reboot\n');
      await guest.read(/reboot: Restarting system\n/g, PATIENCE.end, 'the restart');
      await guest.read(FIRST_LINE, PATIENCE.boot, 'the first line of the second boot');
      await guest.prompt(PATIENCE.boot);
      const { output } = await guest.run('ls /tmp | wc -l', PATIENCE.command);
      if (output !== '0\n') failures.push(`files are left from before the reboot: ${output}`);
      const kept = await guest.run(READ_KEPT_FILE, PATIENCE.command);
      if (kept.output !== KEPT_DIGEST) failures.push(`the file on the disk did not survive: ${kept.output}`);
    }
    guest.type('poweroff\n');
    const { code, signal, stderr } = await guest.end(PATIENCE.end);
    if (code !== 0) failures.push(`poweroff ended ${name} with status ${code ?? signal}: ${stderr}`);
    if (stderr !== '') failures.push(`on standard error: ${stderr}`);
    if (!guest.console.includes('reboot: Power down\n'))
      failures.push('the kernel did not report the power-off');
    const wrong = disk.check();
    if (wrong !== undefined) failures.push(wrong);
    const boots = guest.console.match(FIRST_LINE)?.length ?? 0;
    const expected = options.reboot ? 2 : 1;
    if (boots !== expected) failures.push(`it booted ${boots} times, not ${expected}`);
    return {
      log: guest.console,
      banner: BANNER.exec(guest.console)?.[1] ?? '',
      commands,
      failures,
      bootSeconds,
      seconds: since(),
    };
  } catch (error) {
    if (error instanceof GuestError) error.message = `${name}: ${error.message}`;
    throw error;
  } finally {
    await guest.stop();
    disk.remove();
  }
}
