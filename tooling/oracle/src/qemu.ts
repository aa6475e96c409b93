import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { assemble } from '@armature/isa';
import type { OracleDriver } from './driver.ts';
import { harnessSource } from './harness.ts';
import { CASE, CONFIGURATIONS, type Configuration, cpuOf, HEADER, PHYSICAL, RESULT } from './layout.ts';
import { translationTables, windowContent } from './tables.ts';
import { execute, QEMU_SYSTEM, temporaryFolder } from './tools.ts';

/** Cases that fit between {@link PHYSICAL.results} and the end of 256 MiB of RAM. */
const MAX_CASES = 200_000;

/** Runs cases on `qemu-system-aarch64 -M virt`. Call `close` to remove its temporary files. */
export function qemuDriver(): OracleDriver & { close(): void } {
  const { path, remove } = temporaryFolder();
  const file = (name: string, content: Uint8Array): string => {
    writeFileSync(path(name), content);
    return path(name);
  };
  const fixed: readonly (readonly [string, number])[] = [
    [file('harness.bin', assemble(harnessSource(), { origin: PHYSICAL.harness }).bytes), PHYSICAL.harness],
    [file('tables.bin', translationTables()), PHYSICAL.tables],
    [file('window.bin', windowContent()), PHYSICAL.window],
    [file('pristine.bin', windowContent()), PHYSICAL.pristine],
  ];

  function runSome(configuration: Configuration, cases: Int32Array): Int32Array {
    const count = cases.length / CASE.size;
    const results = path('results.bin');
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
    const model = cpuOf(configuration);
    const machine = ['-M', 'virt', '-cpu', model, '-m', '256', '-smp', '1', '-nic', 'none', '-nographic'];
    const semihosting = ['-semihosting-config', 'enable=on,target=native'];
    const entry = ['-device', `loader,addr=0x${PHYSICAL.harness.toString(16)},cpu-num=0`];
    const seconds = 60 + count / 500;
    execute(QEMU_SYSTEM, [...machine, ...semihosting, ...loaders, ...entry], seconds);
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
    close: remove,
  };
}
