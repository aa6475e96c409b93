import { afterEach, expect, test } from 'vitest';
import { Guest } from '../src/guest.ts';

/** A shell as a guest: it echoes what it reads, and asks where the cursor is behind its prompt. */
const SHELL = `
const { execSync } = require('node:child_process');
const prompt = () => process.stdout.write('# \\x1b[6n');
process.stdout.write('[    0.000000] Booting\\r\\n[    0.000001] # not a prompt\\r\\n');
setTimeout(() => { process.stdout.write('\\r\\n'); prompt(); }, 50);
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  process.stdout.write(line + '\\r\\n');
  if (line === 'poweroff') process.exit(3);
  if (line.includes('silence')) return;
  const text = execSync(line, { encoding: 'latin1', shell: '/bin/sh' });
  process.stdout.write(text.replaceAll('\\n', '\\r\\n'));
  prompt();
});
`;

const guests: Guest[] = [];
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.stop();
});

function shell(): Guest {
  const guest = new Guest({ command: process.execPath, args: ['-e', SHELL] });
  guests.push(guest);
  return guest;
}

const onUnix = test.skipIf(process.platform === 'win32');

onUnix('answers, statuses, and nothing of the echo', async () => {
  const guest = shell();
  await guest.prompt(30);
  expect(await guest.run('echo one; echo two', 30)).toMatchObject({ output: 'one\ntwo\n', status: 0 });
  expect(await guest.run('printf "no line end"; (exit 7)', 30)).toMatchObject({
    output: 'no line end',
    status: 7,
  });
  const disturbed = 'echo one; echo "[    1.000000] a message"; echo two';
  expect((await guest.run(disturbed, 30)).output).toBe('one\ntwo\n');
  guest.type('poweroff\n');
  expect((await guest.end(30)).code).toBe(3);
  expect(guest.console).toContain('Booting\n');
});

onUnix('an answer that does not come', async () => {
  const guest = shell();
  await guest.prompt(30);
  await expect(guest.run('silence', 0.3)).rejects.toThrow(/0\.3 s went by without an answer to silence/);
});

onUnix('an end that comes too early', async () => {
  const guest = shell();
  await guest.prompt(30);
  guest.type('poweroff\n');
  await expect(guest.prompt(30)).rejects.toThrow(/it ended \(status 3\) before the prompt/);
});

test('a program that is not there', async () => {
  const guest = new Guest({ command: '/nowhere/emulator', args: [] });
  await expect(guest.prompt(30)).rejects.toThrow(/ENOENT/);
});
