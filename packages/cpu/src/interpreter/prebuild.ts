import { planMachineMemory } from '@armature/core';
import type { Feature } from '@armature/isa';
import { ANY_SIZE } from './compiled-module.ts';
import { buildInterpreterModule } from './module.ts';
import { pack } from './packing.ts';
import { LEB_BYTES, layoutKey, type Places, type PrebuiltModule } from './prebuilt.ts';

/** Numbers of five bytes each, which differ in all of them. */
const PLACEHOLDER = 0x8000_0000;
const OTHER = 0xffff_ffff;

/** A module before it is text. */
export type BuiltModule = Omit<PrebuiltModule, 'base64'> & { readonly packed: Uint8Array };

/** Makes a module for machines whose CPUs have certain features. Places are found by what changes. */
export function prebuild(features: ReadonlySet<Feature>): BuiltModule {
  const { activeState: state } = planMachineMemory({ cpus: 1, codeArenaBytes: 0 });
  const arena = { records: 0, capacity: 0, heatBias: PLACEHOLDER, coveredBias: PLACEHOLDER };
  const build = (changes: Partial<typeof arena>, shared = false) =>
    buildInterpreterModule({
      state,
      features,
      regions: true,
      arena: { ...arena, ...changes },
      memory: { ...ANY_SIZE, shared },
    });
  const { bytes, handlers } = build({});
  const [memoryFlags, ...more] = differences(bytes, build({}, true).bytes);
  if (more.length > 0) throw new Error('code generator: shared memory changes more than its flag');
  const places: Places = {
    heatBias: lebPlaces(differences(bytes, build({ heatBias: OTHER }).bytes)),
    coveredBias: lebPlaces(differences(bytes, build({ coveredBias: OTHER }).bytes)),
    memoryFlags,
  };
  return {
    layout: layoutKey(),
    state,
    places,
    numbers: handlers.numbers,
    length: bytes.length,
    packed: pack(bytes),
  };
}

function differences(a: Uint8Array, b: Uint8Array): number[] {
  if (a.length !== b.length) throw new Error('code generator: lengths differ');
  const places: number[] = [];
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) places.push(index);
  return places;
}

/** Beginnings of numbers all of whose bytes are in a list. */
function lebPlaces(bytes: readonly number[]): number[] {
  const places = bytes.filter((_, index) => index % LEB_BYTES === 0);
  const whole = bytes.length === places.length * LEB_BYTES;
  if (whole && places.every((at, index) => bytes[index * LEB_BYTES + LEB_BYTES - 1] === at + LEB_BYTES - 1)) {
    return places;
  }
  throw new Error('code generator: a number is not where one was expected');
}
