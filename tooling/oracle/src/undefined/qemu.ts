import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '@armature/isa';
import { aborts } from './aborts.ts';
import { ABORTED, COMPLETED, COMPLETED_LOWER, type WordDriver } from './driver.ts';
import { BATCH, CONTROL, codeImage, HEADER, registerValues, SWEEP, sweepTables } from './layout.ts';
import { sweepSource } from './program.ts';

/** Longest time that a run may take: what a batch needs on a slow and busy host. */
const SECONDS = 600;

const UDF = 0;

/** QEMU stopped at a failed assertion of its own. */
class Aborted extends Error {}

function execute(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: SECONDS * 1000 });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = `${program} failed: ${code ?? signal}\n${Buffer.concat(errors).toString()}`;
      if (code === 0) resolve();
      else reject(signal === 'SIGABRT' ? new Aborted(text) : new Error(text));
    });
  });
}

function bytesOf(array: Uint32Array | BigUint64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Runs words on `qemu-system-aarch64 -M virt`. Call `close` to remove its temporary files. */
export function qemuWords(model: string): WordDriver & { close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'armature-words-'));
  const file = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const program = assemble(sweepSource(), { origin: SWEEP.program }).bytes;
  const fixed = [
    [file('program.bin', program), SWEEP.program],
    [file('tables.bin', sweepTables()), SWEEP.tables],
  ] as const;
  const results = join(folder, 'results.bin');

  function header(count: number): Uint8Array {
    const bytes = new Uint8Array(HEADER.size);
    const view = new DataView(bytes.buffer);
    const name = new TextEncoder().encode(results);
    view.setUint32(HEADER.count, count, true);
    view.setUint32(HEADER.nameLength, name.length, true);
    registerValues(CONTROL).forEach((value, index) => {
      view.setBigUint64(HEADER.values + 8 * index, value, true);
    });
    bytes.set(name, HEADER.name);
    return bytes;
  }

  async function batch(words: Uint32Array, tags: Uint8Array): Promise<Uint8Array> {
    const loaders = [
      ...fixed,
      [file('header.bin', header(words.length)), SWEEP.header] as const,
      [file('tags.bin', tags), SWEEP.tags] as const,
      [file('words.bin', bytesOf(codeImage(words))), SWEEP.words] as const,
    ].flatMap(([path, address]) => [
      '-device',
      `loader,file=${path},addr=0x${address.toString(16)},force-raw=on`,
    ]);
    rmSync(results, { force: true });
    const machine = ['-M', 'virt', '-cpu', model, '-m', '128', '-smp', '1', '-nic', 'none', '-nographic'];
    const semihosting = ['-semihosting-config', 'enable=on,target=native'];
    const entry = ['-device', `loader,addr=0x${SWEEP.program.toString(16)},cpu-num=0`];
    await execute('qemu-system-aarch64', [...machine, ...semihosting, ...loaders, ...entry]);
    const bytes = existsSync(results) ? readFileSync(results) : Buffer.alloc(0);
    if (bytes.length !== words.length) throw new Error(`QEMU returned ${bytes.length} results`);
    return Uint8Array.from(bytes, (ec) => (ec === COMPLETED_LOWER ? COMPLETED : ec));
  }

  /** Runs words in as many runs as are needed to find those that QEMU doesn't survive. */
  async function surviving(words: Uint32Array, tags: Uint8Array, largest: number): Promise<Uint8Array> {
    const results = new Uint8Array(words.length);
    for (let from = 0; from < words.length; from += largest) {
      const some = [words.subarray(from, from + largest), tags.subarray(from, from + largest)] as const;
      try {
        results.set(await batch(...some), from);
      } catch (error) {
        if (!(error instanceof Aborted)) throw error;
        const half = Math.ceil(some[0].length / 2);
        results.set(some[0].length === 1 ? [ABORTED] : await surviving(...some, half), from);
      }
    }
    return results;
  }

  return {
    name: `qemu ${model}`,
    async run(words, tags) {
      if (model !== 'max') return surviving(words, tags, BATCH);
      const results = await surviving(
        words.map((word) => (aborts(word) ? UDF : word)),
        tags,
        BATCH,
      );
      return results.map((result, index) => (aborts(words[index]!) ? ABORTED : result));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
