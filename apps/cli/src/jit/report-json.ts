/** The report of `armature jit-report` as an object, for `--json`. */
import type { JitReport, RegionReport } from '@armature/cpu';
import { codeRows } from './code-rows.ts';

const hexadecimal = (address: bigint): string => `0x${address.toString(16)}`;

/** @param listings how many of the hottest regions to give with their code */
export async function reportJson(
  report: JitReport,
  run: { readonly ending: string; readonly instructions: number; readonly seconds: number },
  listings: number,
): Promise<object> {
  const { profile, ...rest } = report;
  if (profile === undefined) return { ...run, ...rest };
  const hottest = await Promise.all(
    profile.hottest.map((region, index) => regionJson(region, index < listings)),
  );
  return { ...run, ...rest, profile: { ...profile, hottest } };
}

async function regionJson(region: RegionReport, withCode: boolean): Promise<object> {
  const { address, bytes, counts, instructions } = region;
  const code = withCode ? await codeRows(region.listing()) : undefined;
  return {
    address: hexadecimal(address),
    instructions,
    bytes,
    counts,
    ...(code && {
      code: code.map((row) => ({
        ...row,
        ...(row.address !== undefined && { address: hexadecimal(row.address) }),
      })),
    }),
  };
}
