#!/usr/bin/env node
import module from 'node:module';

// The host's compiled code of everything imported from here on is kept for the next start. Node 20 does not have it.
module.enableCompileCache?.();
await import('./main.ts');
