import { ArmatureError } from '@armature/core';

type Arrays = Readonly<Record<string, Int32Array | Uint8Array>>;

/** Typed arrays by name, as plain data. */
export type SavedArrays<Names> = { readonly [Name in keyof Names]: readonly number[] };

export function saveArrays<State extends Arrays>(arrays: State): SavedArrays<State> {
  const saved = Object.entries(arrays).map(([name, array]) => [name, Array.from(array)]);
  return Object.fromEntries(saved) as SavedArrays<State>;
}

/** Restores all arrays, or none. @throws SNAPSHOT_INVALID when one is missing or has another length */
export function restoreArrays<State extends Arrays>(
  arrays: State,
  saved: Partial<SavedArrays<State>> | undefined,
): void {
  for (const [name, { length }] of Object.entries(arrays)) {
    const found = saved?.[name]?.length;
    if (found === length) continue;
    throw new ArmatureError(
      'SNAPSHOT_INVALID',
      `a snapshot of this interrupt controller has ${length} values of ${name}, not ${found}`,
      {
        context: { name, expected: length, found },
        hint: 'Restore it with as many CPUs and SPIs as it was taken with.',
      },
    );
  }
  for (const [name, array] of Object.entries(arrays)) array.set(saved![name]!);
}
