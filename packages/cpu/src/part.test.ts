import { isArmatureError } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { type CpuOptions, cpu } from './part.ts';

const codeOf = (options: object): string | undefined => {
  try {
    cpu(options as CpuOptions);
  } catch (error) {
    return isArmatureError(error) ? error.code : String(error);
  }
  return undefined;
};

describe('the cpu part', () => {
  test('is a Cortex-A72 with the fastest engine unless told otherwise', () => {
    expect(cpu().toJSON?.()).toEqual({ part: 'cpu', model: 'cortex-a72' });
    expect(cpu({ model: 'max', engine: 'interpreter' }).toJSON?.()).toEqual({
      part: 'cpu',
      model: 'max',
      engine: 'interpreter',
    });
  });

  test('says what it offers and needs', () => {
    const { provides, requires, cpus } = cpu();
    expect({ provides, requires, cpus }).toEqual({
      provides: ['cpu'],
      requires: ['address-translation', 'exceptions', 'ram'],
      cpus: 1,
    });
  });

  test('may have random numbers from a seed', () => {
    expect(cpu({ random: { seed: 7 } }).toJSON?.()).toEqual({
      part: 'cpu',
      model: 'cortex-a72',
      random: { seed: 7 },
    });
  });

  test.each([
    { model: 'cortex-a9' },
    { model: '' },
    { engine: 'fastest' },
    { random: { seed: 0.5 } },
    { random: { seed: 2 ** 32 } },
    { jit: { threshold: 0.5 } },
    { jit: { cacheSize: 4096 } },
    { jit: { batch: 0 } },
  ])('refuses %j', (options) => {
    expect(codeOf(options)).toBe('CONFIG_INVALID');
  });
});
