/** The page: a form that boots a machine, and the machine's console. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { ENGINE_CHOICES } from '../machine/engines.ts';
import type { Answer } from '../machine/messages.ts';
import { fetchDebian, readForm } from './guest.ts';
import { ask, MachineWorker } from './machine-worker.ts';
import { describeTotal, Speed } from './speed.ts';

const element = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;

const form = element<HTMLFormElement>('machine');
const options = element<HTMLFieldSetElement>('options');
const bootButton = element<HTMLButtonElement>('boot');
const stopButton = element<HTMLButtonElement>('stop');
const status = element('status');

const terminal = new Terminal({ fontSize: 14, scrollback: 10_000, theme: { background: '#0b0d10' } });
const fit = new FitAddon();
terminal.loadAddon(fit);
terminal.open(element('terminal'));
fit.fit();
new ResizeObserver(() => fit.fit()).observe(element('terminal'));

for (const name of ENGINE_CHOICES) options.querySelector('[name=engine]')!.append(new Option(name));

let worker: MachineWorker | undefined;
let speed = new Speed();

function show(text: string, failed = false): void {
  status.textContent = text;
  status.classList.toggle('failed', failed);
}

function setBusy(busy: boolean): void {
  options.disabled = busy;
  bootButton.disabled = busy;
  stopButton.disabled = !busy;
}

/** Ends the machine, if there is one. */
function end(text: string, failed = false): void {
  worker?.end();
  worker = undefined;
  setBusy(false);
  show(text, failed);
}

function receive(answer: Answer): void {
  switch (answer.kind) {
    case 'output':
      terminal.write(answer.bytes);
      break;
    case 'progress':
      show(speed.describe(answer.progress));
      break;
    case 'ended':
      end(`Ended: ${answer.reason} · ${describeTotal(answer.progress)}`);
      break;
    case 'failed':
      end(answer.message, true);
      break;
  }
}

async function start(): Promise<void> {
  const chosen = new FormData(form);
  setBusy(true);
  show('Loading ...');
  terminal.reset();
  terminal.focus();
  const own = new MachineWorker(receive);
  worker = own;
  try {
    const request = await readForm(chosen);
    speed = new Speed();
    own.send(request);
  } catch (error) {
    if (worker === own) end((error as Error).message, true);
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});
stopButton.addEventListener('click', () => end('Stopped'));
terminal.onData((text) => worker?.send({ kind: 'input', bytes: new TextEncoder().encode(text) }));
terminal.onBinary((text) => {
  worker?.send({ kind: 'input', bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)) });
});

/** What the terminal shows, its scrollback included. */
function text(): string {
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: buffer.length }, (_, line) =>
    buffer.getLine(line)!.translateToString(true),
  );
  return lines.join('\n').trimEnd();
}

const controls = { ask, fetchDebian, text };
export type PageControls = typeof controls;

/** For tests, and for whoever opens the browser's console. */
Object.assign(globalThis, { armature: controls });
