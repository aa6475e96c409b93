import { isArmatureError } from '@armature/core';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, expect, test } from 'vitest';
import { CfiFlash, type CfiFlashConfig } from './cfi-flash.ts';
import { FLASH_COMMAND as C, FLASH_STATUS as S } from './commands.ts';

const SIZE = 0x1_0000;
const SECTOR = 0x1000;
const both = (value: number): number => ((value << 16) | value) >>> 0;

function make(config: Partial<CfiFlashConfig> = {}) {
  const contents = config.contents ?? new Uint8Array(SIZE).fill(0xff);
  const modes: boolean[] = [];
  const changes: [number, number][] = [];
  const errors: string[] = [];
  const flash = new CfiFlash({
    contents,
    sectorSize: SECTOR,
    onModeChange: (array) => modes.push(array),
    onChange: (offset, length) => changes.push([offset, length]),
    onError: (message) => errors.push(message()),
    ...config,
  });
  const write = (offset: number, value: number): void => flash.write(offset, 4, value);
  const command = (offset: number, value: number): void => write(offset, both(value));
  const read = (offset: number): number => flash.read(offset, 4);
  const status = (): number => {
    command(0, C.READ_STATUS);
    return flash.read(0, 1);
  };
  const program = (offset: number, value: number): void => {
    command(offset, C.PROGRAM);
    write(offset, value);
  };
  const erase = (offset: number): void => {
    command(offset, C.BLOCK_ERASE);
    command(offset, C.CONFIRM);
  };
  const lock = (offset: number, second: number): void => {
    command(offset, C.LOCK_SETUP);
    command(offset, second);
  };
  return { flash, contents, modes, changes, errors, write, command, read, status, program, erase, lock };
}

describe('contract', () => {
  // Contents are the owner's: here they are kept with the component, and a reset restores them.
  const suite = mmioDeviceContract(() => {
    const { flash, contents } = make();
    return {
      device: flash,
      size: SIZE,
      component: {
        reset() {
          flash.reset();
          contents.fill(0xff);
        },
        snapshot: () => {
          const { type, version, state } = flash.snapshot();
          return { type, version, state: { flash: state, contents: contents.slice() } };
        },
        restore({ type, version, state }) {
          const saved = state as { flash: unknown; contents: Uint8Array };
          flash.restore({ type, version, state: saved.flash });
          contents.set(saved.contents);
        },
      },
    };
  });
  for (const { name, run } of suite) test(name, run);
});

describe('reading', () => {
  test('array mode gives the contents in every size', () => {
    const { flash, contents } = make();
    contents.set([1, 2, 3, 4, 5], 0x100);
    expect([flash.read(0x100, 4), flash.read(0x101, 2), flash.read(0x104, 1)]).toEqual([
      0x0403_0201, 0x0302, 5,
    ]);
    expect(flash.inArrayMode).toBe(true);
  });

  test('every other command leaves array mode, READ_ARRAY and unknown ones return to it', () => {
    const { modes, command, flash } = make();
    for (const code of [C.READ_STATUS, C.READ_ID, C.CFI_QUERY, C.SUSPEND, C.CONFIRM]) {
      command(0x55 * 4, code);
      expect(flash.inArrayMode).toBe(false);
      command(0x55 * 4, code);
      command(0, C.READ_ARRAY);
    }
    command(0, C.READ_STATUS);
    command(0, 0xf0);
    expect(flash.inArrayMode).toBe(true);
    expect(modes).toEqual(Array.from({ length: 12 }, (_, index) => index % 2 === 1));
  });

  test('identification: manufacturer, device, and lock bits of the block', () => {
    const { command, read, lock } = make();
    lock(SECTOR, 0x01);
    command(0, C.READ_ID);
    expect([read(0), read(4), read(8), read(12)]).toEqual([both(0x89), both(0x18), 0, 0]);
    expect([read(SECTOR), read(SECTOR + 8), read(2 * SECTOR + 8)]).toEqual([both(0x89), both(1), 0]);
  });

  test('answers repeat for each chip, in the byte lanes of the bus', () => {
    const { flash, command } = make();
    command(0, C.READ_ID);
    expect([0, 1, 2, 3].map((offset) => flash.read(offset, 1))).toEqual([0x89, 0, 0x89, 0]);
    expect([flash.read(4, 2), flash.read(6, 2)]).toEqual([0x18, 0x18]);
  });

  test('the CFI table is that of two 32 MiB chips with 128 KiB blocks', () => {
    const { command, read } = make({ contents: new Uint8Array(2 ** 26), sectorSize: 2 ** 18 });
    command(0x55 * 4, C.CFI_QUERY);
    const bytes = Array.from({ length: 0x60 }, (_, index) => read(4 * index));
    expect(bytes.every((word) => word === both(word & 0xff))).toBe(true);
    const table = bytes.map((word) => word & 0xff);
    expect(String.fromCharCode(...table.slice(0x10, 0x13))).toBe('QRY');
    expect(table.slice(0x13, 0x17)).toEqual([1, 0, 0x31, 0]);
    expect(table.slice(0x1b, 0x27)).toEqual([0x45, 0x55, 0, 0, 7, 7, 10, 0, 4, 4, 4, 0]);
    expect(table[0x27]).toBe(25);
    expect(table.slice(0x28, 0x2c)).toEqual([2, 0, 11, 0]);
    expect(table.slice(0x2c, 0x31)).toEqual([1, 0xff, 0, 0, 2]);
    expect(String.fromCharCode(...table.slice(0x31, 0x36))).toBe('PRI10');
    expect(table.slice(0x52)).toEqual(Array(14).fill(0));
  });
});

