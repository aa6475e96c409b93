import { expect, test, vi } from 'vitest';
import { hostFusesMultiplyAdd } from './host-fused.ts';

test('asks the host once', () => {
  const answer = hostFusesMultiplyAdd();
  const validate = vi.spyOn(WebAssembly, 'validate');
  expect(hostFusesMultiplyAdd()).toBe(answer);
  expect(validate).not.toHaveBeenCalled();
});

test('a host without relaxed vector instructions does not fuse', async () => {
  vi.resetModules();
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  const fresh = await import('./host-fused.ts');
  expect(fresh.hostFusesMultiplyAdd()).toBe(false);
  validate.mockRestore();
});
