import { formatAddress, formatBytes } from '@armature/core';

/** Why code that regions were made of is no longer what it was. */
export type ChangeCause =
  /** A CPU stored to it. */
  | 'store'
  /** The host wrote memory: a device's DMA, a loader, a debugger. */
  | 'host-write';

/** Something that the compiler did. Addresses are virtual, times milliseconds. */
export type RegionEvent =
  | {
      readonly kind: 'compiled';
      readonly address: bigint;
      readonly instructions: number;
      /** Of WebAssembly. */
      readonly bytes: number;
      readonly time: number;
    }
  | {
      readonly kind: 'batch';
      readonly regions: number;
      /** Of the module. */
      readonly bytes: number;
      readonly emitTime: number;
      readonly hostTime: number;
    }
  | {
      readonly kind: 'invalidated';
      readonly address: bigint;
      readonly instructions: number;
      readonly cause: ChangeCause | 'evicted';
    }
  /** Code of a page changed again: its regions must be this hot to be compiled. */
  | { readonly kind: 'hotter'; readonly address: bigint; readonly threshold: number }
  /** Predecoded code was forgotten, and all regions with it. */
  | { readonly kind: 'cleared'; readonly regions: number };

const CAUSES: Readonly<Record<ChangeCause | 'evicted', string>> = {
  store: 'its code was stored to',
  'host-write': 'the host wrote its code',
  evicted: 'evicted',
};

const milliseconds = (time: number): string => `${time.toFixed(3)} ms`;

/** The event as a line of a trace. */
export function describeRegionEvent(event: RegionEvent): string {
  switch (event.kind) {
    case 'compiled':
      return (
        `region ${formatAddress(event.address)} compiled: ${event.instructions} instructions, ` +
        `${event.bytes} bytes, ${milliseconds(event.time)}`
      );
    case 'batch':
      return (
        `batch of ${event.regions} compiled: ${formatBytes(event.bytes)}, ` +
        `${milliseconds(event.emitTime)} to emit, ${milliseconds(event.hostTime)} in the host's compiler`
      );
    case 'invalidated':
      return `region ${formatAddress(event.address)} invalidated: ${CAUSES[event.cause]}`;
    case 'hotter':
      return `page ${formatAddress(event.address)} became hotter: compiled after ${event.threshold} branches`;
    default:
      return `all ${event.regions} regions dropped: predecoded code was forgotten`;
  }
}
