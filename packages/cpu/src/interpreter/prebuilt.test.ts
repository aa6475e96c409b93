import { planMachineMemory } from '@armature/core';
import { expect, test } from 'vitest';
import { cpuModel } from '../models/index.ts';
import { layOutArena } from './code-arena.ts';
import { ANY_SIZE, type CompiledShape } from './compiled-module.ts';
import { buildInterpreterModule } from './module.ts';
import { prebuild } from './prebuild.ts';
import { fillIn, findPrebuilt, type PrebuiltEntry, type PrebuiltModule } from './prebuilt.ts';

function entryOf(name: string): PrebuiltEntry & { readonly built: PrebuiltModule } {
  const { features } = cpuModel(name);
  const { packed, ...rest } = prebuild(features);
  // As the build writes it.
  const built = JSON.parse(JSON.stringify({ ...rest, base64: Buffer.from(packed).toString('base64') }));
  return { features: [...features], load: async () => built, built };
}

const small = entryOf('cortex-a72');
const large = entryOf('max');
const entries = [large, small];

const plan = planMachineMemory({ cpus: 2, codeArenaBytes: 32 * 2 ** 20 });
const shape = (model: string, changes: Partial<CompiledShape> = {}): CompiledShape => ({
  state: plan.activeState,
  arena: layOutArena(plan.codeArena),
  features: cpuModel(model).features,
  regions: true,
  shared: false,
  ...changes,
});

test.each(['cortex-a72', 'max'])(
  'a module for %s is what would be emitted, with numbers filled in',
  async (name) => {
    // Numbers of as many bytes as the places have.
    const arena = { records: 0, capacity: 0, heatBias: 0x8123_4567, coveredBias: 0xfedc_ba98 };
    for (const shared of [false, true]) {
      const wanted = shape(name, { arena, shared });
      const found = await findPrebuilt(entries, wanted);
      const emitted = buildInterpreterModule({ ...wanted, memory: { ...ANY_SIZE, shared } });
      expect(Buffer.compare(fillIn(found!, wanted), emitted.bytes)).toBe(0);
      expect(found!.numbers).toEqual(emitted.handlers.numbers);
    }
  },
);

test('small numbers take the same room', async () => {
  const wanted = shape('cortex-a72');
  const bytes = fillIn(small.built, wanted);
  expect(bytes).toHaveLength(small.built.length);
  expect(WebAssembly.validate(bytes)).toBe(true);
});

test('the smallest that has the features is taken', async () => {
  expect(await findPrebuilt(entries, shape('cortex-a72'))).toBe(small.built);
  expect(await findPrebuilt(entries, shape('max'))).toBe(large.built);
  const fewer = new Set(['base', 'FEAT_FP'] as const);
  expect(await findPrebuilt(entries, shape('cortex-a72', { features: fewer }))).toBe(small.built);
});

test('none is taken that does not fit', async () => {
  // Without FEAT_BTI, and with more than the small one has.
  expect(await findPrebuilt(entries, shape('cortex-a76'))).toBeUndefined();
  expect(await findPrebuilt(entries, shape('max', { regions: false }))).toBeUndefined();
  expect(await findPrebuilt(entries, shape('max', { state: 8192 }))).toBeUndefined();
  const stale = { ...large, load: async () => ({ ...large.built, layout: '[]' }) };
  expect(await findPrebuilt([stale], shape('max'))).toBeUndefined();
});
