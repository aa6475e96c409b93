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

test('functions of a module on what the host gives', () => {
  const write = (): Uint8Array<ArrayBuffer> => {
    const builder = new ModuleBuilder();
    const ask = builder.importFunction('ask', 0, 1);
    builder.define('answer', 0, 1, () => ask());
    return builder.bytes();
  };
  const cache = new ModuleCache();
  const answers = [1, 2].map((number) =>
    cache.instantiate<{ answer(): number }>('ask', write, { ask: () => number }).answer(),
  );
  expect(answers).toEqual([1, 2]);
});
