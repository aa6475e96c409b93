import { ArmatureError, type InterruptSpec, ppi, spi } from '@armature/core';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
};

/**
 * A number as configurations write it: `4096`, `"0x4000_0000"`, `"512M"`, `"512MiB"`. Units are binary.
 * Undefined when it is none, is negative, or is not a safe integer.
 */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(0x[0-9a-f](?:_?[0-9a-f])*|[0-9](?:_?[0-9])*)\s*(?:([kmg])(?:i?b)?|b)?$/i.exec(
    value.trim(),
  );
  if (match === null) return undefined;
  const number = Number(match[1].replaceAll('_', '')) * UNITS[(match[2] ?? '').toLowerCase()];
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Like {@link parseQuantity}. @throws CONFIG_INVALID naming what the quantity was for */
export function requireQuantity(value: unknown, what: string): number {
  const number = parseQuantity(value);
  if (number === undefined) {
    throw new ArmatureError('CONFIG_INVALID', `${what}: expected a number, got ${show(value)}`, {
      context: { value },
      hint: 'Write it as 4096, 0x4000_0000, 512M or 512MiB.',
    });
  }
  return number;
}

/** An interrupt as configurations write it: `"spi 1"`, or `{ "type": "spi", "number": 1 }`. */
export function parseInterrupt(value: unknown): InterruptSpec | undefined {
  if (typeof value === 'string') {
    const match = /^(spi|ppi)[ :]?([0-9]+)$/i.exec(value.trim());
    if (match === null) return undefined;
    return match[1].toLowerCase() === 'spi' ? spi(Number(match[2])) : ppi(Number(match[2]));
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, number } = value as { type?: unknown; number?: unknown };
  if ((type !== 'spi' && type !== 'ppi') || typeof number !== 'number') return undefined;
  return Number.isInteger(number) && number >= 0 ? { type, number } : undefined;
}

/** A value as error messages show it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
