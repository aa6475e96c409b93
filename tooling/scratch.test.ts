import { execSync } from 'node:child_process';
import fs from 'node:fs';
import { cpu } from '@armature/cpu';
import { pl011 } from '@armature/device-pl011';
import { aarch64Exceptions } from '@armature/exceptions';
import { createMachine, ram } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { phase3KernelSource } from '@armature/phase3-kernel';
import { psci } from '@armature/psci';
import { test } from 'vitest';

test('kernel', async () => {
  fs.writeFileSync('/tmp/k.s', phase3KernelSource());
  execSync(
    'cd /tmp && aarch64-linux-gnu-as -o k.o k.s && aarch64-linux-gnu-ld -Ttext=0x40080000 -o k.elf k.o 2>/dev/null; aarch64-linux-gnu-objcopy -O binary k.elf k.bin',
  );
  let out = '';
  const m = await createMachine()
    .use(cpu({ model: 'cortex-a72' }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci({ conduit: 'hvc' }))
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
  m.memory.write(0x40080000, new Uint8Array(fs.readFileSync('/tmp/k.bin')));
  const dtb = m.deviceTree();
  m.memory.write(0x47e00000, dtb);
  const c = m.cpuStates[0];
  c.pc = 0x40080000n;
  c.setX(0, 0x47e00000n);
  const t0 = performance.now();
  const r = await m.run({ maxInstructions: 500_000_000 });
  fs.writeFileSync('/tmp/ours.txt', out, 'latin1');
  console.log(r, performance.now() - t0, m.statistics);
});
