import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decode, extract } from '../decode.ts';
import type { Row } from '../types.ts';
import { table } from './index.ts';

/** Compares which words are allocated, and to which mnemonic, with GNU objdump. */

const OBJDUMP = 'aarch64-linux-gnu-objdump';
const available = spawnSync(OBJDUMP, ['--version']).status === 0;
const SEED = 0x5eed_a640;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** The mnemonics of the words, `undefined` where objdump knows no instruction. */
function objdump(words: Int32Array): (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'armature-isa-'));
  try {
    const file = join(folder, 'words.bin');
    writeFileSync(file, new Uint8Array(words.buffer));
    const run = spawnSync(
      OBJDUMP,
      ['-D', '-z', '-b', 'binary', '-m', 'aarch64', '-M', 'no-aliases,no-notes', file],
      { encoding: 'utf8', maxBuffer: 2 ** 30 },
    );
    if (run.status !== 0) throw new Error(run.stderr);
    return [...run.stdout.matchAll(/^ *[0-9a-f]+:\t[0-9a-f]{8} \t([^\t\n]+)(.*)$/gm)].map((line) =>
      line[1] === '.inst' ? undefined : line[1],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const dump = process.env['DUMP'];
test.runIf(available)('random words agree with objdump', () => {
  const next = random(SEED);
  const words: number[] = [];
  for (const row of table) {
    for (let n = 0; n < 120; n++) words.push((next() & ~row.mask) | row.value);
    for (let n = 0; n < 60; n++) words.push(((next() & ~row.mask) | row.value) ^ (1 << (next() & 31)));
  }
  for (let n = 0; n < 200000; n++) words.push(next());
  const all = Int32Array.from(words);
  const theirs = objdump(all);
  expect(theirs.length).toBe(all.length);
  const diff = new Map<string, { n: number; ex: string }>();
  for (let i = 0; i < all.length; i++) {
    const w = all[i] as number;
    const row = decode(w);
    const a = row ? expectedMnemonic(row, w) : undefined;
    const b = theirs[i];
    if (a === b) continue;
    const key = `${row?.id ?? '-'} | ${b ?? '-'}`;
    const d = diff.get(key);
    if (d) d.n++;
    else diff.set(key, { n: 1, ex: (w >>> 0).toString(16).padStart(8, '0') });
  }
  if (dump) writeFileSync(dump, [...diff].map(([k, d]) => `${k} | ${d.n} | ${d.ex}`).sort().join('\n') + '\n');
  console.log(all.length, diff.size);
});

function expectedMnemonic(row: Row, word: number): string {
  const name = row.id.split('_')[0] as string;
  if (name === 'B' && row.fields.has('cond')) {
    const c = ['eq','ne','cs','cc','mi','pl','vs','vc','hi','ls','ge','lt','gt','le','al','nv'];
    return `b.${c[extract(row, word, 'cond')]}`;
  }
  if (row.title.includes(`${name}2`) && row.fields.get('Q') && extract(row, word, 'Q')) return `${name}2`.toLowerCase();
  return name.toLowerCase();
}
