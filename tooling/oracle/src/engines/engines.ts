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
