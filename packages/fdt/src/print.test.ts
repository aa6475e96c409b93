import { expect, test } from 'vitest';
import { sampleSource } from '../test/sample.ts';
import { bytes, cells, node, parseFdt, printDts, printValue, stringList, writeFdt } from './index.ts';

test('prints a tree', () => {
  const source = {
    root: node('', { model: stringList('a"b', 'c\\'), 'dma-coherent': bytes([]) }, [
      node('cpus', { reg: cells(1, 0xffff_ffff) }, [node('cpu@0')]),
      node('b', { mac: bytes([1, 2, 0xab]) }),
    ]),
    memoryReservations: [{ address: 0x1000n, size: 0x2000n }],
    bootCpuId: 1,
  };
  expect(printDts(parseFdt(writeFdt(source)))).toBe(
    [
      '/dts-v1/;',
      '',
      '// boot CPU id: 0x1',
      '/memreserve/ 0x1000 0x2000;',
      '/ {',
      '\tmodel = "a\\"b", "c\\\\";',
      '\tdma-coherent;',
      '',
      '\tcpus {',
      '\t\treg = <0x1 0xffffffff>;',
      '',
      '\t\tcpu@0 {',
      '\t\t};',
      '\t};',
      '',
      '\tb {',
      '\t\tmac = [01 02 ab];',
      '\t};',
      '};',
      '',
    ].join('\n'),
  );
});

test('only non-empty printable strings are text', () => {
  expect(printValue(bytes([0x61, 0]))).toBe('"a"');
  expect(printValue(bytes([0]))).toBe('[00]');
  expect(printValue(bytes([0x61, 0, 0, 0]))).toBe('<0x61000000>');
  expect(printValue(bytes([0x61, 0x0a, 0]))).toBe('[61 0a 00]');
  expect(printValue(bytes([0x61]))).toBe('[61]');
});

test('a very long text is printed', () => {
  const text = 'x'.repeat(1_000_000);
  expect(printValue(stringList(text))).toBe(`"${text}"`);
});

test('the sample prints phandles as the numbers they were given', () => {
  const text = printDts(parseFdt(writeFdt(sampleSource())));
  expect(text).toContain('interrupt-parent = <0x1>;');
  expect(text).toContain('clocks = <0x8000 0x8000>;');
});
