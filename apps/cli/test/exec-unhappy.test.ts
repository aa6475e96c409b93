/** `armature exec` where something is odd: arguments, files, outputs that close, signals, programs that want too much. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { describeFailure } from '../src/failure.ts';
import { createProgram } from '../src/program.ts';
import { armature, COMMAND, ENVIRONMENT, Files, start } from './armature.ts';
import { staticProgram } from './static-program.ts';

const files = new Files();
afterAll(() => files.remove());

/** A program of one segment, with stack and /tmp but no data of its own. */
const program = (name: string, source: string): string => files.write(name, staticProgram(source));

const EXIT = 'mov x8, #93\nsvc #0\n';

/** Writes the letters of its code to a descriptor without end. */
const chatter = (descriptor: number): string => `
  1: mov x0, #${descriptor}
  adr x1, 1b
  mov x2, #64
  mov x8, #64
  svc #0
  b 1b`;

const good = program('good', `mov x0, #0\n${EXIT}`);

describe('refused in one line and a hint', () => {
  test.each<[string[], number, string]>([
    [[], 2, "missing required argument 'program'"],
    [['--bogus', good], 2, "unknown option '--bogus'"],
    [['nowhere'], 3, 'cannot read nowhere: there is no such file'],
    [[files.folder], 3, 'it is a directory'],
    [['/dev/zero'], 3, 'cannot read /dev/zero: it is a device'],
    [['/dev/null'], 3, 'cannot read /dev/null: it is a device'],
    [['--memory', '5', good], 2, '--memory 5 is no multiple of 4096'],
    [['--memory', '64G', good], 2, 'does not fit machine memory'],
    [['--memory', 'much', good], 2, "argument 'much' is invalid"],
    [['--cpu', 'foo', good], 2, 'Allowed choices are cortex-a53, '],
    [['--engine', 'foo', good], 2, 'Allowed choices are auto, interpreter, jit'],
    [['--env', 'X', good], 2, '--env X is not name=value'],
    [['--directory', '/nope', good], 3, 'cannot begin in /nope: there is no such directory'],
    [['--max-processes', '0', good], 2, "argument '0' is invalid"],
  ])('%j', async (args, code, message) => {
    const words = ['exec', ...args];
    const commands = await createProgram(words);
    const thrown = await commands.parseAsync(words, { from: 'user' }).catch((error: unknown) => error);
    const { exitCode, lines } = describeFailure(thrown);
    const [error, hint, ...rest] = lines;
    expect([exitCode, rest]).toEqual([code, []]);
    expect(error).toMatch(/^armature: error\[[A-Z_]+\]: /);
    expect(error).toContain(message);
    expect(hint).toMatch(/^hint: /);
  });
});

test('the help has each default once', async () => {
  const { stdout, code } = await armature(['exec', '--help']);
  expect(code).toBe(0);
  for (const line of stdout.replaceAll(/\s+/g, ' ').split(' --')) {
    expect(line.match(/\(default/g)?.length ?? 0, line).toBeLessThanOrEqual(1);
  }
});

test('a program that makes more processes than it may gets EAGAIN', async () => {
  const bomb = program(
    'bomb',
    `
    mov x20, #0
  1:mov x0, #17
    mov x1, #0
    mov x8, #220
    svc #0
    cbz x0, 2f
    add x20, x20, #1
    cmp x0, #0
    b.gt 1b
    neg x19, x0
    lsl x0, x20, #4
    add x0, x0, x19
    ${EXIT}
  2:mov x8, #124
    svc #0
    b 2b`,
  );
  // Six children, the seventh attempt fails with 11.
  expect((await armature(['exec', '--max-processes', '7', bomb])).code).toBe((7 << 4) + 11);
});

test('memory that is used up is said to be', async () => {
  const { code, stderr } = await armature(['exec', '--memory', '16K', good]);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^armature: error\[MEMORY_EXHAUSTED\]: .*\nhint: Give the machine more memory.\n$/),
  ]);
  const greedy = program('greedy', '1: sub sp, sp, #4096\nstr x0, [sp]\nb 1b');
  const killed = await armature(['exec', '--memory', '1M', greedy]);
  expect(killed.code).toBe(137);
  expect(killed.stderr).toMatch(
    /was ended by SIGKILL at pc 0x0040_\w+\nhint: It found no room in its 1 MiB of memory; --memory gives it more.\n$/,
  );
});

test('a budget that is used up is said to be', async () => {
  const { code, stderr } = await armature(['exec', '--max-instructions', '1000', program('endless', 'b .')]);
  expect([code, stderr]).toEqual([
    5,
    expect.stringMatching(/^armature: .*endless was stopped after 1,000 instructions\n$/),
  ]);
});

test.each([
  ['stdout', 1],
  ['stderr', 2],
] as const)('nobody who reads %s on ends it as SIGPIPE does', async (stream, descriptor) => {
  const file = program(`chatter-${stream}`, chatter(descriptor));
  const child = spawn(COMMAND[0], [...COMMAND.slice(1), 'exec', file], { env: ENVIRONMENT });
  child[stream].once('data', () => child[stream].destroy());
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code).toBe(141);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a program that computes, and one that waits', async (signal, status) => {
  const say = `adr x1, 9f\nmov x0, #1\nmov x2, #3\nmov x8, #64\nsvc #0\nb 8f\n9: .ascii "go\\n"\n.balign 4\n8:\n`;
  for (const [name, source] of [
    ['computes', `${say} b .`],
    [
      'waits',
      `${say} 1: mov x0, #0\nmov x1, #0\nmov x2, #0\nmov x3, #0\nmov x4, #0\nmov x8, #73\nsvc #0\nb 1b`,
    ],
  ] as const) {
    const running = start(['exec', program(`${name}-${signal}`, source)]);
    await running.shows('go\n');
    running.kill(signal);
    const { code, stderr } = await running.outcome;
    expect(code).toBe(status);
    expect(stderr).toContain(`was ended by ${signal}`);
  }
});
