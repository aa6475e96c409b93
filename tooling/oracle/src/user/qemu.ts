import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PageKind, WINDOW, WINDOW_PAGES } from '../layout.ts';
import { windowContent } from '../tables.ts';
import { COMPILER, execute, QEMU_USER, temporaryFolder } from '../tools.ts';
import { Records } from './record.ts';

/** A letter for each page of the window: what a program at EL0 may do with it. */
const LETTERS: Readonly<Record<PageKind, string>> = {
  code: 'x',
  data: 'w',
  'read-only': 'r',
  privileged: '-',
  'not-accessed': '-',
  unmapped: '-',
};

/** The program and the code that enters cases are within reach of a branch from the window. */
const PLACES = [
  `-Wl,-Ttext-segment=0x${(WINDOW - 0x60_0000).toString(16)}`,
  `-Wl,--section-start=.run_case=0x${(WINDOW + 0x10_0000).toString(16)}`,
  '-Wl,--no-warn-rwx-segments',
];

/** Runs cases, each from the state it gives, and returns the state afterwards of each. */
export interface UserDriver {
  run(cases: Records): Records;
}

/** Runs cases on `qemu-aarch64 -cpu max`. Call `close` to remove its temporary files. */
export function userQemuDriver(): UserDriver & { close(): void } {
  const { path, remove } = temporaryFolder();
  const sources = ['harness.c', 'run-case.S'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  execute(COMPILER, ['-static', '-O2', ...PLACES, '-o', path('harness'), ...sources], 60);
  writeFileSync(path('window'), windowContent());
  const kinds = WINDOW_PAGES.map((kind) => LETTERS[kind]).join('');
  const files = ['cases', 'results', 'window'].map(path);
  return {
    run(cases) {
      writeFileSync(path('cases'), cases.bytes);
      execute(QEMU_USER, ['-cpu', 'max', path('harness'), ...files, kinds], 60 + cases.count / 500);
      const bytes = readFileSync(path('results'));
      if (bytes.length !== cases.bytes.length) throw new Error(`QEMU returned ${bytes.length} bytes`);
      return new Records(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length));
    },
    close: remove,
  };
}
