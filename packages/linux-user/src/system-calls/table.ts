import type { Handler } from './context.ts';
import { directoryCalls } from './directory-calls.ts';
import { fileCalls } from './file-calls.ts';
import { futexCalls } from './futex-calls.ts';
import { ioCalls } from './io-calls.ts';
import { memoryCalls } from './memory-calls.ts';
import { NUMBER } from './numbers.ts';
import { pollCalls } from './poll-calls.ts';
import { processCalls } from './process-calls.ts';
import { signalCalls } from './signal-calls.ts';
import { systemInformationCalls } from './system-information-calls.ts';
import { timeCalls } from './time-calls.ts';

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...memoryCalls,
  ...fileCalls,
  ...directoryCalls,
  ...ioCalls,
  ...pollCalls,
  ...processCalls,
  ...signalCalls,
  ...timeCalls,
  ...futexCalls,
  ...systemInformationCalls,
};

const TABLE: (Handler | undefined)[] = [];
const NAMES: string[] = [];
for (const [name, number] of Object.entries(NUMBER)) {
  TABLE[number] = HANDLERS[name];
  NAMES[number] = name;
}

/** What serves a system call; undefined for one that is not implemented. */
export const findCall = (number: number): Handler | undefined => TABLE[number];

/** Name of a system call: `openat`, or its number. */
export const callName = (number: number): string => NAMES[number] ?? `call ${number}`;

/** Names of the system calls that are implemented. */
export const implementedCalls: readonly string[] = Object.keys(HANDLERS).sort();

/** Handlers without a number, which nothing could call: none. */
export const unnumberedCalls: readonly string[] = implementedCalls.filter(
  (name) => NUMBER[name] === undefined,
);
