import {
  CODE_PAGE,
  CPU_STATE,
  FETCH_TLB,
  PSTATE,
  REGISTER_SLOT,
  SHARED_SYSTEM_REGISTERS,
  SOFT_TLB,
} from '@armature/core';
import type { Feature } from '@armature/isa';
import type { CompiledShape } from './compiled-module.ts';
import type { HandlerNumbers } from './handlers.ts';
import { unpack } from './packing.ts';

/**
 * An interpreter's module as this package's build makes it, so that starting a machine does not emit it from the
 * semantics again. What differs between machines of the same features is filled in: see {@link Places}.
 */
export interface PrebuiltModule {
  /** What the code in it takes for granted: {@link layoutKey} when it was made. */
  readonly layout: string;
  readonly state: number;
  readonly places: Places;
  readonly numbers: HandlerNumbers;
  /** Length of the module, and its bytes, packed, in base64. */
  readonly length: number;
  readonly base64: string;
}

/** Offsets in the module's bytes. */
export interface Places {
  /** Of five-byte LEB128 numbers. */
  readonly heatBias: readonly number[];
  readonly coveredBias: readonly number[];
  /** Of the flags of the imported memory's limits. */
  readonly memoryFlags: number;
}

/** A module that the build made, and which machines it is for. */
export interface PrebuiltEntry {
  readonly features: readonly Feature[];
  load(): Promise<PrebuiltModule>;
}

/** What code has of other packages: a module made under other constants is of no use. */
export const layoutKey = (): string =>
  JSON.stringify(
    [CPU_STATE, REGISTER_SLOT, SOFT_TLB, FETCH_TLB, CODE_PAGE, PSTATE, SHARED_SYSTEM_REGISTERS],
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );

/** A memory with a maximum; the same, shared. */
export const MEMORY_FLAGS = { own: 1, shared: 3 } as const;

export const LEB_BYTES = 5;

/** Whether a module for `built` features runs a machine that has `wanted`: handlers of others are never named. */
function serves(built: readonly Feature[], wanted: ReadonlySet<Feature>): boolean {
  const has = new Set(built);
  return has.has('FEAT_BTI') === wanted.has('FEAT_BTI') && [...wanted].every((feature) => has.has(feature));
}

/** The smallest module that runs such a machine, if there is one. */
export async function findPrebuilt(
  entries: readonly PrebuiltEntry[],
  { features, regions, state }: CompiledShape,
): Promise<PrebuiltModule | undefined> {
  if (!regions) return undefined;
  const [entry] = entries
    .filter((one) => serves(one.features, features))
    .sort((a, b) => a.features.length - b.features.length);
  const built = await entry?.load();
  return built !== undefined && built.state === state && built.layout === layoutKey() ? built : undefined;
}

/** The bytes of a module for a machine. */
export function fillIn(
  { base64, length, places }: PrebuiltModule,
  { arena, shared }: Pick<CompiledShape, 'arena' | 'shared'>,
): Uint8Array<ArrayBuffer> {
  const bytes = unpack(decodeBase64(base64), length);
  for (const at of places.heatBias) writeLeb(bytes, at, arena.heatBias);
  for (const at of places.coveredBias) writeLeb(bytes, at, arena.coveredBias);
  bytes[places.memoryFlags] = shared ? MEMORY_FLAGS.shared : MEMORY_FLAGS.own;
  return bytes;
}

/** An unsigned number in all bytes that one of 32 bits may take. */
function writeLeb(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < LEB_BYTES; index++) {
    const more = index < LEB_BYTES - 1 ? 0x80 : 0;
    bytes[at + index] = ((value >>> (7 * index)) & 0x7f) | more;
  }
}

function decodeBase64(text: string): Uint8Array {
  const host = Uint8Array as { fromBase64?: (text: string) => Uint8Array };
  if (host.fromBase64 !== undefined) return host.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
