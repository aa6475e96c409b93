import { createExceptionModel } from '@armature/exceptions';
import { decode, type Feature, table } from '@armature/isa';
import { createTranslation } from '@armature/mmu';
import { describe, expect, test } from 'vitest';
import { type CpuModel, cpuModel, IMPLEMENTED_FEATURES } from '../src/models/index.ts';
import { pstateFeatures } from '../src/part.ts';
import { cpuRegisters } from '../src/registers/index.ts';
import { bareMachine } from './bare-machine.ts';

const max = cpuModel('max');

/** Names of all system registers and operations of a CPU. */
async function registersOf(model: CpuModel): Promise<Set<string>> {
  const { cpu, memory } = await bare;
  const translator = createTranslation().createTranslator(cpu, memory, model.translation);
  const rows = [
    ...cpuRegisters(model),
    ...translator.registers,
    ...createExceptionModel(pstateFeatures(model.features)).registers,
  ];
  return new Set(rows.map(({ name }) => name));
}

const bare = bareMachine({ model: 'max' });

const keys = (name: string): string[] => [`${name}Lo_EL1`, `${name}Hi_EL1`];
const TLBI = ['VMALLE1', 'VAE1', 'ASIDE1', 'VAAE1', 'VALE1', 'VAALE1'];
const RANGES = ['RVAE1', 'RVAAE1', 'RVALE1', 'RVAALE1'];

/** Registers and operations that go with a feature. */
const REGISTERS: Partial<Record<Feature, readonly string[]>> = {
  FEAT_CSV2: ['SCXTNUM_EL0', 'SCXTNUM_EL1'],
  FEAT_CSV2_2: ['SCXTNUM_EL0', 'SCXTNUM_EL1'],
  FEAT_DIT: ['DIT'],
  FEAT_DPB: ['DC CVADP', 'DC CVAP'],
  FEAT_DPB2: ['DC CVADP'],
  FEAT_FP: ['FPCR', 'FPSR'],
  FEAT_LOR: ['LORC_EL1', 'LOREA_EL1', 'LORID_EL1', 'LORN_EL1', 'LORSA_EL1'],
  FEAT_PAN: ['AT S1E1RP', 'AT S1E1WP', 'PAN'],
  FEAT_PAN2: ['AT S1E1RP', 'AT S1E1WP'],
  FEAT_PAuth: ['APIAKey', 'APIBKey', 'APDAKey', 'APDBKey', 'APGAKey'].flatMap(keys),
  FEAT_RAS: ['DISR_EL1', 'ERRIDR_EL1'],
  FEAT_RNG: ['RNDR', 'RNDRRS'],
  FEAT_SPECRES: ['CFP RCTX', 'CPP RCTX', 'DVP RCTX'],
  FEAT_SSBS: ['SSBS'],
  FEAT_SSBS2: ['SSBS'],
  FEAT_TLBIOS: [
    ...TLBI.map((name) => `TLBI ${name}OS`),
    ...['', 'IS', 'OS'].flatMap((suffix) => RANGES.map((name) => `TLBI ${name}${suffix}`)),
  ],
  FEAT_TLBIRANGE: ['', 'IS', 'OS'].flatMap((suffix) => RANGES.map((name) => `TLBI ${name}${suffix}`)),
  FEAT_UAO: ['UAO'],
};

const switchable = [...IMPLEMENTED_FEATURES].filter((feature) => feature !== 'base');

describe.each(switchable)('%s', (feature) => {
  const without = cpuModel('max', { remove: [feature] });

  test('its instructions are not its own without it', () => {
    const rows = table.filter((row) => row.feature === feature);
    const decoded = rows.filter(({ id, value }) => decode(value, without.features)?.id === id);
    expect(decoded.map(({ id }) => id)).toEqual([]);
  });

  test('its registers are not there without it', async () => {
    const [all, left] = await Promise.all([registersOf(max), registersOf(without)]);
    const gone = [...all].filter((name) => !left.has(name)).sort();
    expect(gone).toEqual([...(REGISTERS[feature] ?? [])].sort());
  });

  test('can be added to a Cortex-A53, which has identification registers of its own', () => {
    const plain = cpuModel('cortex-a53');
    const needs: Partial<Record<Feature, readonly Feature[]>> = {
      FEAT_PACIMP: ['FEAT_PAuth'],
      FEAT_PACQARMA5: ['FEAT_PAuth'],
      FEAT_CSV2_2: ['FEAT_CSV2'],
      FEAT_CSV2_3: ['FEAT_CSV2', 'FEAT_CSV2_2'],
      FEAT_DPB2: ['FEAT_DPB'],
      FEAT_FlagM2: ['FEAT_FlagM'],
      FEAT_HPDS2: ['FEAT_HPDS'],
      FEAT_LRCPC2: ['FEAT_LRCPC'],
      FEAT_PAN2: ['FEAT_PAN'],
      FEAT_SSBS2: ['FEAT_SSBS'],
      FEAT_TLBIRANGE: ['FEAT_TLBIOS'],
    };
    const added = cpuModel('cortex-a53', { add: [...(needs[feature] ?? []), feature] });
    expect(added.features.has(feature)).toBe(true);
    if (!plain.features.has(feature)) expect(added.idRegisters).not.toEqual(plain.idRegisters);
  });
});
