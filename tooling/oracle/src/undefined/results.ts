import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DIFFERENCES, MODELS, type ModelName } from './differences.ts';
import type { Disagreement, StreamTally, SweepResult } from './sweep.ts';
import type { StreamName } from './words.ts';

/** A kept run on one CPU model. */
export interface KeptSweep {
  /** Day of the run, as 2026-01-31. */
  readonly date: string;
  /** Version of QEMU. */
  readonly qemu: string;
  readonly seed: number;
  readonly streams: Partial<Record<StreamName, StreamTally>>;
  /** Words by difference. */
  readonly differences: readonly {
    readonly id: string;
    readonly words: number;
    readonly example: Disagreement;
  }[];
  readonly unexplained: readonly {
    readonly group: string;
    readonly words: number;
    readonly examples: readonly Disagreement[];
  }[];
}

export type KeptSweeps = Partial<Record<ModelName, KeptSweep>>;

const file = (extension: string): string =>
  fileURLToPath(new URL(`../../results/undefined.${extension}`, import.meta.url));

/** The last kept run of each model. */
export function readSweeps(): KeptSweeps {
  try {
    return JSON.parse(readFileSync(file('json'), 'utf8')) as KeptSweeps;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** A result in the form in which it is kept. */
export function keptSweep(
  result: SweepResult,
  run: { readonly date: string; readonly qemu: string; readonly seed: number },
): KeptSweep {
  return {
    ...run,
    streams: result.streams,
    differences: DIFFERENCES.flatMap(({ id }) => {
      const found = result.listed.get(id);
      return found === undefined ? [] : [{ id, words: found.count, example: found.example }];
    }),
    unexplained: [...result.unexplained].map(([group, { count, examples }]) => ({
      group,
      words: count,
      examples,
    })),
  };
}

/** Writes the runs as data and as a page. */
export function keepSweeps(added: KeptSweeps): void {
  const all = { ...readSweeps(), ...added };
  writeFileSync(file('json'), `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(file('md'), sweepPage(all));
}

/** The page as it is kept. */
export const readPage = (): string => readFileSync(file('md'), 'utf8');

const number = (value: number): string => value.toLocaleString('en-US');

const STREAM_TITLES: Readonly<Record<StreamName, string>> = {
  uniform: 'uniformly random words',
  near: 'one or two bits from an encoding of a row',
  system: 'MRS, MSR, SYS and SYSL, all encodings',
};

function countsOf(model: ModelName, kept: KeptSweep): string[] {
  return (Object.entries(kept.streams) as [StreamName, StreamTally][]).map(
    ([stream, tally]) =>
      `| ${model} | ${STREAM_TITLES[stream]} | ${[tally.words, tally.allocated, tally.undefined, tally.agree, tally.listed, tally.unexplained].map(number).join(' | ')} |`,
  );
}

function differenceText(kept: KeptSweeps, { id, ...known }: (typeof DIFFERENCES)[number]): string[] {
  const counts = MODELS.flatMap((model) => {
    const found = kept[model]?.differences.find((difference) => difference.id === id);
    return found === undefined ? [] : [{ model, ...found }];
  });
  const example = counts[0]?.example;
  const answer = known.qemu === 'aborts' ? 'QEMU aborts' : `QEMU: ${known.qemu}`;
  return [
    `### ${id}`,
    '',
    `${known.verdict[0]!.toUpperCase()}${known.verdict.slice(1)}. ${answer}; Armature: ${known.qemu === 'UNDEFINED' ? 'allocated' : 'UNDEFINED'}.`,
    counts.map(({ model, words }) => `${number(words)} words on ${model}`).join(', ') || 'Not met.',
    '',
    known.reason,
    '',
    `Arm ARM (DDI 0487): ${known.section}.`,
    '',
    '```text',
    ...known.encodings.map(({ text }) => text),
    ...(example === undefined
      ? []
      : [
          '',
          `${example.word} at ${example.level}: ${example.text}`,
          `QEMU ${example.qemu}, Armature ${example.armature}, row ${example.row ?? 'none'}`,
        ]),
    '```',
    '',
  ];
}

/** The kept runs, and every difference with its reason, as a page. */
export function sweepPage(kept: KeptSweeps): string {
  const runs = MODELS.flatMap((model) => {
    const run = kept[model];
    return run === undefined ? [] : [{ model, ...run }];
  });
  return [
    '# Which words are allocated: QEMU and Armature',
    '',
    'Written by `npm run oracle -- undefined --keep`; not by hand. Words run one by one at EL0 and EL1, half of them at',
    'each, on `qemu-system-aarch64` and on a machine of our parts with the same CPU model; either raises an UNDEFINED',
    'exception (class 0) or does something else. Every word takes one software step (QEMU) or one instruction of a run',
    '(Armature); its registers point to where nothing is mapped.',
    '',
    'Left out: MSR from XZR to SCTLR_EL1, TCR_EL1, TTBR0_EL1, TTBR1_EL1, MAIR_EL1, VBAR_EL1, CPACR_EL1, MDSCR_EL1 and',
    'OSLAR_EL1, nine words, which would end the run; from other registers these are tried, with the value that they have.',
    'WFI, WFE and HLT #0xf000 are tried at EL0 only: at EL1 they wait, or call the semihosting host.',
    '',
    ...runs.map(({ model, date, qemu, seed }) => `- ${model}: QEMU ${qemu}, seed ${seed}, ${date}`),
    '',
    '| model | words | tried | allocated (QEMU) | UNDEFINED (QEMU) | agree | differ, listed below | differ, unexplained |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...runs.flatMap(({ model, ...run }) => countsOf(model, run)),
    '',
    '## Differences',
    '',
    'In patterns, `0` and `1` are fixed and any other character is any bit.',
    '',
    ...DIFFERENCES.flatMap((difference) => differenceText(kept, difference)),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
