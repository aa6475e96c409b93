import { decode, disassemble } from '@armature/isa';
import { type AllocationDifference, type Answer, DIFFERENCES, type ModelName } from './differences.ts';
import { ABORTED, COMPLETED, type WordDriver } from './driver.ts';
import { matches } from './pattern.ts';
import type { StreamName, Words } from './words.ts';

/** A word on which QEMU and we differ. */
export interface Disagreement {
  /** Eight hexadecimal digits. */
  readonly word: string;
  readonly level: 'EL0' | 'EL1';
  /** What our disassembler makes of it. */
  readonly text: string;
  /** The row of our decode table, if there is one. */
  readonly row: string | null;
  readonly qemu: string;
  readonly armature: string;
}

/** How many words of a stream are what. */
export interface StreamTally {
  /** Words at EL0 and EL1 together. */
  words: number;
  el0: number;
  /** As QEMU sees them. */
  allocated: number;
  undefined: number;
  agree: number;
  listed: number;
  unexplained: number;
}

/** What a sweep of one model found. */
export interface SweepResult {
  readonly model: ModelName;
  readonly streams: Partial<Record<StreamName, StreamTally>>;
  /** Words by the id of the difference that explains them, with the first of them. */
  readonly listed: ReadonlyMap<string, { count: number; readonly example: Disagreement }>;
  /** By row, or by the bits of the encoding's class when no row has it. */
  readonly unexplained: ReadonlyMap<string, { count: number; readonly examples: Disagreement[] }>;
}

/** Examples kept of each unexplained group. */
const EXAMPLES = 3;

const answerOf = (ec: number): Answer => (ec === ABORTED ? 'aborts' : ec === 0 ? 'UNDEFINED' : 'allocated');

function say(ec: number): string {
  if (ec === COMPLETED) return 'completes';
  return ec === 0 || ec === ABORTED ? answerOf(ec) : `exception class 0x${ec.toString(16)}`;
}

/** The difference that explains QEMU's answer to a word, if one does. */
export function explanation(model: ModelName, word: number, qemu: Answer): AllocationDifference | undefined {
  return DIFFERENCES.find(
    (known) =>
      known.qemu === qemu &&
      known.models.includes(model) &&
      known.encodings.some((encoding) => matches(encoding, word)),
  );
}

/** Words of one group look alike: the row, or bits 31 to 21 and 15 to 10. */
function groupOf(word: number, row: string | null): string {
  const bits = word.toString(2).padStart(32, '0');
  return row ?? `no row, ${bits.slice(0, 11)} ----- ${bits.slice(16, 22)} ----- -----`;
}

/** Runs streams of words on both and sorts out those on which they differ. */
export class Sweep implements SweepResult {
  readonly model: ModelName;
  readonly streams: Partial<Record<StreamName, StreamTally>> = {};
  readonly listed = new Map<string, { count: number; readonly example: Disagreement }>();
  readonly unexplained = new Map<string, { count: number; readonly examples: Disagreement[] }>();
  private readonly theirs: WordDriver;
  private readonly ours: WordDriver;

  constructor(model: ModelName, theirs: WordDriver, ours: WordDriver) {
    this.model = model;
    this.theirs = theirs;
    this.ours = ours;
  }

  /** Runs a stream to its end. QEMU, another process, runs a batch while we do. */
  async run(
    name: StreamName,
    stream: Iterable<Words>,
    progress: (done: number) => void = () => {},
  ): Promise<void> {
    const tally = { words: 0, el0: 0, allocated: 0, undefined: 0, agree: 0, listed: 0, unexplained: 0 };
    this.streams[name] = tally;
    for (const { words, tags } of stream) {
      const pending = this.theirs.run(words, tags);
      const [expected, actual] = await Promise.all([pending, this.ours.run(words, tags)]);
      for (let index = 0; index < words.length; index++) {
        this.compare(tally, words[index]!, tags[index]!, expected[index]!, actual[index]!);
      }
      progress(tally.words);
    }
  }

  private compare(tally: StreamTally, word: number, tag: number, theirs: number, ours: number): void {
    tally.words++;
    if (tag & 1) tally.el0++;
    if (theirs === 0) tally.undefined++;
    else if (theirs !== ABORTED) tally.allocated++;
    if (theirs !== ABORTED && (theirs === 0) === (ours === 0)) {
      tally.agree++;
      return;
    }
    const isOpposite = theirs === 0 || ours === 0;
    const known = isOpposite ? explanation(this.model, word, answerOf(theirs)) : undefined;
    const row = decode(word)?.id ?? null;
    const disagreement: Disagreement = {
      word: word.toString(16).padStart(8, '0'),
      level: tag & 1 ? 'EL0' : 'EL1',
      text: disassemble(word),
      row,
      qemu: say(theirs),
      armature: say(ours),
    };
    if (known !== undefined) {
      tally.listed++;
      const entry = this.listed.get(known.id);
      if (entry === undefined) this.listed.set(known.id, { count: 1, example: disagreement });
      else entry.count++;
      return;
    }
    tally.unexplained++;
    const group = groupOf(word, row);
    const entry = this.unexplained.get(group) ?? { count: 0, examples: [] };
    entry.count++;
    if (entry.examples.length < EXAMPLES) entry.examples.push(disagreement);
    this.unexplained.set(group, entry);
  }
}

/** One line that says everything about a word. */
export const describe = ({ word, level, text, row, qemu, armature }: Disagreement): string =>
  `${word} at ${level}: QEMU ${qemu}, Armature ${armature}; row ${row ?? 'none'}; ${text}`;
