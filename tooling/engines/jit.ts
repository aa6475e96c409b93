/** In place of the CPU's default, in tests with `ARMATURE_ENGINE=jit`: as much as can be is compiled, as soon as it can. */
export const DEFAULT_ENGINE = { engine: 'jit', jit: { threshold: 2, batch: 1 } } as const;
