import { type AssembleOptions, Assembly } from './assembly.ts';
import { type AssemblyDiagnostic, AssemblyError } from './diagnostics.ts';
import type { AssembledImage } from './image.ts';
import { splitSource } from './source.ts';

/** The image, or every mistake that stands in its way. */
export type AssembleResult =
  | { readonly ok: true; readonly image: AssembledImage }
  | { readonly ok: false; readonly diagnostics: readonly AssemblyDiagnostic[] };

/**
 * Assembles GNU-as-compatible A64 source into one flat image.
 *
 * @param source statements separated by newlines or `;`.
 * @returns the image, or diagnostics with line and column; never throws for what the source contains.
 * @example tryAssemble('add x0, x1, 16')
 */
export function tryAssemble(source: string, options: AssembleOptions = {}): AssembleResult {
  const assembly = new Assembly(options);
  assembly.run(splitSource(source));
  const image = assembly.finish();
  if (image === undefined) return { ok: false, diagnostics: assembly.diagnostics };
  return { ok: true, image };
}

/**
 * Assembles GNU-as-compatible A64 source into one flat image.
 *
 * @param source statements separated by newlines or `;`.
 * @throws AssemblyError with every diagnostic when the source has mistakes.
 * @example assemble('1: b 1b', { origin: 0x4008_0000 }).words[0] // 0x14000000
 */
export function assemble(source: string, options: AssembleOptions = {}): AssembledImage {
  const result = tryAssemble(source, options);
  if (!result.ok) throw new AssemblyError(result.diagnostics);
  return result.image;
}
