/** One row of the matrix: a configuration on Armature, held against QEMU. */
import { type Configuration, describeBoard, describeConfiguration } from './configuration.ts';
import { ALLOWED_DIFFERENCES } from './differences.ts';
import type { LinuxFiles } from './kernels.ts';
import { type LogDifference, linesOnlyIn } from './log.ts';
import { runSystem, type SystemRun } from './system.ts';

export interface RowOutcome {
  readonly configuration: Configuration;
  readonly banner: string;
  readonly commands: number;
  /** What is wrong; empty when the row passes. */
  readonly failures: readonly string[];
  /** Lines of our log that QEMU's does not have, with the reason why they may be there. */
  readonly onlyInOurs: readonly LogDifference[];
  /** Lines of QEMU's log that ours does not have: mostly devices and features that we leave out. */
  readonly onlyInQemu: readonly string[];
  readonly bootSeconds: number;
  readonly seconds: number;
  readonly qemuSeconds: number;
}

/** Wrong answers of a run. */
function wrongAnswers(name: string, run: SystemRun): string[] {
  return run.commands.flatMap(({ command, failure }) =>
    failure === undefined ? [] : [`${name}, ${command.name}: ${failure}`],
  );
}

/** Compares two runs of one configuration. */
export function compareRuns(configuration: Configuration, ours: SystemRun, qemu: SystemRun): RowOutcome {
  const failures = [
    ...ours.failures,
    ...wrongAnswers('Armature', ours),
    ...qemu.failures.map((failure) => `QEMU: ${failure}`),
    ...wrongAnswers('QEMU', qemu),
  ];
  for (const [index, { command, output }] of ours.commands.entries()) {
    const expected = qemu.commands[index].output;
    if (command.sameOnQemu && output !== expected) {
      failures.push(
        `${command.name}: ${JSON.stringify(output)}; QEMU’s answer is ${JSON.stringify(expected)}`,
      );
    }
  }
  const onlyInOurs = linesOnlyIn(ours.log, qemu.log, ALLOWED_DIFFERENCES);
  for (const { line, reason } of onlyInOurs) {
    if (reason === undefined) failures.push(`only in our log: ${line}`);
  }
  return {
    configuration,
    banner: ours.banner,
    commands: ours.commands.length,
    failures,
    onlyInOurs,
    onlyInQemu: linesOnlyIn(qemu.log, ours.log, []).map(({ line }) => line),
    bootSeconds: ours.bootSeconds,
    seconds: ours.seconds,
    qemuSeconds: qemu.seconds,
  };
}

/** QEMU's runs by what it was told: one serves every engine of ours. */
export type QemuRuns = Map<string, Promise<SystemRun>>;

/** Runs a configuration on both. A system that does not get to its end is a failure of the row. */
export async function runRow(
  configuration: Configuration,
  files: LinuxFiles,
  qemuRuns: QemuRuns,
): Promise<RowOutcome> {
  const from = performance.now();
  const board = describeBoard(configuration);
  const qemuRun = qemuRuns.get(board) ?? runSystem('qemu', configuration, files, { reboot: false });
  qemuRuns.set(board, qemuRun);
  try {
    const qemu = await qemuRun;
    const ours = await runSystem('armature', configuration, files, { reboot: true });
    return compareRuns(configuration, ours, qemu);
  } catch (error) {
    const seconds = (performance.now() - from) / 1000;
    return {
      configuration,
      banner: '',
      commands: 0,
      failures: [`${describeConfiguration(configuration)}: ${(error as Error).message}`],
      onlyInOurs: [],
      onlyInQemu: [],
      bootSeconds: 0,
      seconds,
      qemuSeconds: 0,
    };
  }
}
