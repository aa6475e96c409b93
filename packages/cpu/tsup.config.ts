import { defineConfig } from 'tsup';
import shared from '../../tooling/tsup.config.ts';
import { prebuiltInterpreters } from './build/prebuilt-plugin.ts';

/** The build of every package, and interpreters that need not be emitted when a machine starts. */
export default defineConfig({ ...shared, esbuildPlugins: [prebuiltInterpreters] });
