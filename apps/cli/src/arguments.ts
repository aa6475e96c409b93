/** Parsers of option values. */
import { parseQuantity } from '@armature/machine';
import { InvalidArgumentError } from 'commander';

/** An address or a size: `0x4008_0000`, `512M`, `512MiB`. */
export function quantity(text: string): number {
  const value = parseQuantity(text);
  if (value === undefined)
    throw new InvalidArgumentError('Write a number as 4096, 0x4000_0000, 512M or 512MiB.');
  return value;
}

const SCALE: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** A count in decimal units: `1000`, `1_000_000`, `20M`. */
export function count(text: string): number {
  const match = /^([0-9](?:_?[0-9])*)([kmg]?)$/i.exec(text);
  const value =
    match === null ? Number.NaN : Number(match[1].replaceAll('_', '')) * SCALE[match[2].toLowerCase()];
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('Write a count as 1000, 1_000_000 or 20M.');
  }
  return value;
}

/** A list with commas. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** A 32-bit instruction word in hexadecimal. */
export function instructionWord(text: string): number {
  const digits = /^(?:0x)?([0-9a-f](?:_?[0-9a-f])*)$/i.exec(text)?.[1].replaceAll('_', '');
  if (digits === undefined || digits.length > 8) {
    throw new InvalidArgumentError('Write an instruction as up to 8 hexadecimal digits.');
  }
  return Number.parseInt(digits, 16);
}

/** An address of 64 bits. */
export function address(text: string): bigint {
  const plain = text.replaceAll('_', '');
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(plain) || BigInt(plain) >= 2n ** 64n) {
    throw new InvalidArgumentError('Write an address as 0x4008_0000.');
  }
  return BigInt(plain);
}
