import { describe, expect, it } from 'vitest';
import { phase3KernelLayout, phase3KernelSource } from '../src/index.ts';

const source = phase3KernelSource();

/** The value of an `.equ` in the source. */
function constant(name: string): bigint {
  const value = new RegExp(`^\\.equ ${name},\\s+(\\w+)`, 'm').exec(source)?.[1];
  if (value === undefined) throw new Error(`no .equ ${name}`);
  return BigInt(value);
}

describe('the source', () => {
  it('agrees with the layout', () => {
    expect({
      ramBase: constant('RAM_BASE'),
      regionSize: constant('REGION_SIZE'),
      imageBase: constant('IMAGE_BASE'),
      textOffset: constant('TEXT_OFFSET'),
      lowReserved: constant('LOW_RESERVED'),
      pageSize: constant('PAGE_SIZE'),
      poolPages: Number(constant('POOL_PAGES')),
      highBase: constant('HIGH_BASE'),
      mapBase: constant('MAP_BASE'),
      demandBase: constant('DEMAND_BASE'),
      demandPages: Number(constant('DEMAND_PAGES')),
      uartBase: constant('UART_BASE'),
    }).toEqual(phase3KernelLayout);
  });

  it('keeps its derived constants consistent', () => {
    expect(constant('REGION_END')).toBe(constant('RAM_BASE') + constant('REGION_SIZE'));
    expect(constant('IMAGE_BASE')).toBe(constant('RAM_BASE') + constant('TEXT_OFFSET'));
    expect(constant('POOL_END')).toBe(constant('RAM_BASE') + constant('POOL_PAGES') * constant('PAGE_SIZE'));
    expect(constant('POOL_BITMAP_BYTES')).toBe(constant('POOL_PAGES') / 8n);
    expect(constant('DEMAND_END')).toBe(
      constant('DEMAND_BASE') + constant('DEMAND_PAGES') * constant('PAGE_SIZE'),
    );
  });

  it('uses no tabs, no trailing blanks and only ASCII', () => {
    const odd = source.split('\n').filter((line) => /[\t]|\s$|[^ -~]/.test(line));
    expect(odd).toEqual([]);
  });

  it('defines every label once', () => {
    const labels = [...source.matchAll(/^([a-z_]\w*):/gm)].map((match) => match[1]);
    expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
  });
});
