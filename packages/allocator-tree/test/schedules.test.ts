import { describe, expect, test } from 'vitest';
import { instantiate } from '../src/code/instance.ts';
import { layoutOf, readHeader } from '../src/layout.ts';
import { TreeAllocator } from '../src/tree-allocator.ts';
import { runScenario, SCENARIOS } from './scenarios.ts';

describe('every schedule with few preemptions', () => {
  test.each(SCENARIOS)('$name', (scenario) => {
    const schedules = runScenario({ TreeAllocator, layoutOf, readHeader, instantiate }, scenario);
    expect(schedules).toBeGreaterThan(10);
  });
});
