import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Row, table } from '@armature/isa';
import { EXEMPTIONS, NOT_COMPARED } from './exemptions.ts';
import { FAMILIES } from './families.ts';
import { type KeptResult, type KeptResults, readResults } from './kept-results.ts';
import { LIVE_CASES, type SuiteName } from './suite.ts';
import { SUITE_NAMES, SUITES, suiteOf } from './suites.ts';
import { recordedCases } from './vectors.ts';

export const COVERAGE_PAGE = fileURLToPath(new URL('../../../docs/instruction-coverage.md', import.meta.url));

/** How far one row of the decode table is compared. */
export interface RowCoverage {
  readonly row: Row;
  readonly suite: SuiteName | undefined;
  /** Cases that `npm test` runs. */
  readonly recorded: number;
  /** Cases that `.ci/run` runs. */
  readonly live: number;
  readonly long: KeptResult | undefined;
}

/** Coverage of every row, in the order of the table. */
export function coverageOf(results: KeptResults = readResults()): RowCoverage[] {
  const recorded = recordedCases();
  return table.map((row) => {
    const suite = suiteOf(row.id);
    const live = suite === undefined ? 0 : LIVE_CASES;
    return { row, suite, recorded: recorded.get(row.id) ?? 0, live, long: results[row.id] };
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const line = (...cells: readonly (string | number)[]): string =>
  `| ${cells.map(String).map(cell).join(' | ')} |`;
const heading = (...cells: readonly string[]): string[] => [
  line(...cells),
  `|${' --- |'.repeat(cells.length)}`,
];
const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function lastResult({ row, long }: RowCoverage): string {
  if (row.status === 'todo') return '';
  if (long === undefined) return 'no long run';
  const exempt = long.exempt > 0 ? `, ${thousands(long.exempt)} exempt` : '';
  const verdict = long.different > 0 ? `**${thousands(long.different)} differ**` : 'agree';
  return `${verdict}${exempt}`;
}

function summary(coverage: readonly RowCoverage[]): string[] {
  const sum = (rows: readonly RowCoverage[], of: (row: RowCoverage) => number): string =>
    thousands(rows.reduce((total, row) => total + of(row), 0));
  const lineOf = (name: string, rows: readonly RowCoverage[]): string =>
    line(
      name,
      rows.length,
      rows.filter(({ row }) => row.status === 'done').length,
      sum(rows, ({ recorded }) => recorded),
      sum(rows, ({ live }) => live),
      sum(rows, ({ long }) => long?.cases ?? 0),
      sum(rows, ({ long }) => long?.different ?? 0),
    );
  const features = [...Map.groupBy(coverage, ({ row }) => row.feature)].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...heading('feature', 'rows', 'implemented', 'recorded', 'live', 'long run', 'differ'),
    ...features.map(([feature, rows]) => lineOf(feature, rows)),
    lineOf('**all**', coverage),
  ];
}

/** Ids of rows, or how many they are where they are many. */
function named(rows: readonly Row[]): string {
  const shown = 6;
  if (rows.length <= shown) return rows.map(({ id }) => `\`${id}\``).join(', ');
  const groups = [...new Set(rows.map(({ group }) => group))];
  if (groups.length <= shown) return `${rows.length} rows: ${groups.join(', ')}`;
  return `${rows.length} rows of ${groups.length} groups`;
}

const SUITE_TEXTS: Readonly<Record<SuiteName, string>> = {
  system:
    'a bare-metal program on `qemu-system-aarch64 -M virt`, with `-cpu cortex-a72` and, for hints and PSTATE fields of later architectures, `-cpu max`: EL1 and EL0, MMU on; X0 to X30, both stack pointers, the exception with its SPSR, ELR, ESR and FAR, and memory',
  user: 'a Linux process on `qemu-aarch64 -cpu max`: X0 to X30, SP, V0 to V31, NZCV, FPCR, FPSR, memory, and faults by kind and address; random FPCR (rounding mode, FZ, DN, AHP, FZ16) for floating point',
  pointers:
    'a bare-metal program on `qemu-system-aarch64 -M virt -cpu max,pauth-impdef=off`: EL1, MMU off, random keys, enables and sizes of addresses in every case',
};

/** The page. */
export function coveragePage(coverage: readonly RowCoverage[] = coverageOf()): string {
  const done = coverage.filter(({ row }) => row.status === 'done');
  const runs = [
    ...new Set(done.map(({ long }) => long && `${long.date}, QEMU ${long.qemu}, seed ${long.seed}`)),
  ];
  return [
    '# Instruction coverage',
    '',
    'Written by `npm run oracle -- coverage`; a test compares it with the code. Every row of the decode table of',
    '`@armature/isa`, and how many random cases of it ran on QEMU and on the CPU of `@armature/cpu` with the same',
    'outcome: **recorded** cases run in `npm test` and need no QEMU, **live** ones are new every day and run in',
    '`.ci/run`, and the **long run** is `npm run oracle -- long --cases 50000`. These are on the interpreter. With each',
    'instruction compiled, `.ci/run` runs a quarter of the recorded cases, or all (`ARMATURE_RECORDED_ONE_OF=1`), and an eighth of the live ones.',
    '',
    `${done.length} of ${coverage.length} rows are implemented. Long run: ${runs.map((run) => run ?? 'not every row').join('; ')}.`,
    '',
    '## By feature',
    '',
    ...summary(coverage),
    '',
    '## How rows are compared',
    '',
    ...SUITE_NAMES.flatMap((name) => [
      `- **${name}** (${SUITES[name].rows.length} rows): ${SUITE_TEXTS[name]}. Not compared:`,
      ...NOT_COMPARED[name].map((text) => `  - ${text}`),
    ]),
    '',
    '## Not implemented',
    '',
    'Rows that are decoded, assembled and disassembled, and UNDEFINED on every CPU model:',
    '',
    ...heading('feature', 'rows', 'why'),
    ...[
      ...Map.groupBy(
        coverage.filter(({ row }) => row.status === 'todo'),
        ({ row }) => row.feature,
      ),
    ].map(([feature, rows]) =>
      line(
        feature,
        rows.length,
        FAMILIES.find(({ rowsOf: of }) => of === feature || (of !== undefined && feature.startsWith(of)))
          ?.reason ?? '',
      ),
    ),
    '',
    'Families of instructions that the decode table does not have; their encodings are UNDEFINED, or the hint that',
    'they were before:',
    '',
    ...heading('family', 'what it is', 'why not'),
    ...FAMILIES.filter(({ rowsOf: of }) => of === undefined).map(({ name, what, reason }) =>
      line(name, what, reason),
    ),
    '',
    '## Exemptions',
    '',
    'What the comparison leaves out, from the lists that it uses itself. "Exempt" in the table below counts the cases',
    'of the long run that may differ, and do; the rest of their state is compared.',
    '',
    ...heading('kind', 'reason', 'rows'),
    ...EXEMPTIONS.map(({ kind, reason, rows }) => line(kind, reason, named(rows))),
    '',
    '## Rows',
    '',
    ...heading('row', 'title', 'feature', 'status', 'suite', 'recorded', 'live', 'long run', 'last result'),
    ...coverage.map((entry) =>
      line(
        `\`${entry.row.id}\``,
        entry.row.title,
        entry.row.feature,
        entry.row.status === 'done' ? 'implemented' : 'todo',
        entry.suite ?? '',
        thousands(entry.recorded),
        thousands(entry.live),
        thousands(entry.long?.cases ?? 0),
        lastResult(entry),
      ),
    ),
    '',
  ].join('\n');
}

/** Writes the page. @returns its file name */
export async function writeCoverage(): Promise<string> {
  mkdirSync(new URL('.', `file://${COVERAGE_PAGE}`), { recursive: true });
  writeFileSync(COVERAGE_PAGE, coveragePage());
  return COVERAGE_PAGE;
}
