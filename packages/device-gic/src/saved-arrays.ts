import { ArmatureError } from '@armature/core';

type NumberArray = Int32Array | Uint8Array;

/** Typed arrays by name, as plain data. */
export type SavedArrays<Arrays> = { readonly [Name in keyof Arrays]: readonly number[] };

export function saveArrays<Arrays extends Readonly<Record<string, NumberArray>>>(
  arrays: Arrays,
): SavedArrays<Arrays> {
  const saved = Object.entries(arrays).map(([name, array]) => [name, Array.from(array)]);
  return Object.fromEntries(saved) as SavedArrays<Arrays>;
}

/** @throws SNAPSHOT_INVALID when names or lengths differ */
export function restoreArrays<Arrays extends Readonly<Record<string, NumberArray>>>(
  arrays: Arrays,
  saved: SavedArrays<Arrays> | undefined,
): void {
  for (const [name, array] of Object.entries(arrays)) restoreArray(array, saved?.[name], name);
}

/** @throws SNAPSHOT_INVALID when the lengths differ */
export function restoreArray(target: NumberArray, values: readonly number[] | undefined, name: string): void {
  if (values?.length !== target.length) {
    throw new ArmatureError(
      'SNAPSHOT_INVALID',
      `a snapshot of this interrupt controller has ${target.length} values of ${name}, not ${values?.length}`,
      {
        context: { name, expected: target.length, found: values?.length },
        hint: 'Restore it with as many CPUs and SPIs as it was taken with.',
      },
    );
  }
  target.set(values);
}
