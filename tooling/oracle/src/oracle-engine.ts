import type { CpuOptions } from '@armature/cpu';

/** The engines of our CPU that cases run on. On `jit`, each instruction that can be compiled is, alone, before it runs. */
export const ORACLE_ENGINES = ['interpreter', 'jit'] as const;
export type OracleEngine = (typeof ORACLE_ENGINES)[number];

export const ENGINE_OPTIONS: Readonly<Record<OracleEngine, CpuOptions>> = {
  interpreter: { engine: 'interpreter' },
  jit: { engine: 'jit', jit: { eager: true } },
};

/** @throws Error when there is no such engine */
export function oracleEngine(name: string): OracleEngine {
  const engine = ORACLE_ENGINES.find((one) => one === name);
  if (engine === undefined) throw new Error(`--engine is ${ORACLE_ENGINES.join(' or ')}`);
  return engine;
}
