import { BEGUN, type EngineBench, type Outcome } from './bench.ts';
import type { EngineCase } from './case.ts';
import { type Difference, deviceRegisterDifferences, differences } from './compare.ts';

/** Two machines that run the same cases. */
export type Pair = readonly [reference: EngineBench, other: EngineBench];

/** A case that came out differently. */
export interface Mismatch {
  readonly item: EngineCase;
  /** The action after which they differ. */
  readonly action: number;
  readonly differences: readonly Difference[];
}

/** A host error counts as an outcome: both must fail in the same way. */
function attempt(act: () => Outcome): Outcome {
  try {
    return act();
  } catch (error) {
    return {
      instructions: 0,
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

/** What a case came to. */
export interface CaseResult {
  /** Instructions that the reference completed. */
  readonly instructions: number;
  readonly mismatch?: Mismatch;
}

/**
 * Runs a case on both, and compares after each action; memory after the last one.
 *
 * @throws Error when neither can begin it: the case is wrong
 */
export function runCase([reference, other]: Pair, item: EngineCase): CaseResult {
  const begun = [reference, other].map((bench) => attempt(() => bench.begin(item)).reason);
  if (begun[0] !== begun[1]) {
    const found = [{ what: 'begin', values: [begun[0]!, begun[1]!] as const }];
    return { instructions: 0, mismatch: { item, action: 0, differences: found } };
  }
  if (begun[0] !== BEGUN) throw new Error(`case ${item.index} of ${item.generator}: ${begun[0]}`);
  const counts = [reference.engine.instructions, other.engine.instructions] as const;
  let instructions = 0;
  for (const [index, action] of item.actions.entries()) {
    const outcomes = [
      attempt(() => reference.perform(action)),
      attempt(() => other.perform(action)),
    ] as const;
    instructions += outcomes[0].instructions;
    const last = index === item.actions.length - 1;
    const found = differences(reference, other, outcomes, last);
    if (last) {
      found.push(...deviceRegisterDifferences(reference, other));
      const done = [
        reference.engine.instructions - counts[0],
        other.engine.instructions - counts[1],
      ] as const;
      if (done[0] !== done[1])
        found.push({ what: 'engine.instructions', values: [`${done[0]}`, `${done[1]}`] });
    }
    if (found.length > 0) {
      return { instructions, mismatch: { item, action: index, differences: found } };
    }
  }
  return { instructions };
}
