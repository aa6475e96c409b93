/** The options that say what runs the guest's instructions. */
import { availableParallelism } from 'node:os';
import { formatBytes } from '@armature/core';
import { compileInBackground } from '@armature/cpu/node';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { quantity } from './arguments.ts';
import { UsageError } from './failure.ts';

const ENGINES = ['auto', 'interpreter', 'jit'] as const;
type EngineName = (typeof ENGINES)[number];

/** The least that a compiler can work with. */
const LEAST_CACHE = 2 ** 20;

export interface EngineArguments {
  readonly engine?: EngineName;
  readonly jitCache?: number;
}

export function addEngineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--engine <name>', 'what runs instructions (default: auto, the fastest)').choices(ENGINES),
    )
    .addOption(
      new Option(
        '--jit-cache <size>',
        'host memory for compiled code: 16M, 1G (default: 128M); when it is full, all is dropped',
      ).argParser(cacheSize),
    );
}

function cacheSize(text: string): number {
  const size = quantity(text);
  if (size >= LEAST_CACHE) return size;
  throw new InvalidArgumentError(`${formatBytes(size)} are too few: give at least 1M.`);
}

/** With fewer CPUs, the threads that the host's engine has take what a thread for our compiler would save. */
const CPUS_FOR_THREAD = 3;

/** Has the machines that are made from now on use the host's CPUs. */
export function useHostCpus(): void {
  if (availableParallelism() >= CPUS_FOR_THREAD) compileInBackground();
}

/** What the arguments say of a CPU. */
export interface EngineSettings {
  readonly engine?: EngineName;
  readonly jit?: { readonly cacheSize?: number; readonly profile?: true };
}

/** @param profile has compiled regions count what they do; the engine is a compiler then */
export function engineSettings({ engine, jitCache }: EngineArguments, profile = false): EngineSettings {
  if (engine === 'interpreter' && jitCache !== undefined) {
    throw new UsageError(
      '--jit-cache is for compiled code, and --engine interpreter compiles none',
      'Leave one of the two options out.',
    );
  }
  const jit = {
    ...(jitCache !== undefined && { cacheSize: jitCache }),
    ...(profile && { profile: true as const }),
  };
  const chosen = profile ? 'jit' : engine;
  return {
    ...(chosen !== undefined && { engine: chosen }),
    ...(Object.keys(jit).length > 0 && { jit }),
  };
}
