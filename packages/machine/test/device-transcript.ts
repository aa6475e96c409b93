/** Bare-metal programs made from a list of accesses: they print what each read gives, then switch off. */
import { assemble } from '@armature/isa';

/** A piece of a program, as assembly. */
export type Step = string;

const suffix = { 1: 'b', 2: 'h', 4: '', 8: '' } as const;
type Size = keyof typeof suffix;

/** Puts a constant in a register. */
export function load(register: string, value: number): string {
  const halves = [0, 16, 32, 48].map((shift) => Math.floor(value / 2 ** shift) % 65536);
  return halves
    .map((half, index) =>
      index === 0 ? `movz ${register}, #${half}\n` : `movk ${register}, #${half}, lsl #${16 * index}\n`,
    )
    .filter((_, index) => index === 0 || halves[index] !== 0)
    .join('');
}

const value = (size: Size): string => (size === 8 ? 'x0' : 'w0');

/** Reads, and prints the value; all ones for an abort. */
export const read = (address: number, size: Size = 4): Step =>
  `${load('x1', address)}ldr${suffix[size]} ${value(size)}, [x1]\nbl show\n`;

/** Writes, and prints something only if that is an abort. */
export const write = (address: number, data: number, size: Size = 4): Step =>
  `${load('x1', address)}${load('x0', data)}str${suffix[size]} ${value(size)}, [x1]\ncmn x0, #1\nb.ne 1f\nbl show\n1:\n`;

/** A program of these steps for 0x4008_0000. */
export function transcript(steps: readonly Step[]): Uint8Array {
  const source = `
  ${load('x20', 0x0900_0000)}
  adr x0, vectors
  msr vbar_el1, x0
  mov x0, #0x300000
  msr cpacr_el1, x0
  isb
  ${steps.join('')}
  ${load('x0', 0x8400_0008)}
  hvc #0
  b .

show:
  mov x10, #60
2:lsr x11, x0, x10
  and x11, x11, #15
  cmp x11, #10
  add x12, x11, #'0'
  add x13, x11, #('a' - 10)
  csel x11, x12, x13, lo
  str w11, [x20]
  subs x10, x10, #4
  b.ge 2b
  mov w11, #10
  str w11, [x20]
  ret

  .balign 2048
vectors:
  .space 0x200
  mrs x11, elr_el1
  add x11, x11, #4
  mrs x12, esr_el1
  lsr x12, x12, #26
  cmp x12, #0x21 // an instruction abort returns to the caller
  csel x11, x30, x11, eq
  msr elr_el1, x11
  mov x0, #-1
  eret
`;
  return assemble(source, { origin: 0x4008_0000 }).bytes;
}

/** The printed values, in hexadecimal without leading zeros. */
export const values = (output: string): string[] =>
  output
    .trim()
    .split(/\r?\n/)
    .map((line) => line.replace(/^0+(?=.)/, ''));
