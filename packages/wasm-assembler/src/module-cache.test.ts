import { expect, test } from 'vitest';
import { constant, ModuleBuilder, ModuleCache } from './index.ts';

test('a module is made once, unless others were asked for since', () => {
  const cache = new ModuleCache(2);
  const written: string[] = [];
  const get = (key: string): WebAssembly.Module =>
    cache.get(key, () => {
      written.push(key);
      const builder = new ModuleBuilder();
      builder.define('one', 0, 1, () => constant(1));
      return builder.bytes();
    });
  const first = get('a');
  get('b');
  expect(get('a')).toBe(first);
  get('c');
  expect(get('a')).toBe(first);
  get('b');
  expect(written).toEqual(['a', 'b', 'c', 'b']);
});
