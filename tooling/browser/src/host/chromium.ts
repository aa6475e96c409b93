import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import type { Availability } from './kernel.ts';

/** Names that a system's Chromium, or a browser made from it, has. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** With it, this program. */
const VARIABLE = 'ARMATURE_CHROMIUM';

/** The system's Chromium. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): Availability<string> {
  const given = env[VARIABLE];
  if (given) return isProgram(given) ? { found: given } : { missing: `${VARIABLE}: ${given} is no program` };
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  return found === undefined ? { missing: `Chromium is not installed (or set ${VARIABLE})` } : { found };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts it without a window. Chromium refuses to run as root inside its sandbox. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
