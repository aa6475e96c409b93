import type { Part, PhysicalMemory } from '@armature/core';
import type { HostFiles } from './files.ts';
import type { SemihostingConsole } from './handles.ts';
import { type HeapInfo, Semihosting } from './semihosting.ts';

export interface SemihostingOptions {
  /** Default: output is dropped, and there is no input. */
  readonly console?: SemihostingConsole;
  /** Default: there are no files. */
  readonly files?: HostFiles;
  /** What the guest gets as its command line. Default: empty. */
  readonly commandLine?: string;
  /** Default: the upper half of the largest RAM, the heap from its bottom and the stack from its top. */
  readonly heap?: HeapInfo;
  /** Seconds since 1970. Default: those of the machine's clock, from 0. */
  readonly time?: () => number;
  /** Called with the guest's exit status, 0 to 255, before the machine is switched off. */
  readonly onExit?: (status: number) => void;
}

const NO_CONSOLE: SemihostingConsole = { write: () => {}, read: () => 0 };

/**
 * Arm semihosting as a part of a machine.
 *
 * @example
 * createMachine().use(semihosting({ console: { write: (bytes) => show(bytes), read: () => 0 } }))
 */
export function semihosting(options: SemihostingOptions = {}): Part<'semihosting'> {
  return {
    name: 'semihosting',
    provides: ['semihosting'],
    requires: [],
    create(context) {
      const { console = NO_CONSOLE, files, commandLine, time, onExit } = options;
      const calls = new Semihosting({
        console,
        heap: options.heap ?? upperHalf(context.memory),
        now: () => context.clock.now(),
        exit: (status) => {
          onExit?.(status);
          context.requestPower('off');
        },
        onCall: (operation, result) =>
          context.trace('semihosting', () => `operation 0x${operation.toString(16)} returns ${result}`),
        ...(files && { files }),
        ...(commandLine !== undefined && { commandLine }),
        ...(time && { time }),
      });
      return {
        capabilities: { semihosting: calls },
        reset: () => calls.reset(),
        dispose: () => calls.reset(),
      };
    },
    toJSON: () => ({
      part: 'semihosting',
      ...(options.commandLine !== undefined && { commandLine: options.commandLine }),
      ...(options.heap && { heap: addresses(options.heap) }),
    }),
  };
}

/** The JSON form of a heap: a number has too few bits for every address. */
function addresses(heap: HeapInfo): Record<keyof HeapInfo, string> {
  const written = (address: bigint): string => `0x${BigInt.asUintN(64, address).toString(16)}`;
  return {
    heapBase: written(heap.heapBase),
    heapLimit: written(heap.heapLimit),
    stackBase: written(heap.stackBase),
    stackLimit: written(heap.stackLimit),
  };
}

/** Images are loaded low and firmware leaves its tables there: the upper half of RAM is free. */
function upperHalf(memory: PhysicalMemory): HeapInfo {
  const ram = memory.regions.filter(({ kind }) => kind === 'ram').sort((a, b) => b.size - a.size)[0];
  if (ram === undefined) return { heapBase: 0n, heapLimit: 0n, stackBase: 0n, stackLimit: 0n };
  const middle = BigInt(ram.base + Math.floor(ram.size / 32) * 16);
  const end = BigInt(ram.base + ram.size);
  return { heapBase: middle, heapLimit: end, stackBase: end, stackLimit: middle };
}