describe('programming', () => {
  test('turns ones to zeros, and leaves the status to be read', () => {
    const { program, read, command, contents, changes } = make();
    program(0x40, 0xf0f0_1234);
    expect(read(0)).toBe(both(S.READY));
    program(0x40, 0x0fff_ffff);
    command(0, C.READ_ARRAY);
    expect(read(0x40)).toBe(0x00f0_1234);
    expect([...contents.subarray(0x3f, 0x45)]).toEqual([0xff, 0x34, 0x12, 0xf0, 0, 0xff]);
    expect(changes).toEqual([
      [0x40, 4],
      [0x40, 4],
    ]);
  });

  test('narrow writes program their bytes', () => {
    const { flash, contents } = make();
    flash.write(0x10, 1, C.PROGRAM_ALTERNATE);
    flash.write(0x13, 1, 0x42);
    flash.write(0x10, 2, C.PROGRAM);
    flash.write(0x20, 2, 0xabcd);
    expect([contents[0x12], contents[0x13], contents[0x20], contents[0x21], contents[0x22]]).toEqual([
      0xff, 0x42, 0xcd, 0xab, 0xff,
    ]);
  });

  test('a buffer is programmed when it is confirmed', () => {
    const { command, write, contents, read, status, changes } = make();
    command(0x1000, C.BUFFERED_PROGRAM);
    expect(read(0x1000)).toBe(both(S.READY));
    write(0x1000, both(2));
    write(0x1008, 0x1111_1111);
    write(0x1004, 0x2222_2222);
    write(0x1010, 0x3333_3333);
    expect([...contents.subarray(0x1000, 0x1014)]).toEqual(Array(20).fill(0xff));
    command(0x1000, C.CONFIRM);
    expect(status()).toBe(S.READY);
    const words = new Uint32Array(contents.buffer, 0x1000, 5);
    expect([...words]).toEqual([0xffff_ffff, 0x2222_2222, 0x1111_1111, 0xffff_ffff, 0x3333_3333]);
    expect(changes).toEqual([[0x1004, 0x10]]);
  });

  test('a buffer that is too long, unconfirmed or across blocks programs nothing', () => {
    const { command, write, contents, status, flash } = make();
    command(0, C.BUFFERED_PROGRAM);
    write(0, both(1024));
    expect(status()).toBe(S.READY | S.SEQUENCE_ERROR);
    command(0, C.CLEAR_STATUS);
    expect(status()).toBe(S.READY);

    command(0, C.BUFFERED_PROGRAM);
    write(0, both(0));
    write(0, 0);
    command(0, C.READ_STATUS);
    expect(status()).toBe(S.READY | S.SEQUENCE_ERROR);
    command(0, C.CLEAR_STATUS);

    command(0, C.BUFFERED_PROGRAM);
    write(0, both(0));
    write(0, 0);
    command(0, C.READ_ARRAY);
    expect(flash.inArrayMode).toBe(true);
    expect(status()).toBe(S.READY);

    command(0, C.BUFFERED_PROGRAM);
    write(0, both(1));
    write(SECTOR - 4, 0);
    write(SECTOR, 0);
    command(0, C.CONFIRM);
    expect(status()).toBe(S.READY | S.SEQUENCE_ERROR);
    expect(contents.every((byte) => byte === 0xff)).toBe(true);
  });

  test('the longest buffer fits', () => {
    const { command, write, contents, status } = make();
    command(0, C.BUFFERED_PROGRAM);
    write(0, both(1023));
    for (let offset = 0; offset < SECTOR; offset += 4) write(offset, offset);
    command(0, C.CONFIRM);
    expect(status()).toBe(S.READY);
    expect(new Uint32Array(contents.buffer, 0, 3)).toEqual(Uint32Array.of(0, 4, 8));
    expect(contents[SECTOR]).toBe(0xff);
  });
});

