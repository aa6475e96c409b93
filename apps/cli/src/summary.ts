import { formatAddress, formatBytes, PAGE_SIZE, type PhysicalMemory } from '@armature/core';
import { exceptionClassName } from '@armature/exceptions';
import type { Machine } from '@armature/machine';
import type { SessionReport } from './session.ts';

const number = (value: number): string => value.toLocaleString('en');

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

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
  const { exceptions, translation, memory } = machine.statistics;
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
  if (memory.residentBytes < memory.bytes) {
    lines.push(`  memory        ${mebibytes(memory.residentBytes)} of ${mebibytes(memory.bytes)} touched`);
  }
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
  const { exceptions, translation, memory } = machine.statistics;
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
    memory,
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
export function memoryMap({ memory }: Machine): string[] {
  const lines: string[] = [];
  for (const { name, base, size, kind } of memory.regions) {
    if (kind !== 'ram') continue;
    const used = pagesInUse(memory, base, size);
    const pages = size / PAGE_SIZE;
    const group = Math.max(1, Math.ceil(pages / (COLUMNS * LINES)));
    lines.push(`  ${name}, ${formatBytes(group * PAGE_SIZE)} a character: # in use, + partly, . untouched`);
    let row = '';
    for (let page = 0; page < pages; page += group) {
      const end = Math.min(page + group, pages);
      row += character(used.subarray(page, end));
      if (row.length === COLUMNS || end === pages) {
        const first = base + (Math.ceil((page + 1) / group) - row.length) * group * PAGE_SIZE;
        lines.push(`    ${first.toString(16).padStart(8, '0')}  ${row}`);
        row = '';
      }
    }
  }
  return lines;
}

function character(pages: Uint8Array): string {
  const used = pages.reduce((sum, page) => sum + page, 0);
  return used === 0 ? '.' : used === pages.length ? '#' : '+';
}

/** By page: 1 where it holds anything but zeros. */
function pagesInUse(memory: PhysicalMemory, base: number, size: number): Uint8Array {
  const words = new Int32Array(memory.bytes.buffer);
  const used = new Uint8Array(size / PAGE_SIZE);
  memory.visitPresent(base, size, (offset, length, at) => {
    for (let page = 0; page < length; page += PAGE_SIZE) {
      if (holdsAnything(words, offset + page)) used[(at + page) / PAGE_SIZE] = 1;
    }
  });
  return used;
}

function holdsAnything(words: Int32Array, offset: number): boolean {
  const end = (offset + PAGE_SIZE) / 4;
  for (let at = offset / 4; at < end; at++) if (words[at] !== 0) return true;
  return false;
}
