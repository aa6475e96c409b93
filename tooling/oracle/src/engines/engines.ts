import type { CpuEngine, StopReason } from '@armature/core';
import { type CpuOptions, cpu } from '@armature/cpu';

/** Whether the CPU package has an engine of that name. */
export function hasEngine(name: string): boolean {
  try {
    cpu({ engine: name } as CpuOptions);
    return true;
  } catch {
    return false;
  }
}

/** What is compared where nobody says what: the interpreter and the compiler, or itself where there is none. */
export const usualEngines = (): readonly [string, string] => [
  'interpreter',
  hasEngine('jit') ? 'jit' : 'interpreter',
];

/** Options with which a compiling engine compiles as much as it can, as soon as it can. */
export const EAGER = { threshold: 2, batch: 1 } as const;

/** What follows an engine's name where each of its runs is made of runs of one instruction. */
export const STEPS = ':steps';

/** An engine that runs one instruction at a time. */
export function stepped(engine: CpuEngine): CpuEngine {
  return withRun(engine, (budget) => {
    let instructions = 0;
    let reason: StopReason = 'budget';
    while (instructions < budget && reason === 'budget') {
      const outcome = engine.run(1);
      instructions += outcome.instructions;
      reason = outcome.reason;
    }
    return { instructions, reason };
  });
}

/** An engine with another `run`. */
export function withRun(engine: CpuEngine, run: CpuEngine['run']): CpuEngine {
  return new Proxy(engine, {
    get(target, name) {
      if (name === 'run') return run;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
