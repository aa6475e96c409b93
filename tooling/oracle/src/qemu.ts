import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '@armature/isa';
import type { OracleDriver } from './driver.ts';
import { harnessSource } from './harness.ts';
import { CASE, CONFIGURATIONS, type Configuration, HEADER, PHYSICAL, RESULT } from './layout.ts';
import { translationTables, windowContent } from './tables.ts';

/** Cases that fit between {@link PHYSICAL.results} and the end of 256 MiB of RAM. */
const MAX_CASES = 200_000;

const found = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** What is needed to run the oracle and is not installed; empty when nothing is missing. */
export function missingTools(): string[] {
  return ['qemu-system-aarch64'].filter((program) => !found(program));
}

/** QEMU's version line. */
export function qemuVersion(): string {
  return spawnSync('qemu-system-aarch64', ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
}

function execute(program: string, args: readonly string[], seconds: number): void {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: seconds * 1000, input: '' });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
  throw new Error(`${program} failed: ${reason}\n${result.stderr}`);
}

/** Runs cases on `qemu-system-aarch64 -M virt`. Call `close` to remove its temporary files. */
export function qemuDriver(model = 'cortex-a72'): OracleDriver & { close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'armature-oracle-'));
  const file = (name: string, content: Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const fixed: readonly (readonly [string, number])[] = [
    [file('harness.bin', assemble(harnessSource(), { origin: PHYSICAL.harness }).bytes), PHYSICAL.harness],
    [file('tables.bin', translationTables()), PHYSICAL.tables],
    [file('window.bin', windowContent()), PHYSICAL.window],
    [file('pristine.bin', windowContent()), PHYSICAL.pristine],
  ];

  function runSome(configuration: Configuration, cases: Int32Array): Int32Array {
    const count = cases.length / CASE.size;
    const results = join(folder, 'results.bin');
    const image = new Uint8Array(HEADER.size + cases.byteLength);
    const view = new DataView(image.buffer);
    const name = new TextEncoder().encode(results);
    view.setUint32(HEADER.count, count, true);
    view.setUint32(HEADER.sctlr, CONFIGURATIONS[configuration], true);
    view.setUint32(HEADER.nameLength, name.length, true);
    image.set(name, HEADER.name);
    image.set(new Uint8Array(cases.buffer, cases.byteOffset, cases.byteLength), HEADER.size);
    rmSync(results, { force: true });
    const loaders = [...fixed, [file('cases.bin', image), PHYSICAL.cases] as const].flatMap(
      ([path, address]) => ['-device', `loader,file=${path},addr=0x${address.toString(16)},force-raw=on`],
    );
    const machine = ['-M', 'virt', '-cpu', model, '-m', '256', '-smp', '1', '-nic', 'none', '-nographic'];
    const semihosting = ['-semihosting-config', 'enable=on,target=native'];
    const entry = ['-device', `loader,addr=0x${PHYSICAL.harness.toString(16)},cpu-num=0`];
    const seconds = 60 + count / 500;
    execute('qemu-system-aarch64', [...machine, ...semihosting, ...loaders, ...entry], seconds);
    const bytes = readFileSync(results);
    if (bytes.length !== count * RESULT.size * 4) throw new Error(`QEMU returned ${bytes.length} bytes`);
    return new Int32Array(new Uint8Array(bytes).buffer);
  }

  return {
    name: 'qemu',
    run(configuration, cases) {
      const count = cases.length / CASE.size;
      if (count <= MAX_CASES) return runSome(configuration, cases);
      const all = new Int32Array(count * RESULT.size);
      for (let from = 0; from < count; from += MAX_CASES) {
        const to = Math.min(from + MAX_CASES, count);
        const part = runSome(configuration, cases.subarray(from * CASE.size, to * CASE.size));
        all.set(part, from * RESULT.size);
      }
      return all;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
