import fc from 'fast-check';
import {
  concat,
  type DeviceTreeSource,
  type NodeSource,
  node,
  type PropertyValue,
  stringList,
} from '../src/index.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';

/** Names that every `dtc` check accepts. */
const plainName = fc
  .tuple(
    fc.constantFrom(...LETTERS),
    fc.string({ unit: fc.constantFrom(...LETTERS, ...DIGITS, '-'), maxLength: 10 }),
  )
  .map(([first, rest]) => first + rest);
/** Names with every character the format's readers allow. */
const anyName = fc.string({
  unit: fc.constantFrom(...LETTERS, ...LETTERS.toUpperCase(), ...DIGITS, ...',._+*#?@-'),
  minLength: 1,
  maxLength: 31,
});

const value: fc.Arbitrary<PropertyValue> = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc
    .array(fc.string({ unit: fc.constantFrom(...LETTERS, ' ', '"', '\\', ','), minLength: 1 }), {
      maxLength: 3,
    })
    .map((texts) => stringList(...texts)),
  fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 3 }).map((parts) => concat(...parts)),
);

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });

/**
 * Trees that the writer accepts. With `plain`, names pass `dtc`'s checks and none has a meaning to it; nor has a
 * reservation a size of 0, at which `dtc` stops reading whatever the address is.
 */
export function deviceTree({ plain }: { plain: boolean }): fc.Arbitrary<DeviceTreeSource> {
  const name = plain ? plainName : anyName;
  const propertyName = name.map((text) => (plain ? `x-${text}` : text)).filter((text) => text !== 'phandle');
  const properties = fc.uniqueArray(fc.tuple(propertyName, value), {
    maxLength: 5,
    selector: ([key]) => key,
  });
  const nodes = (named: fc.Arbitrary<string>, depth: number): fc.Arbitrary<NodeSource> =>
    fc
      .tuple(named, properties, depth === 0 ? fc.constant([]) : children(depth - 1))
      .map((parts) => node(...parts));
  const children = (depth: number): fc.Arbitrary<NodeSource[]> =>
    fc.uniqueArray(nodes(name, depth), { maxLength: 3, selector: (child) => child.name });
  return fc.record({
    root: nodes(fc.constant(''), 3),
    memoryReservations: fc.array(
      fc
        .record({ address: u64, size: u64 })
        .filter(({ address, size }) => size !== 0n || (!plain && address !== 0n)),
      { maxLength: 3 },
    ),
    bootCpuId: fc.nat(0xffff_ffff),
  });
}
