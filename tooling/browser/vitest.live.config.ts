import { defineConfig } from 'vitest/config';
import { alias } from '../../vitest.config.ts';

/** Chromium, with the page: part of `.ci/run`, not of `npm test`. */
export default defineConfig({
  resolve: { alias },
  test: { include: ['tooling/browser/live/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000 },
});
