import { formatAddress, formatBytes, PAGE_SIZE } from '@armature/core';
import { exceptionClassName } from '@armature/exceptions';
import type { Machine } from '@armature/machine';
import type { SessionReport } from './session.ts';

const number = (value: number): string => value.toLocaleString('en');

function speed({ instructions, seconds }: SessionReport): number {
  return seconds > 0 ? instructions / seconds / 1e6 : 0;
}

const ENDINGS: Readonly<Record<SessionReport['reason'], string>> = {
  'power-off': 'the guest switched off',
  reset: 'the guest asked for a reset',
  budget: 'the instruction budget is used up',
  waiting: 'the guest waits for an interrupt that nothing will raise',
  'exception-loop': 'the guest takes exceptions without end',
  stopped: 'stopped',
  quit: 'quit',
  signal: 'ended by a signal',
};

/** The summary as lines of text. */
export function textSummary(machine: Machine, report: SessionReport, options: { map: boolean }): string[] {
  const { exceptions, translation } = machine.statistics;
  const classes = [...exceptions.byClass]
    .sort(([, a], [, b]) => b - a)
    .map(([exceptionClass, taken]) => `${number(taken)} ${exceptionClassName(exceptionClass)}`);
  const interrupts = `${number(exceptions.irq)} IRQ, ${number(exceptions.fiq)} FIQ, ${number(exceptions.serror)} SError`;
  const lines = [
    `armature: ${ENDINGS[report.reason]}`,
    `  instructions  ${number(report.instructions)} in ${report.seconds.toFixed(2)} s, ` +
      `${speed(report).toFixed(1)} million/s`,
    `  exceptions    ${number(exceptions.synchronous)} synchronous, ${interrupts}`,
    ...classes.map((line) => `                ${line}`),
    `  translation   ${number(translation.hits)} TLB hits, ${number(translation.misses)} misses, ` +
      `${number(translation.faults)} faults`,
  ];
  if (report.resets > 0) lines.push(`  resets        ${report.resets}`);
  if (options.map) lines.push(...memoryMap(machine));
  return lines;
}

/** How far a running guest is: what each CPU does. */
export function liveStatus(machine: Machine): string {
  const { instructions, exceptions } = machine.statistics;
  const engines = machine.find('cpu')?.engines ?? [];
  const cpus = engines.map(({ cpu, idle, poweredOn }) => {
    const state = !poweredOn ? 'off' : idle ? 'waits for an interrupt' : 'runs';
    return `  CPU ${cpu.index}  EL${cpu.exceptionLevel} at ${formatAddress(cpu.pc)}, ${state}`;
  });
  return [
    `${number(instructions)} instructions, ${number(exceptions.synchronous)} exceptions, ${number(exceptions.irq)} interrupts`,
    ...cpus,
  ].join('\n');
}

/** The summary as an object, for `--json`. */
export function jsonSummary(machine: Machine, report: SessionReport, exitCode: number): object {
  const { exceptions, translation } = machine.statistics;
  const { exception } = report;
  return {
    reason: report.reason,
    exitCode,
    instructions: report.instructions,
    seconds: report.seconds,
    millionPerSecond: speed(report),
    resets: report.resets,
    exceptions: {
      ...exceptions,
      byClass: Object.fromEntries(
        [...exceptions.byClass].map(([exceptionClass, taken]) => [exceptionClassName(exceptionClass), taken]),
      ),
    },
    translation,
    ...(exception && {
      exception: {
        kind: exception.kind,
        syndrome: exception.syndrome,
        returnAddress: `0x${exception.returnAddress.toString(16)}`,
        faultAddress: `0x${exception.faultAddress.toString(16)}`,
      },
    }),
  };
}

const COLUMNS = 64;
const LINES = 8;

/** RAM as a map of characters: which pages hold anything. */
export function memoryMap(machine: Machine): string[] {
  const lines: string[] = [];
  for (const { name, base, size, kind, hostOffset } of machine.memory.regions) {
    if (kind !== 'ram') continue;
    const pages = size / PAGE_SIZE;
    const group = Math.max(1, Math.ceil(pages / (COLUMNS * LINES)));
    lines.push(`  ${name}, ${formatBytes(group * PAGE_SIZE)} a character: # in use, + partly, . untouched`);
    const words = new Int32Array(machine.memory.bytes.buffer, hostOffset, size / 4);
    let row = '';
    for (let page = 0; page < pages; page += group) {
      const end = Math.min(page + group, pages);
      row += character(words, page, end);
      if (row.length === COLUMNS || end === pages) {
        const first = base + (Math.ceil((page + 1) / group) - row.length) * group * PAGE_SIZE;
        lines.push(`    ${first.toString(16).padStart(8, '0')}  ${row}`);
        row = '';
      }
    }
  }
  return lines;
}

function character(words: Int32Array, start: number, end: number): string {
  let used = 0;
  for (let page = start; page < end; page++) if (inUse(words, page)) used++;
  return used === 0 ? '.' : used === end - start ? '#' : '+';
}

function inUse(words: Int32Array, page: number): boolean {
  const from = (page * PAGE_SIZE) / 4;
  for (let at = from; at < from + PAGE_SIZE / 4; at++) if (words[at] !== 0) return true;
  return false;
}
