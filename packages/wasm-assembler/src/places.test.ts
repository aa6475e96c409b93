import { expect, test } from 'vitest';
import { atLeastPages, bit, bytes, constant, increase, ModuleBuilder, not, word, words } from './index.ts';

test('words and bytes by number, and steps on words', () => {
  const builder = new ModuleBuilder();
  builder.importMemory(atLeastPages(1));
  const [table, letters, count] = [words(64), bytes(256), word(8)];
  builder.define('mark', 1, 1, (local, number) => {
    const after = local();
    return [
      table(number!.get).set(not(bit(number!.get))),
      letters(number!.get).set(constant(0x1ff)),
      after.set(count.get),
      increase(after),
      increase(after, -3),
      count.set(after.get),
      count.get,
    ];
  });
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Int32Array(memory.buffer)[2] = 10;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.bytes()), { host: { memory } });
  expect((exports as { mark(number: number): number }).mark(3)).toBe(8);
  const view = new DataView(memory.buffer);
  expect(view.getInt32(64 + 12, true)).toBe(~8);
  expect([view.getUint8(258), view.getUint8(259), view.getUint8(260)]).toEqual([0, 0xff, 0]);
});
