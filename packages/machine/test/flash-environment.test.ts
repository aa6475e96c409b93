/** U-Boot keeps its environment in the board's flash, from one machine to the next. */
import { existsSync, readFileSync } from 'node:fs';
import { flash, memoryBacking } from '@armature/device-flash';
import { describe, expect, test } from 'vitest';
import { virt } from '../src/boards/virt.ts';
import { boot } from '../src/boot/boot.ts';
import type { RunEnd } from '../src/machine.ts';

const FIRMWARE = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
const PROMPT = /=> $/;

/** U-Boot at its prompt, in a machine with these variables in its second flash bank. */
async function start(backing: ReturnType<typeof memoryBacking>) {
  const firmware = new Uint8Array(readFileSync(FIRMWARE));
  let output = '';
  const machine = await virt({ onTransmit: (byte) => (output += String.fromCharCode(byte)) })
    .use(flash({ base: 0, banks: [{ image: firmware, readOnly: true }, { backing }] }))
    .build();
  boot(machine, { firmware });
  const until = async (pattern: RegExp): Promise<void> => {
    for (let slice = 0; slice < 400 && !pattern.test(output); slice++) {
      const reason: RunEnd = (await machine.run({ maxInstructions: 2_000_000 })).reason;
      expect(['budget', 'waiting']).toContain(reason);
    }
    expect(output).toMatch(pattern);
  };
  const type = (text: string): void => machine.use('console').write(new TextEncoder().encode(text));
  await until(/stop autoboot/);
  type('\n');
  await until(PROMPT);
  return {
    banner: output,
    async command(line: string): Promise<string> {
      output = '';
      type(`${line}\n`);
      await until(PROMPT);
      return output;
    },
  };
}

describe.skipIf(!existsSync(FIRMWARE))('U-Boot', () => {
  test('saves its environment in flash, and another machine loads it', async () => {
    const backing = memoryBacking();
    const first = await start(backing);
    expect(first.banner).toContain('Flash: 64 MiB');
    expect(first.banner).toContain('bad CRC, using default environment');
    expect(await first.command('setenv hello world; saveenv')).toMatch(
      /Writing to Flash\.\.\. done[\s\S]*OK/,
    );
    await first.command('protect off 0x4080000 0x40bffff; erase 0x4080000 0x40bffff');
    await first.command('cp.b 0x4000000 0x41000000 0x300; cp.b 0x41000000 0x4080000 0x300');
    expect(await first.command('cmp.b 0x41000000 0x4080000 0x300')).toContain('768 byte(s) were the same');

    const second = await start(backing);
    expect(second.banner).toContain('Loading Environment from Flash... OK');
    expect(await second.command('printenv hello')).toContain('hello=world');
  });
});