describe('erasing', () => {
  test('makes a block all ones once confirmed', () => {
    const { contents, command, read, erase, changes } = make({ contents: new Uint8Array(SIZE) });
    command(SECTOR + 8, C.BLOCK_ERASE);
    expect(read(0)).toBe(both(S.READY));
    expect(contents[SECTOR]).toBe(0);
    command(SECTOR + 8, C.CONFIRM);
    expect(read(0)).toBe(both(S.READY));
    expect(contents.subarray(SECTOR, 2 * SECTOR).every((byte) => byte === 0xff)).toBe(true);
    expect([contents[SECTOR - 1], contents[2 * SECTOR]]).toEqual([0, 0]);
    erase(SIZE - 1);
    expect(changes).toEqual([
      [SECTOR, SECTOR],
      [SIZE - SECTOR, SECTOR],
    ]);
  });

  test('without confirmation nothing happens: an error, or array mode again', () => {
    const { command, contents, status, flash } = make({ contents: new Uint8Array(SIZE) });
    command(0, C.BLOCK_ERASE);
    command(0, C.READ_ARRAY);
    expect(flash.inArrayMode).toBe(true);
    expect(status()).toBe(S.READY);
    command(0, C.BLOCK_ERASE);
    command(0, C.READ_STATUS);
    expect(status()).toBe(S.READY | S.SEQUENCE_ERROR);
    expect(contents[0]).toBe(0);
  });
});

describe('protection', () => {
  test('a locked block is neither programmed nor erased; the next one is', () => {
    const { contents, lock, program, erase, status, command } = make();
    lock(SECTOR, 0x01);
    program(SECTOR, 0);
    expect(status()).toBe(S.READY | S.PROGRAM_ERROR | S.LOCKED);
    command(0, C.CLEAR_STATUS);
    erase(SECTOR);
    expect(status()).toBe(S.READY | S.ERASE_ERROR | S.LOCKED);
    command(0, C.CLEAR_STATUS);
    program(2 * SECTOR, 0);
    expect(status()).toBe(S.READY);
    expect([contents[SECTOR], contents[2 * SECTOR]]).toEqual([0xff, 0]);
    lock(SECTOR, C.CONFIRM);
    program(SECTOR, 0);
    expect([status(), contents[SECTOR]]).toEqual([S.READY, 0]);
  });

  test('a block that is locked down stays so until a reset', () => {
    const { flash, lock, program, contents } = make();
    lock(0, 0x2f);
    lock(0, C.CONFIRM);
    program(0, 0);
    expect(contents[0]).toBe(0xff);
    flash.reset();
    expect(flash.inArrayMode).toBe(true);
    program(0, 0);
    expect(contents[0]).toBe(0);
  });

  test('the read configuration is accepted; an unknown lock command is an error', () => {
    const { lock, status, flash } = make();
    lock(0, 0x03);
    expect(status()).toBe(S.READY);
    lock(0, 0xff);
    expect(flash.inArrayMode).toBe(true);
    lock(0, 0x77);
    expect(status()).toBe(S.READY | S.SEQUENCE_ERROR);
  });

  test('a read-only bank refuses all changes', () => {
    const { contents, program, erase, status, command } = make({
      readOnly: true,
      contents: new Uint8Array(SIZE),
    });
    erase(0);
    expect(status()).toBe(S.READY | S.ERASE_ERROR);
    command(0, C.CLEAR_STATUS);
    program(0, 0x1234);
    expect(status()).toBe(S.READY | S.PROGRAM_ERROR);
    command(0, C.BUFFERED_PROGRAM);
    command(0, 0);
    command(0, 1);
    command(0, C.CONFIRM);
    expect(status()).toBe(S.READY | S.PROGRAM_ERROR);
    expect(contents.every((byte) => byte === 0)).toBe(true);
  });

  test('what cannot be stored does not change, and the guest sees it fail', () => {
    const { contents, program, status, errors, changes } = make({
      store() {
        throw new Error('disk full');
      },
    });
    program(0x20, 0);
    expect(status()).toBe(S.READY | S.PROGRAM_ERROR);
    expect([contents[0x20], changes]).toEqual([0xff, []]);
    expect(errors).toEqual(['4 bytes at offset 32 were not stored: Error: disk full']);
  });
});

