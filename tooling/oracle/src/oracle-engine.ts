import type { CpuOptions } from '@armature/cpu';

/**
 * The engines of our CPU that cases run on. `cold` is the interpreter that runs beside the compiler, which has more
 * instructions in functions of their own; on `jit`, each instruction that can be compiled is, alone, before it runs.
 */
export const ORACLE_ENGINES = ['interpreter', 'cold', 'jit'] as const;
export type OracleEngine = (typeof ORACLE_ENGINES)[number];

export const ENGINE_OPTIONS: Readonly<Record<OracleEngine, CpuOptions>> = {
  interpreter: { engine: 'interpreter' },
  cold: { engine: 'jit', jit: { threshold: 2 ** 30 } },
  jit: { engine: 'jit', jit: { eager: true } },
};

/** @throws Error when there is no such engine */
export function oracleEngine(name: string): OracleEngine {
  const engine = ORACLE_ENGINES.find((one) => one === name);
  if (engine === undefined) throw new Error(`--engine is one of ${ORACLE_ENGINES.join(', ')}`);
  return engine;
}
