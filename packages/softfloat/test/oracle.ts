import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './cases.ts';
import { OPERATIONS } from './operations.ts';

const COMPILER = 'aarch64-linux-gnu-gcc';
const EMULATOR = 'qemu-aarch64';

/** Why the oracle can't run here, or undefined. */
export function missingOracle(): string | undefined {
  for (const tool of [COMPILER, EMULATOR])
    if (spawnSync(tool, ['--version']).status !== 0) return `${tool} is not installed`;
  return undefined;
}

/** Bytes of a case: operation, FPCR, three operands. */
export const CASE_BYTES = 32;
/** Bytes of a result: value, FPSR, NZCV. */
export const RESULT_BYTES = 16;

function program(): string {
  const cases = OPERATIONS.map(({ asm, general }, index) => {
    const text = asm.replaceAll(';', '\\n');
    const store = general ? 'mov %[r], x0' : 'fmov %[r], d0';
    return `case ${index}: RUN("${text}\\n", "${store}\\n"); break;`;
  });
  return `
#include <stdint.h>
#include <stdio.h>
struct test { uint32_t op, fpcr; uint64_t a, b, c; };
struct result { uint64_t value; uint32_t fpsr, nzcv; };
#define RUN(text, store) __asm__ volatile( \\
  "fmov d1, %[a]\\nfmov d2, %[b]\\nfmov d3, %[c]\\nmov x1, %[a]\\nmov x0, xzr\\nmovi d0, #0\\n" \\
  "msr fpcr, %[fpcr]\\nmsr fpsr, xzr\\n" text "mrs %[s], fpsr\\nmrs %[f], nzcv\\nmsr fpcr, xzr\\n" store \\
  : [r] "=&r"(value), [s] "=&r"(fpsr), [f] "=&r"(nzcv) \\
  : [a] "r"(t.a), [b] "r"(t.b), [c] "r"(t.c), [fpcr] "r"((uint64_t)t.fpcr) \\
  : "x0", "x1", "v0", "v1", "v2", "v3", "cc")
int main(void) {
  struct test t;
  while (fread(&t, sizeof t, 1, stdin) == 1) {
    uint64_t value, fpsr, nzcv;
    switch (t.op) {
      ${cases.join('\n      ')}
      default: return 1;
    }
    struct result r = { value, fpsr, nzcv >> 28 };
    fwrite(&r, sizeof r, 1, stdout);
  }
  return 0;
}
`;
}

/** The cases as the oracle reads them. */
export function encodeCases(cases: readonly Case[]): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(cases.length * CASE_BYTES));
  cases.forEach(({ operation, fpcr, operands }, index) => {
    const at = index * CASE_BYTES;
    view.setUint32(at, operation, true);
    view.setUint32(at + 4, fpcr, true);
    operands.forEach((value, n) => {
      view.setBigUint64(at + 8 + 8 * n, value, true);
    });
  });
  return view;
}

/** Runs encoded cases on QEMU, and gives the encoded results. */
export function runOracle(cases: DataView<ArrayBuffer>): DataView {
  const folder = mkdtempSync(join(tmpdir(), 'softfloat-'));
  try {
    const source = join(folder, 'oracle.c');
    const binary = join(folder, 'oracle');
    writeFileSync(source, program());
    execFileSync(COMPILER, ['-O1', '-static', '-march=armv8.5-a+fp16+fp16fml+bf16', '-o', binary, source]);
    const output = execFileSync(EMULATOR, ['-cpu', 'max', binary], {
      input: new Uint8Array(cases.buffer),
      maxBuffer: 1 << 28,
    });
    return new DataView(output.buffer, output.byteOffset, output.byteLength);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
