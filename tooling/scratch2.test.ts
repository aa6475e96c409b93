import fs from 'node:fs';
import { cpu } from '@armature/cpu';
import { pl011 } from '@armature/device-pl011';
import { aarch64Exceptions, describeSyndrome } from '@armature/exceptions';
import { createMachine, ram, rom } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import { test } from 'vitest';

test('uboot', async () => {
  let out = '';
  const bytes = new Uint8Array(fs.readFileSync('/usr/lib/u-boot/qemu_arm64/u-boot.bin'));
  const m = await createMachine()
    .use(cpu({ model: 'cortex-a72' }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci({ conduit: 'hvc' }))
    .use(rom({ base: 0, size: 128 << 20, bytes } as never))
    .use(ram({ base: 0x4000_0000, size: 128 << 20 }))
    .use(
      pl011({
        base: 0x0900_0000,
        onTransmit: (b: number) => {
          out += String.fromCharCode(b);
        },
      }),
    )
    .build();
  m.memory.write(0x40000000, m.deviceTree());
  const c = m.cpuStates[0];
  c.pc = 0n;
  const seen: string[] = [];
  m.use('cpu').observeExceptions({
    taken: (cc, kind, s) => {
      if (seen.length < 20)
        seen.push(
          `${kind} ${describeSyndrome(s)} elr ${cc.system('ELR_EL1').toString(16)} far ${cc.system('FAR_EL1').toString(16)}`,
        );
    },
  });
  const r = await m.run({ maxInstructions: 300_000_000 });
  console.log(out);
  console.log(seen.join('\n'));
  console.log(r, c.pc.toString(16));
});
