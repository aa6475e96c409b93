import { isArmatureError } from '@armature/core';
import { FEATURES, type Feature } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import { cortexA72 } from './cortex-a72.ts';
import { FEATURE_FIELDS } from './feature-fields.ts';
import { cpuModel, cpuModelNames, cpuModels, idField, withoutUnimplemented } from './index.ts';
import { max } from './max.ts';

const models = Object.values(cpuModels);

describe('models by name', () => {
  test('are found by their names', () => {
    expect(cpuModelNames).toEqual([
      'cortex-a53',
      'cortex-a57',
      'cortex-a72',
      'cortex-a76',
      'neoverse-n1',
      'max',
    ]);
    for (const name of cpuModelNames) expect(cpuModel(name).name).toBe(name);
  });

  test.each(['cortex-a9', 'toString', ''])('%j is an error that lists them', (name) => {
    let thrown: unknown;
    try {
      cpuModel(name);
    } catch (error) {
      thrown = error;
    }
    expect(isArmatureError(thrown) && thrown.code).toBe('CONFIG_INVALID');
    expect(thrown).toMatchObject({
      hint: 'The models are cortex-a53, cortex-a57, cortex-a72, cortex-a76, neoverse-n1, max.',
    });
  });
});

describe.each(models)('$name', (model) => {
  const field = (register: string, shift: number): number => idField(model.idRegisters[register], shift);

  test('has EL0 and EL1 in AArch64 state only, and no monitors or trace', () => {
    expect(model.idRegisters.ID_AA64PFR0_EL1 & 0xffffn).toBe(0x11n);
    expect(model.idRegisters.ID_AA64DFR0_EL1 & 0xff0n).toBe(0n);
  });

  test('has little-endian data and one address space', () => {
    expect([8, 12, 16].map((shift) => field('ID_AA64MMFR0_EL1', shift))).toEqual([0, 0, 0]);
  });

  test('claims no feature that it lacks', () => {
    for (const { register, field: name, shift, levels, absent } of FEATURE_FIELDS) {
      if (model.features.has(levels[0][0]) || absent === undefined) continue;
      const value = idField(model.idRegisters[register] ?? 0n, shift);
      expect(`${register}.${name} = ${value}`).toBe(`${register}.${name} = ${absent}`);
    }
  });

  test('has features of its nominal ones', () => {
    for (const feature of model.features) expect(model.nominalFeatures).toContain(feature);
    expect(model.features).toContain('base');
  });

  test('zeroes blocks of 64 bytes', () => expect(model.idRegisters.DCZID_EL0).toBe(4n));
});

describe('identification', () => {
  test('keeps MIDR_EL1 of the real CPUs', () => {
    expect(models.map(({ idRegisters }) => idRegisters.MIDR_EL1)).toEqual([
      0x410f_d034n,
      0x411f_d070n,
      0x410f_d083n,
      0x414f_d0b1n,
      0x414f_d0c1n,
      0x000f_0510n,
    ]);
  });

  test('tells the translation features', () => {
    const v8 = {
      asidBits: 16,
      granules: [4, 64],
      hardwareUpdates: 'none',
      hpds: false,
      e0pd: false,
      bti: false,
      pan2: false,
      tlbios: false,
      tlbirange: false,
    };
    const updates = 'access-flag-and-dirty-state';
    const v82 = { ...v8, granules: [4, 16, 64], hardwareUpdates: updates, hpds: true, pan2: true };
    expect(models.map(({ translation }) => translation)).toEqual([
      { ...v8, physicalAddressBits: 40 },
      { ...v8, physicalAddressBits: 44 },
      { ...v8, physicalAddressBits: 44 },
      { ...v82, physicalAddressBits: 40 },
      { ...v82, physicalAddressBits: 48 },
      { ...v82, physicalAddressBits: 48, e0pd: true, bti: true, tlbios: true, tlbirange: true },
    ]);
  });

  test('of max needs no page-table isolation', () => {
    expect(idField(cpuModels.max.idRegisters.ID_AA64PFR0_EL1, 60)).toBe(1);
  });
});

