#!/usr/bin/env node
import module from 'node:module';
import { cacheFolder } from './cache-folder.ts';

// The host's compiled code of everything imported from here on is kept for the next start. Node 20 can't do that; where
// the folder can't be written, nothing is kept.
module.enableCompileCache?.(cacheFolder('code'));
await import('./main.ts');
