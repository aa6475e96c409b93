import { describe, expect, test } from 'vitest';
import { findChromium } from '../src/host/chromium.ts';
import { bootRow, bootTable, describeDifference, type HostBoot } from '../src/host/report.ts';
import { Dialogue } from '../src/machine/dialogue.ts';
import { Speed } from '../src/page/speed.ts';

describe('the dialogue', () => {
  const spoken = (text: string, onPrompt = () => {}): Dialogue => {
    const dialogue = new Dialogue(onPrompt);
    for (const character of text) dialogue.add(character.charCodeAt(0));
    return dialogue;
  };

  test('finds prompts at the start of a line', () => {
    let prompts = 0;
    spoken('[0.0] # no prompt\r\nLinux\r\n# \u001b[6nls\r\na\r\n# ', () => prompts++);
    expect(prompts).toBe(2);
  });

  test('finds the answer to a line', () => {
    const dialogue = spoken('Linux\r\n# \u001b[6nls\r\na\r\nb\r\n# \u001b[6ntrue\r\n# ');
    expect(dialogue.answerTo('ls')).toBe('a\nb\n');
    expect(dialogue.answerTo('true')).toBe('');
    expect(dialogue.answerTo('pwd')).toBe('');
  });
});

describe('a boot', () => {
  const boot = (host: string, console = 'Linux\n# ', instructions = 8e8): HostBoot => ({
    host,
    engine: 'interpreter',
    report: {
      shell: { seconds: 4.25, instructions },
      buildSeconds: 0.25,
      answer: { seconds: 5, instructions: 9e8, output: '' },
      end: { seconds: 6, instructions: 1e9, reason: 'power-off' },
      console,
    },
  });

  test('is a row', () => {
    const row = bootRow(boot('Node'));
    expect(row).toMatchObject({ secondsToShell: 4.25, secondsToBuild: 0.25, millionsPerSecond: 200 });
    const table = bootTable([row, bootRow(boot('Chromium'))]);
    const widths = table
      .trimEnd()
      .split('\n')
      .map(({ length }) => length);
    expect(new Set(widths).size).toBe(1);
    expect(table).toContain('800,000,000');
  });

  test('is compared', () => {
    const node = boot('Node');
    expect(describeDifference(node, boot('Chromium'))).toBeUndefined();
    expect(describeDifference(node, boot('Chromium', undefined, 1))).toContain(
      '800000000 instructions on Node',
    );
    expect(describeDifference(node, boot('Chromium', 'Linux\n$ '))).toBe(
      'line 2: #  on Node, $  on Chromium',
    );
  });
});

test('speed is of the time since the last report', () => {
  const speed = new Speed();
  expect(speed.describe({ seconds: 2, instructions: 4e8 })).toBe(
    '200 million instructions/s · 400 million in 2.0 s',
  );
  expect(speed.describe({ seconds: 3, instructions: 7e8 })).toContain('300 million instructions/s');
  expect(speed.describe({ seconds: 4, instructions: 7e8 })).toMatch(/^idle/);
});

describe('Chromium', () => {
  test('is the one that the environment names', () => {
    expect(findChromium({ ARMATURE_CHROMIUM: process.execPath })).toEqual({ found: process.execPath });
    expect(findChromium({ ARMATURE_CHROMIUM: '/nowhere' })).toEqual({
      missing: 'ARMATURE_CHROMIUM: /nowhere is no program',
    });
  });

  test('may be missing', () => {
    expect(findChromium({ PATH: '/nowhere' })).toHaveProperty('missing');
  });
});
