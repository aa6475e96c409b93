import type { ProgramSpeed } from '../speed.ts';
import { geometricMean } from '../statistics.ts';
import type { SimdKind } from './kinds.ts';

/** A ratio below this wants a reason. */
export const SLOW = 0.1;

/** A kind of work and how fast it ran. */
export interface SimdSpeed {
  readonly kind: SimdKind;
  readonly speed: ProgramSpeed;
}

/** Armature's rate by QEMU's; undefined without QEMU. */
export const ratioOf = ({ speed: { speeds } }: SimdSpeed): number | undefined =>
  speeds.length > 1 ? speeds.at(-1)!.rate / speeds[0]!.rate : undefined;

/** A rate in three digits, or none where the runs were too short to tell. */
const rate = (value: number): string =>
  value > 0 && value < 20_000 ? (value < 10 ? value.toFixed(1) : value.toFixed(0)) : '?';

/** Speeds as rows of text; the first is the head. */
export function simdRows(results: readonly SimdSpeed[]): string[][] {
  const names = results[0]!.speed.speeds.map(({ emulator }) => emulator);
  const rows = results.map((result) => {
    const { kind, speed } = result;
    const ratio = ratioOf(result);
    return [
      kind.note === undefined ? kind.name : `${kind.name} (${kind.note})`,
      kind.group,
      ...speed.speeds.map((one) => rate(one.rate)),
      ...(ratio === undefined ? [] : [ratio.toFixed(2)]),
      speed.speeds.map(({ scatter }) => `${(100 * scatter).toFixed(0)} %`).join(' / '),
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
