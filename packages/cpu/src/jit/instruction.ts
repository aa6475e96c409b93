import { decode, type Feature } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import { operandFields } from '../interpreter/row-plans.ts';
import { INLINE } from '../registers/inline-access.ts';
import { directBranchDistance } from '../semantics/branches.ts';
import type { Semantics } from '../semantics/definition.ts';
import { allSemantics } from '../semantics/index.ts';
import { SYSTEM_OPERATION } from '../semantics/system.ts';

/** Where execution goes after an instruction. */
export type Flow =
  /** To the next one. */
  | 'next'
  /** To a constant distance: B. */
  | 'jump'
  /** To a constant distance, to come back: BL. */
  | 'call'
  /** To a constant distance or to the next one. */
  | 'branch'
  /** To a computed address. */
  | 'indirect'
  /** The same, where calls come back to. */
  | 'return'
  /** The interpreter has to do it: exceptions, system instructions that change the context, UNDEFINED. */
  | 'leave';

/** An instruction word as the compiler sees it. */
export interface Instruction {
  readonly semantics: Semantics;
  readonly fields: Fields;
  readonly choices: Readonly<Record<string, number>>;
  readonly flow: Flow;
  /** Of a direct branch, in instructions. */
  readonly distance: number;
}

const BRANCH_FLOW: Readonly<Record<string, Flow>> = { B_branch_imm: 'jump', BL_branch_imm: 'call' };
const ALWAYS_LEAVES = /_exception$|^(ERET|DRPS|UDF_|SYSL_|WFI_|WFE_)/;

/** Words remembered; then all are forgotten. */
const REMEMBERED = 1 << 16;

/** Decodes words for the compiler, remembering what it has seen. */
export class InstructionDecoder {
  private readonly features: ReadonlySet<Feature>;
  private readonly systemAccess: (word: number) => Fields | undefined;
  private readonly known = new Map<number, Instruction | null>();

  /** @param systemAccess what `inlineAccess` says of a system instruction */
  constructor(features: ReadonlySet<Feature>, systemAccess: (word: number) => Fields | undefined) {
    this.features = features;
    this.systemAccess = systemAccess;
  }

  /** Undefined for a word that is UNDEFINED. */
  decode(word: number): Instruction | undefined {
    let instruction = this.known.get(word);
    if (instruction === undefined) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      instruction = this.decodeNew(word) ?? null;
      this.known.set(word, instruction);
    }
    return instruction ?? undefined;
  }

  private decodeNew(word: number): Instruction | undefined {
    const row = decode(word, this.features);
    const semantics = row === undefined ? undefined : allSemantics.get(row.id);
    if (row === undefined || semantics === undefined) return undefined;
    const fields = operandFields(row, word);
    const inline = this.systemAccess(word);
    if (inline !== undefined) Object.assign(fields, inline);
    const choices = Object.fromEntries(
      Object.entries(semantics.choices).map(([name, choice]) => [name, choice.of(fields)]),
    );
    const distance = directBranchDistance(row.id, fields);
    return {
      semantics,
      fields,
      choices,
      flow: flowOf(row.id, choices, distance !== undefined),
      distance: (distance ?? 0) / 4,
    };
  }
}

function flowOf(row: string, choices: Readonly<Record<string, number>>, direct: boolean): Flow {
  if (direct) return BRANCH_FLOW[row] ?? 'branch';
  if (ALWAYS_LEAVES.test(row)) return 'leave';
  if (row.endsWith('_branch_reg')) return row.startsWith('RET') ? 'return' : 'indirect';
  const isSystem =
    choices.inline === INLINE.no ||
    (row === 'SYS_systeminstrs' && choices.operation === SYSTEM_OPERATION.byHelper) ||
    (row === 'MSR_pstate' && choices.daif === 0);
  return isSystem ? 'leave' : 'next';
}
