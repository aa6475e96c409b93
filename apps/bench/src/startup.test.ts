import { expect, test } from 'vitest';
import { measureStartup, type StartupProgram, startupRows } from './startup.ts';

const shell = (script: string): StartupProgram => ({ name: 'shell', command: 'sh', args: ['-c', script] });

test('times the first byte and the end', async () => {
  const [startup] = await measureStartup([shell("printf '!'; sleep 0.05")], 2);
  expect(startup!.samples).toHaveLength(2);
  for (const { exit, first } of startup!.samples) expect(exit - first).toBeGreaterThan(40);
});

test('the guest has to run', async () => {
  await expect(measureStartup([shell('echo no >&2; exit 3')], 1)).rejects.toThrow(/shell ended with 3.*no/s);
  await expect(measureStartup([shell('printf ?')], 1)).rejects.toThrow('wrote "?"');
});

test('a table of medians', () => {
  const samples = [10, 30, 20].map((first) => ({ first, exit: first + 5 }));
  expect(startupRows([{ emulator: 'one', samples }])[1]).toEqual(['one', '20', '25', '10', '25 %']);
});
