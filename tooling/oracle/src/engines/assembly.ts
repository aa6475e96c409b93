import { assemble } from '@armature/isa';

const cache = new Map<string, readonly number[]>();

/** Words of a few instructions that don't depend on where they are; remembered by their text. */
export function words(source: string): readonly number[] {
  let list = cache.get(source);
  if (list === undefined) {
    list = [...assemble(source).words];
    cache.set(source, list);
  }
  return list;
}

/** The word of one instruction. */
export function word(source: string): number {
  const list = words(source);
  if (list.length !== 1) throw new Error(`${source} is ${list.length} instructions`);
  return list[0]!;
}
