import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'aarch64-linux-gnu-';

function runs(tool: string): boolean {
  return spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Why the GNU tools cannot be used here, or undefined when they can. */
export const gnuMissing: string | undefined = ['as', 'ld', 'objcopy', 'objdump', 'nm'].every((tool) =>
  runs(PREFIX + tool),
)
  ? undefined
  : `${PREFIX}{as,ld,objcopy,objdump,nm} are not installed`;

/** What GNU as, ld and objcopy make of a source. */
export interface GnuImage {
  readonly bytes: Uint8Array;
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Byte ranges [start, end) of the image that hold instructions, from the mapping symbols. */
  readonly code: readonly (readonly [number, number])[];
}

/** Assembles and links `source` at `origin` into a flat image. */
export function gnuAssemble(source: string, origin: bigint): GnuImage {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-gnu-'));
  try {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('kernel.s'), source);
    execFileSync(`${PREFIX}as`, ['-march=armv8-a', path('kernel.s'), '-o', path('kernel.o')]);
    execFileSync(`${PREFIX}ld`, [
      `-Ttext=0x${origin.toString(16)}`,
      `--entry=0x${origin.toString(16)}`,
      path('kernel.o'),
      '-o',
      path('kernel.elf'),
    ]);
    execFileSync(`${PREFIX}objcopy`, ['-O', 'binary', path('kernel.elf'), path('kernel.bin')]);
    const bytes = new Uint8Array(readFileSync(path('kernel.bin')));
    const names = execFileSync(`${PREFIX}nm`, ['-n', '--special-syms', path('kernel.elf')], {
      encoding: 'utf8',
    });
    const symbols = new Map<string, bigint>();
    const code: [number, number][] = [];
    for (const line of names.trim().split('\n')) {
      const [value, kind, name] = line.split(' ');
      if (kind?.toLowerCase() !== 't' || name === undefined) continue;
      const address = BigInt(`0x${value}`);
      const offset = Number(address - origin);
      if (name.startsWith('$x')) code.push([offset, bytes.length]);
      else if (name.startsWith('$d')) (code.at(-1) ?? [0, 0])[1] = offset;
      else if (!name.startsWith('_')) symbols.set(name, address); // the linker adds names of its own
    }
    return { bytes, symbols, code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Disassembles raw bytes as objdump does, without its comments: one text for each word. */
export function gnuDisassemble(bytes: Uint8Array, origin: bigint): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-gnu-'));
  try {
    const file = join(folder, 'text.bin');
    writeFileSync(file, bytes);
    const listing = execFileSync(
      `${PREFIX}objdump`,
      ['-D', '-b', 'binary', '-m', 'aarch64', '-z', `--adjust-vma=0x${origin.toString(16)}`, file],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    return listing
      .split('\n')
      .filter((line) => /^\s*[0-9a-f]+:\t/.test(line))
      .map((line) =>
        line
          .split('\t')
          .slice(2)
          .join(' ')
          .replace(/\s*\/\/.*$/, '')
          .trim(),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
