import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NodeSource, type Phandle, parseFdt, writeFdt } from '../src/index.ts';
import { deviceTree } from './arbitrary.ts';
import { sampleSource } from './sample.ts';

/** The tree the reader should give: values flattened to bytes. */
function flattened(node: NodeSource): unknown {
  const bytesOf = (part: Uint8Array | Phandle): number[] => [...(part as Uint8Array)];
  return {
    name: node.name,
    properties: new Map(
      Array.from(node.properties, ([name, value]) => [
        name,
        Uint8Array.from('parts' in value ? value.parts.flatMap(bytesOf) : bytesOf(value)),
      ]),
    ),
    children: node.children.map(flattened),
  };
}

test('what is written is read back', () => {
  fc.assert(
    fc.property(deviceTree({ plain: false }), fc.nat(100), (source, padding) => {
      expect(parseFdt(writeFdt(source, { padding }))).toEqual({ ...source, root: flattened(source.root) });
    }),
    { numRuns: 500 },
  );
});

test('a parsed tree is written as the same bytes', () => {
  const blob = writeFdt(sampleSource());
  expect(writeFdt(parseFdt(blob))).toEqual(blob);
});
