/** The command on a pseudo-terminal, which `script` from util-linux makes. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMAND, ENVIRONMENT, Files, print } from './armature.ts';

const files = new Files();
afterAll(() => files.remove());

/** Answers every character with the next one. */
const echo = files.program(
  'echo.bin',
  `${print('>')}
1:ldr w2, [x20, #0x18]
  tbnz w2, #4, 1b
  ldr w1, [x20]
  add w1, w1, #1
  str w1, [x20]
  b 1b`,
);

function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A terminal session: what the screen shows, and the terminal's settings before and after. */
class Session {
  screen = '';
  readonly code: Promise<number | null>;
  private readonly child;
  private readonly name: string;
  private look = (): void => {};

  constructor(name: string, args: readonly string[]) {
    this.name = name;
    const command = [...COMMAND, ...args].map(quote).join(' ');
    const inner = quote(`echo $$ > ${this.path('pid')}; exec ${command}`);
    const line = `stty -a > ${this.path('before')}; sh -c ${inner}; code=$?; stty -a > ${this.path('after')}; exit $code`;
    this.child = spawn('script', ['-qec', line, '/dev/null'], { stdio: 'pipe', env: ENVIRONMENT });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text;
      this.look();
    });
    this.code = new Promise((resolve) => this.child.on('close', resolve));
  }

  type(text: string): void {
    this.child.stdin.write(text);
  }

  shows(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.look = () => {
        if (this.screen.includes(text)) resolve();
      };
      this.look();
      this.child.on('close', () => reject(new Error(`it ended without ${text}: ${this.screen}`)));
    });
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(Number(this.read('pid')), signal);
  }

  /** The terminal is as it was, and out of raw mode. */
  expectRestored(): void {
    expect(this.read('after')).toBe(this.read('before'));
    expect(this.read('after')).toMatch(/ icanon .* echo /s);
  }

  private path(file: string): string {
    return files.path(`${this.name}-${file}`);
  }

  private read(file: string): string {
    expect(existsSync(this.path(file))).toBe(true);
    return readFileSync(this.path(file), 'utf8');
  }
}

describe.skipIf(!hasScript())('on a terminal', () => {
  test('keys reach the guest, Ctrl-A leads commands, Ctrl-A x quits', async () => {
    const session = new Session('quit', ['run', echo]);
    await session.shows('>');
    session.type('H');
    await session.shows('>I');
    session.type('\x03');
    await session.shows('>I\x04');
    session.type('\x01a');
    await session.shows('>I\x04\x02');
    session.type('\x01h');
    await session.shows('Ctrl-A x   quit');
    session.type('\x01i');
    await session.shows(' instructions, ');
    await session.shows('CPU 0  EL1 at 0x');
    session.type('\x01x');
    expect(await session.code).toBe(0);
    expect(session.screen).toMatch(/armature: quit\r\n {2}instructions/);
    expect(session.screen).toMatch(/40000000 {2}\.\.\+\./);
    session.expectRestored();
  });

  test('a signal leaves the terminal as it was', async () => {
    const session = new Session('signal', ['run', echo, '--quiet']);
    await session.shows('>');
    session.kill('SIGTERM');
    expect(await session.code).toBe(143);
    session.expectRestored();
  });

  test('an error leaves the terminal as it was', async () => {
    const jump = files.program('jump.bin', 'mov x0, #0x30000000\nbr x0');
    const session = new Session('error', ['run', jump, '--quiet']);
    expect(await session.code).toBe(4);
    expect(session.screen).toContain('EXCEPTION_LOOP');
    session.expectRestored();
  });
});