test('impossible sizes are refused', () => {
  for (const [size, sectorSize] of [
    [3000, 512],
    [4096, 8192],
    [4096, 1000],
    [4096, 256],
    [0, 512],
    [2 ** 26, 512],
  ]) {
    expect(() => new CfiFlash({ contents: new Uint8Array(size), sectorSize })).toThrowError(
      /cannot have sectors/,
    );
  }
  expect(new CfiFlash({ contents: new Uint8Array(2 ** 18) }).sectorSize).toBe(2 ** 18);
});

describe('snapshot', () => {
  test('goes on in the middle of a buffer', () => {
    const first = make();
    first.lock(3 * SECTOR, 0x01);
    first.command(0, C.BUFFERED_PROGRAM);
    first.write(0, both(1));
    first.write(0x10, 0x5555_5555);
    const snapshot = structuredClone(first.flash.snapshot());
    const second = make();
    second.flash.restore(snapshot);
    expect(second.modes).toEqual([false]);
    second.write(0x14, 0x6666_6666);
    const third = make();
    third.flash.restore(second.flash.snapshot());
    third.command(0, C.CONFIRM);
    expect(third.status()).toBe(S.READY);
    third.program(3 * SECTOR, 0);
    expect(third.status()).toBe(S.READY | S.PROGRAM_ERROR | S.LOCKED);
    expect([...new Uint32Array(third.contents.buffer, 0x10, 2)]).toEqual([0x5555_5555, 0x6666_6666]);
    first.write(0x14, 0);
    expect(second.flash.snapshot().state.buffer).toHaveLength(2);
    expect(second.flash.snapshot().state.buffer[1]!.value).toBe(0x6666_6666);
  });

  test('invalid values are refused by name', () => {
    const { flash } = make();
    const snapshot = flash.snapshot();
    const write = { offset: 0, size: 4, value: 0 };
    for (const wrong of [
      { mode: 'other' },
      { pending: 7 },
      { status: 0x20 },
      { expected: 1025 },
      { buffer: [write] },
      { locks: [[SIZE / SECTOR, 1]] },
      { locks: [[0, 4]] },
    ]) {
      try {
        flash.restore({ ...snapshot, state: { ...snapshot.state, ...wrong } });
        expect.fail('accepted');
      } catch (error) {
        expect(isArmatureError(error) && [error.code, error.context['fields']]).toEqual([
          'SNAPSHOT_INVALID',
          Object.keys(wrong),
        ]);
      }
    }
    for (const state of [
      { pending: 'buffer-confirm', expected: 1, buffer: [{ ...write, offset: SIZE - 2 }] },
      { pending: 'buffer-confirm', expected: 0, buffer: [] },
      { pending: 'buffer-data', expected: 1, buffer: [write] },
    ]) {
      expect(() => flash.restore({ ...snapshot, state: { ...snapshot.state, ...state } })).toThrowError(
        /buffer/,
      );
    }
    expect(() => flash.restore({ ...snapshot, state: null })).toThrowError(/invalid values: mode/);
  });
});

test('survives 300,000 random accesses, half of them commands', () => {
  const { flash } = make();
  const codes = [...Object.values(C), 0x01, 0x03, 0x2f, 0x00, 0x80];
  let seed = 17;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 8;
  };
  let changed = 0;
  for (let count = 0; count < 300_000; count++) {
    const size = ([1, 2, 4] as const)[random() % 3];
    const offset = random() % (SIZE - size + 1);
    const value =
      random() % 2 ? codes[random() % codes.length] : (random() * 256 + random()) % 2 ** (8 * size);
    if (random() % 2) flash.write(offset, size, value);
    const read = flash.read(offset, size);
    if (!Number.isInteger(read) || read < 0 || read >= 2 ** (8 * size)) expect.fail(`${offset} read ${read}`);
    if (count % 50_000 === 0) flash.restore(structuredClone(flash.snapshot()));
    if (flash.inArrayMode) changed++;
  }
  expect(changed).toBeGreaterThan(1000);
});
