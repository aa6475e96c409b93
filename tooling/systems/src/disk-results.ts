/** What the last run of the disk test found: `results/disk.json`, and the same for people in `results/disk.md`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DiskResults, diskFailures } from './disk-crash.ts';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));

export interface KeptDiskResults extends DiskResults {
  /** Day of the run, as 2026-01-31. */
  readonly date: string;
  readonly node: string;
}

export function keepDiskResults(results: KeptDiskResults): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}disk.json`, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(`${FOLDER}disk.md`, diskReport(results));
}

/** The results as Markdown. */
export function diskReport(results: KeptDiskResults): string {
  const { date, node, rounds } = results;
  const failures = diskFailures(results);
  return [
    '# A disk under a guest that is killed',
    '',
    `Written by \`npm run systems -- disk\` on ${date}, with Node ${node}. Debian’s kernel writes files to an ext4 on`,
    'a virtio disk, while another of its programs writes others without end; it synchronises, and at its word the',
    'emulator’s process is killed (SIGKILL). Then the host’s `e2fsck` replays the journal on a copy and must have',
    'nothing else to mend, and the files of this round and of all before must be those that were written. At last',
    'the guest mounts, unmounts and reads the disk itself, also read-only.',
    '',
    failures.length === 0
      ? `${rounds.length} kills, no failure; mounted again: no failure.`
      : failures.map((failure) => `- **failed**: ${failure.split('\n')[0]}\n`).join(''),
    '',
    '| kill | files compared | bytes | to the end of the process, ms | journal replayed | outcome |',
    '|---|---|---|---|---|---|',
    ...rounds.map(
      (each) =>
        `| ${each.round} | ${each.files} | ${each.bytes.toLocaleString('en')} | ${each.killMs} | ${
          each.journalReplayed ? 'yes' : 'no'
        } | ${each.failures.length === 0 ? 'whole' : '**failed**'} |`,
    ),
    '',
  ].join('\n');
}
