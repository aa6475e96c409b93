/** The report of `armature jit-report` as lines of text. */
import { formatAddress } from '@armature/core';
import { type JitReport, REGION_EXITS, type RegionReport } from '@armature/cpu';
import { type CodeRow, codeRows } from './code-rows.ts';

/** How the run went. */
export interface RunFacts {
  /** In words. */
  readonly ending: string;
  readonly instructions: number;
  /** Of the host. */
  readonly seconds: number;
}

const number = (value: number): string => value.toLocaleString('en');
const counted = (value: number, what: string): string => `${number(value)} ${what}${value === 1 ? '' : 's'}`;
const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
const average = (sum: number, count: number): string => (count === 0 ? '-' : (sum / count).toFixed(1));
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const milliseconds = (time: number): string => `${time.toFixed(1)} ms`;

/** @param listings how many of the hottest regions to show with their code */
export async function reportText(report: JitReport, facts: RunFacts, listings: number): Promise<string[]> {
  const { profile } = report;
  const hottest = profile?.hottest ?? [];
  const lines = [...overview(report, facts)];
  if (hottest.length > 0) lines.push('', ...table(hottest, facts.instructions));
  for (const region of hottest.slice(0, listings)) lines.push('', ...(await listing(region)));
  return lines;
}

function overview({ installed, memory, profile, statistics }: JitReport, facts: RunFacts): string[] {
  const { bytes, emitTime, hostTime, instructions, modules, regions } = statistics;
  const lines = [
    `armature: ${facts.ending}`,
    `  instructions   ${number(facts.instructions)} in ${facts.seconds.toFixed(2)} s, with counters`,
  ];
  if (profile !== undefined) {
    const ran = profile.instructions;
    lines.push(
      `                 ${number(ran.regions)} in regions (${percent(ran.regions, ran.regions + ran.interpreter)}), ` +
        `${number(ran.interpreter)} in the interpreter`,
    );
  }
  lines.push(
    `  compiled       ${counted(regions, 'region')} in ${counted(modules, 'module')}, ${number(installed)} in place at the end`,
    `  code           ${counted(instructions, 'instruction')}, ${average(instructions, regions)} a region; ` +
      `${number(bytes)} bytes of WebAssembly, ${average(bytes, instructions)} an instruction`,
  );
  if (profile !== undefined) {
    const sizes = profile.sizes.filter(({ regions: count }) => count > 0);
    lines.push(
      `  sizes          ${sizes.map(({ regions: count, upTo }) => `${number(count)} up to ${upTo}`).join(', ')}`,
    );
  }
  lines.push(
    `  time           ${milliseconds(emitTime)} to emit, ${milliseconds(hostTime)} in the host’s compiler`,
    `  memory         ${mebibytes(memory.used)} of ${mebibytes(memory.limit)}`,
    `  dropped        ${counted(statistics.invalidated, 'region')} whose code changed, ` +
      `everything ${counted(statistics.evictions, 'time')} to make room`,
  );
  if (profile !== undefined) {
    const { executions, exits, instructions: ran, slowReads, slowWrites } = profile.counts;
    lines.push(
      `  executions     ${number(executions)} of regions, ${average(ran, executions)} instructions each`,
      `  slow accesses  ${number(slowReads)} reads, ${number(slowWrites)} writes`,
      '  exits',
      ...REGION_EXITS.filter((name) => exits[name] > 0).map(
        (name) =>
          `    ${name.padEnd(12)} ${number(exits[name]).padStart(15)} ${percent(exits[name], executions).padStart(8)}  ${EXITS[name]}`,
      ),
    );
  }
  return lines;
}

const EXITS: Readonly<Record<(typeof REGION_EXITS)[number], string>> = {
  chain: 'on in another region',
  interpreter: 'on in the interpreter: no region begins there',
  page: 'to an address whose page has to be looked up',
  interpret: 'an instruction that only the interpreter can do, or a store to compiled code',
  budget: 'the slice of instructions was used up',
  fault: 'an exception',
  replay: 'an interrupt raised in the middle of an instruction',
  done: 'the context changed',
  thrown: 'a device failed',
};

function table(hottest: readonly RegionReport[], ran: number): string[] {
  const rows = hottest.map(({ address, bytes, counts, instructions }, index) => {
    const exits = REGION_EXITS.filter((name) => counts.exits[name] > 0)
      .sort((a, b) => counts.exits[b] - counts.exits[a])
      .map((name) => `${name} ${number(counts.exits[name])}`);
    return [
      `${index + 1}`,
      formatAddress(address),
      percent(counts.instructions, ran),
      number(counts.instructions),
      number(counts.executions),
      number(instructions),
      number(bytes),
      number(counts.slowReads + counts.slowWrites),
      exits.join(', '),
    ];
  });
  const head = ['', 'region', 'share', 'instructions', 'executions', 'size', 'bytes', 'slow', 'exits'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  const isText = (column: number): boolean => column === 1 || column === head.length - 1;
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

/** Guest instructions on the left, the WebAssembly of each beside it. */
async function listing(region: RegionReport): Promise<string[]> {
  const rows = await codeRows(region.listing());
  const left = rows.map(leftColumn);
  const width = Math.max(...left.map((text) => text.length));
  const lines = rows.flatMap(({ wasm }, index) => {
    const count = Math.max(1, wasm.length);
    return Array.from({ length: count }, (_, line) =>
      `  ${(line === 0 ? left[index] : '').padEnd(width)} | ${wasm[line] ?? ''}`.trimEnd(),
    );
  });
  return [
    `region ${formatAddress(region.address)}: ${counted(region.instructions, 'instruction')}, ${number(region.bytes)} bytes`,
    ...lines,
  ];
}

const leftColumn = ({ address, text }: CodeRow): string =>
  address === undefined ? `${text}:` : `${formatAddress(address)}  ${text}`;
