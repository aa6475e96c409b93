/** In place of the CPU's default, in tests with `ARMATURE_ENGINE=interpreter`: nothing is compiled. */
export const DEFAULT_ENGINE = { engine: 'interpreter', jit: {} } as const;
