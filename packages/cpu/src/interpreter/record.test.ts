import { describe, expect, test } from 'vitest';
import { RecordLayout } from './record.ts';

const none = (): { lo: number; hi: number } => ({ lo: 0, hi: 0 });

describe('a record layout', () => {
  test('gives one place to one key', () => {
    const layout = new RecordLayout();
    const first = layout.place('Rd', 2, none);
    expect(layout.place('Rn', 2, none)).not.toBe(first);
    expect(layout.place('Rd', 2, none)).toBe(first);
    expect(layout.slots.map(({ key }) => key)).toEqual(['Rd', 'Rn']);
  });

  test('has room for three registers and a 64-bit constant', () => {
    const layout = new RecordLayout();
    for (const key of ['Rd', 'Rn', 'Rm']) layout.place(key, 2, none);
    expect(layout.place('imm', 8, none)).toBe(8);
    expect(() => layout.place('more', 2, none)).toThrow('no room in the record for more');
  });

  test('has room for three registers, two small constants and a 32-bit one', () => {
    const layout = new RecordLayout();
    const keys = ['Rd', 'Rn', 'Rm', 'shift', 'flags'];
    const places = keys.map((key) => layout.place(key, 2, none));
    expect(layout.place('imm', 4, none)).toBe(8);
    expect(new Set(places).size).toBe(5);
    expect(() => layout.place('more', 4, none)).toThrow('no room');
  });

  test('has room for two 32-bit constants, and for no third', () => {
    const layout = new RecordLayout();
    expect([layout.place('left', 4, none), layout.place('right', 4, none)]).toEqual([8, 12]);
    expect(() => layout.place('third', 4, none)).toThrow('no room');
  });

  test('remembers how values are computed', () => {
    const layout = new RecordLayout();
    layout.placeSmall('twice', ({ imm }) => 2 * imm);
    expect(layout.slots[0]).toMatchObject({ key: 'twice', width: 2 });
    expect(layout.slots[0].compute({ imm: 21 })).toEqual({ lo: 42, hi: 0 });
  });
});
