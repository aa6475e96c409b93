import { expect, test } from 'vitest';
import { V2M, V2mFrame } from '../src/index.ts';

function frame() {
  const sent: number[] = [];
  return { sent, device: new V2mFrame({ firstIntid: 80, count: 64, send: (intid) => sent.push(intid) }) };
}

test('says which SPIs it sends, and who made it', () => {
  const { device } = frame();
  expect(device.read(V2M.MSI_TYPER, 4)).toBe((80 << 16) | 64);
  expect(device.read(V2M.MSI_TYPER, 2)).toBe(64);
  expect(device.read(V2M.MSI_TYPER + 2, 2)).toBe(0);
  expect(device.read(V2M.MSI_IIDR, 4)).toBe(0x0510_0000);
  expect(device.read(V2M.MSI_SETSPI_NS, 4)).toBe(0);
});

test('sends its own, by words and half-words', () => {
  const { sent, device } = frame();
  for (const value of [79, 80, 143, 144, 0]) device.write(V2M.MSI_SETSPI_NS, 4, value);
  device.write(V2M.MSI_SETSPI_NS, 2, 100);
  device.write(V2M.MSI_SETSPI_NS, 1, 100);
  device.write(V2M.MSI_SETSPI_NS + 4, 4, 100);
  expect(sent).toEqual([80, 143, 100]);
});
