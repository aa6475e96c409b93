import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.ts';

/** Fresh random cases against QEMU: part of `.ci/run`, not of `npm test`. */
export default defineConfig({
  resolve: { alias },
  test: { include: ['tooling/oracle/live/**/*.test.ts'], testTimeout: 600_000 },
});
