/** Machines that are reset, booted again or restored while flash is in the middle of a command. */
import { flash, memoryBacking } from '@armature/device-flash';
import { expect, test } from 'vitest';
import { virt } from '../src/boards/virt.ts';
import { boot } from '../src/boot/boot.ts';
import { load, read, transcript, values, write } from './device-transcript.ts';

const BANK = 0x0400_0000;
const POWER_OFF = `${load('x0', 0x8400_0008)}hvc #0\n`;

async function make() {
  const sent: number[] = [];
  const backing = memoryBacking();
  const machine = await virt({ onTransmit: (byte) => sent.push(byte) })
    .use(flash({ base: 0, banks: [{}, { backing }] }))
    .build();
  const run = (): string[] => {
    sent.length = 0;
    expect(machine.runSync({ maxInstructions: 1_000_000 }).reason).toBe('power-off');
    return values(Buffer.from(sent).toString('latin1'));
  };
  return { machine, run, backing };
}

test('a second boot finds flash that the guest left in another mode', async () => {
  const { machine, run } = await make();
  const image = transcript([read(0), write(0, 0x70), write(BANK, 0x90), read(0), read(BANK + 4)]);
  for (let round = 0; round < 2; round++) {
    boot(machine, { image });
    expect(run()).toEqual(['0', '800080', '180018']);
  }
  const firmware = transcript([read(0, 1), read(BANK)]);
  expect(boot(machine, { firmware }).protocol).toBe('firmware');
  // The vectors of the program are for another address, but nothing faults.
  expect(run()).toEqual([firmware[0]!.toString(16), '0']);
});

test('a restored machine goes on in the middle of a command', async () => {
  const image = transcript([
    write(BANK, 0x20),
    write(BANK, 0xd0),
    write(BANK + 0x20, 0x40),
    POWER_OFF,
    write(BANK + 0x20, 0x1234_5678),
    read(BANK),
    write(BANK, 0xff),
    read(BANK + 0x20, 8),
  ]);
  const first = await make();
  boot(first.machine, { image });
  first.run();
  const snapshot = structuredClone(first.machine.snapshot());
  expect(first.run()).toEqual(['800080', 'ffffffff12345678']);

  const second = await make();
  second.machine.restore(snapshot);
  expect([...second.backing.bytes.subarray(0x20, 0x24)]).toEqual([0xff, 0xff, 0xff, 0xff]);
  expect(second.run()).toEqual(['800080', 'ffffffff12345678']);
  expect([...second.backing.bytes.subarray(0x20, 0x24)]).toEqual([0x78, 0x56, 0x34, 0x12]);
  expect(second.machine.snapshot()).toEqual(first.machine.snapshot());
});
