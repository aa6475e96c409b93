/**
 * Whether the host's relaxed multiply-add rounds once. WebAssembly leaves open whether it does, and wants the same
 * answer at every execution in one environment; where it does, that is a fused multiply-add by one instruction.
 *
 * @spec WebAssembly Core 3.0, Relaxed Vector Instructions
 */

/** The bytes of WebAssembly for a splat, relaxed_madd and lane 0 of the result, and of the type. */
const FORMATS = [
  { type: 0x7c, splat: [0xfd, 0x14], multiplyAdd: [0xfd, 0x87, 0x02], lane: [0xfd, 0x21, 0] },
  { type: 0x7d, splat: [0xfd, 0x13], multiplyAdd: [0xfd, 0x85, 0x02], lane: [0xfd, 0x1f, 0] },
] as const;

type Probe = (a: number, b: number, addend: number) => number;

/** A module with one function `f` that multiplies and adds. */
function probeModule({ type, splat, multiplyAdd, lane }: (typeof FORMATS)[number]): Uint8Array<ArrayBuffer> {
  const operands = [0, 1, 2].flatMap((local) => [0x20, local, ...splat]);
  const body = [0, ...operands, ...multiplyAdd, ...lane, 0x0b];
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 3, type, type, type, 1, type),
    ...section(3, 1, 0),
    ...section(7, 1, 1, 'f'.charCodeAt(0), 0, 0),
    ...section(10, 1, body.length, ...body),
  ]);
}

function fuses(format: (typeof FORMATS)[number], epsilon: number): boolean {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probeModule(format)));
  // (1 + e)(1 - e) is 1 - e * e, which rounds to 1.
  return (exports as { f: Probe }).f(1 + epsilon, 1 - epsilon, -1) === -(epsilon * epsilon);
}

let present: boolean | undefined;
let known: boolean | undefined;

/** True where the host knows relaxed_madd: not Node 20, nor every browser. Asks it once. */
export function hostHasMultiplyAdd(): boolean {
  present ??= WebAssembly.validate(probeModule(FORMATS[0]));
  return present;
}

/** True where relaxed_madd of both formats is a fused multiply-add. Asks the host once. */
export function hostFusesMultiplyAdd(): boolean {
  known ??= hostHasMultiplyAdd() && fuses(FORMATS[0], 2 ** -52) && fuses(FORMATS[1], 2 ** -23);
  return known;
}
