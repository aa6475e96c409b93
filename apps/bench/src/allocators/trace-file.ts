import { readFileSync } from 'node:fs';

/** Beside `src` and `dist`. */
export const TRACE_FILE = new URL(
  import.meta.url.endsWith('.ts') ? '../../traces/linux-user.txt' : '../traces/linux-user.txt',
  import.meta.url,
);

/** The trace that this package has. */
export const recordedTrace = (): string => readFileSync(TRACE_FILE, 'utf8');
