import { geometricMean } from '../statistics.ts';
import type { SimdSpeed } from './measure.ts';

/** A ratio below this wants a reason. */
export const SLOW = 0.1;

/** Armature's rate by QEMU's; undefined without QEMU. */
export const ratioOf = ({ speeds }: SimdSpeed): number | undefined =>
  speeds.length > 1 ? speeds.at(-1)!.rate / speeds[0]!.rate : undefined;

const rate = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

/** Speeds as rows of text; the first is the head. */
export function simdRows(results: readonly SimdSpeed[]): string[][] {
  const names = results[0]!.speeds.map(({ emulator }) => emulator);
  const rows = results.map((result) => {
    const { kind, speeds } = result;
    const ratio = ratioOf(result);
    return [
      kind.note === undefined ? kind.name : `${kind.name} (${kind.note})`,
      kind.group,
      ...speeds.map((one) => rate(one.rate)),
      ...(ratio === undefined ? [] : [ratio.toFixed(2)]),
      speeds.map(({ scatter }) => `${(100 * scatter).toFixed(0)} %`).join(' / '),
    ];
  });
  return [['work', 'group', ...names, ...(names.length > 1 ? ['ratio'] : []), 'scatter'], ...rows];
}

/** What the ratios come to: their means by group, and the kinds that are slow. */
export function simdSummary(results: readonly SimdSpeed[]): string[] {
  const ratios = results.flatMap((result) => {
    const ratio = ratioOf(result);
    return ratio === undefined ? [] : [{ kind: result.kind, ratio }];
  });
  if (ratios.length === 0) return [];
  const groups = [...new Set(ratios.map(({ kind }) => kind.group))].map((group) => {
    const mean = geometricMean(ratios.filter(({ kind }) => kind.group === group).map(({ ratio }) => ratio));
    return `${group} ${mean.toFixed(2)}`;
  });
  const all = geometricMean(ratios.map(({ ratio }) => ratio));
  const slow = ratios.filter(({ ratio }) => ratio < SLOW);
  return [
    `Geometric means of the ratios: ${groups.join(', ')}; all ${all.toFixed(2)}.`,
    ...(slow.length === 0 ? [`No ratio is below ${SLOW}.`] : []),
    ...slow.map(
      ({ kind, ratio }) => `${kind.name} is at ${ratio.toFixed(2)}: ${kind.reason ?? 'no reason known'}.`,
    ),
  ];
}