describe('derivation from features', () => {
  const all: ReadonlySet<Feature> = new Set(FEATURES);

  test('with everything implemented gives the real Cortex-A72 but for EL2, EL3, AArch32, trace and monitors', () => {
    const { idRegisters, features } = withoutUnimplemented(cortexA72, all);
    expect(features).toEqual(new Set(cortexA72.features));
    expect(idRegisters.ID_AA64PFR0_EL1).toBe(0x11n);
    expect(idRegisters.ID_AA64ISAR0_EL1).toBe(0x1_1120n);
    expect(idRegisters.ID_AA64DFR0_EL1).toBe(0x1030_5006n);
    expect(idRegisters.ID_AA64MMFR0_EL1).toBe(0x24n);
  });

  test('with nothing but the base says FP and AdvSIMD are not there', () => {
    const { idRegisters } = withoutUnimplemented(cortexA72, new Set<Feature>(['base']));
    expect(idRegisters.ID_AA64PFR0_EL1).toBe(0xff_0011n);
    expect(idRegisters.ID_AA64ISAR0_EL1).toBe(0n);
  });

  test('counts a level only with those below it', () => {
    const isar0 = (...features: Feature[]): bigint =>
      withoutUnimplemented(max, new Set(features)).idRegisters.ID_AA64ISAR0_EL1;
    expect(isar0('FEAT_PMULL', 'FEAT_SHA512', 'FEAT_FlagM2')).toBe(0n);
    expect(isar0('FEAT_AES', 'FEAT_PMULL', 'FEAT_SHA256', 'FEAT_LSE', 'FEAT_FlagM')).toBe(
      (1n << 52n) | (2n << 20n) | (1n << 12n) | (2n << 4n),
    );
  });

  test('has a field for every feature', () => {
    const known = new Set(FEATURE_FIELDS.flatMap(({ levels }) => levels.map(([feature]) => feature)));
    // The field of its algorithm says that a CPU has pointer authentication.
    expect(FEATURES.filter((feature) => !known.has(feature))).toEqual(['base', 'FEAT_PAuth']);
  });

  test('has no two fields in the same bits', () => {
    const places = FEATURE_FIELDS.map(({ register, shift }) => `${register} ${shift}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test('refuses addresses above 48 bits', () => {
    const wide = { ...max, idRegisters: { ...max.idRegisters, ID_AA64MMFR0_EL1: 0x26n } };
    expect(() => withoutUnimplemented(wide)).toThrow('PARange');
  });
});

describe('changes of features', () => {
  test('identification registers follow', () => {
    const changed = cpuModel('cortex-a72', { remove: ['FEAT_CRC32'] });
    expect(changed.features.has('FEAT_CRC32')).toBe(false);
    expect(idField(changed.idRegisters.ID_AA64ISAR0_EL1, 16)).toBe(0);
    expect(idField(cpuModel('cortex-a72').idRegisters.ID_AA64ISAR0_EL1, 16)).toBe(1);
    const back = withoutUnimplemented({ ...cortexA72, features: [] });
    expect(back.features.size).toBe(0);
  });

  test('a feature goes with those that build on it', () => {
    const changed = cpuModel('max', { remove: ['FEAT_AES', 'FEAT_PAuth', 'FEAT_PAN'] });
    for (const feature of ['FEAT_PMULL', 'FEAT_PACIMP', 'FEAT_PAN2'] as const) {
      expect([feature, changed.features.has(feature)]).toEqual([feature, false]);
    }
    expect(changed.idRegisters.ID_AA64ISAR1_EL1 & 0xff00_0ff0n).toBe(0n);
  });

  test('the algorithm of pointer authentication is the fast one, or QARMA5 for the asking', () => {
    // APA, API, GPA and GPI.
    const fields = (...changes: Parameters<typeof cpuModel>): number[] =>
      [4, 8, 24, 28].map((shift) => idField(cpuModel(...changes).idRegisters.ID_AA64ISAR1_EL1 ?? 0n, shift));
    expect(fields('max')).toEqual([0, 1, 0, 1]);
    expect(fields('max', { add: ['FEAT_PACQARMA5'] })).toEqual([1, 0, 1, 0]);
    expect(fields('cortex-a72', { add: ['FEAT_PAuth'] })).toEqual([0, 1, 0, 1]);
    expect(fields('cortex-a72', { add: ['FEAT_PAuth', 'FEAT_PACQARMA5'] })).toEqual([1, 0, 1, 0]);
    expect(fields('cortex-a72', { add: ['FEAT_PACQARMA5'] })).toEqual([0, 0, 0, 0]);
  });

  test('unknown and unimplemented features are refused', () => {
    expect(() => cpuModel('max', { remove: ['FEAT_X' as never] })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect(() => cpuModel('max', { add: ['FEAT_LSE2'] })).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });
});
