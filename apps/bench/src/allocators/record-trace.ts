/** Records what a Linux program and its children allocate and free, on a machine of ours. */
import { gunzipSync } from 'node:zlib';
import { bitmapAllocator } from '@armature/allocator-bitmap';
import {
  type FrameAllocator,
  type FrameAllocatorFactory,
  MiB,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import { cpu } from '@armature/cpu';
import { aarch64Exceptions } from '@armature/exceptions';
import { linuxUser } from '@armature/linux-user';
import { createMachine, ram } from '@armature/machine';
import { memoryManager } from '@armature/memory';
import { vmsav8 } from '@armature/mmu';
import { writeTrace } from './guest-trace.ts';

/** What the guest does: busybox's shell with programs that come and go, side by side and in pipes. */
export const GUEST_SCRIPT = `
cd /tmp
awk 'BEGIN { for (i = 0; i < 24000; i++) print i, i * 7919 % 10007, "line of text number", i * i % 977 }' > text
head -n 6000 text > text1
head -n 12000 text > text2
for round in 1 2 3; do
  sort -n -k 2 text > sorted &
  gzip -c text2 > packed.gz &
  awk '{ sum[$2 % 5000] += $1; list[NR] = $0 } END { for (k in sum) print k, sum[k] }' text$((round % 2 + 1)) > sums &
  bzip2 -c text1 > text1.bz2 &
  (head -c $((round + 4))m /dev/zero | tail -c $((round + 3))m | wc -c) &
  (tac text | head -n 1; tac text2 | tail -n 1) &
  (big=$(head -c 1m /dev/zero | tr '\\0' a); echo $round $(echo $big | wc -c) $(seq 1 20 | wc -l)) &
  (dd if=/dev/zero bs=3M count=$round | dd of=/dev/null bs=2M) 2> /dev/null &
  mkdir -p tree$round/a/b
  for name in one two three four five six; do head -n $((round * 40)) text > tree$round/a/b/$name; done
  tar cf tree$round.tar tree$round
  wait
  (tar xOf tree$round.tar | grep -c line; gunzip -c packed.gz | md5sum) | cat
  sed -e 's/line/row/g' text1 | tr a-z A-Z | sort -k 5 | uniq | wc
  tail -c 3m sorted | tac | head -n 1 &
  bunzip2 -c text1.bz2 | sha256sum &
  (dd if=/dev/zero bs=4M count=1 | tail -c 4m | wc -c) 2> /dev/null &
  diff text1 text2 | tail -n 1
  seq 1 40 | while read n; do [ $((n % 2)) = 0 ] && expr $n + $round; done | tail -n 1
  wait
  rm -r tree$round
done
names=$(find . -type f | xargs ls -l | awk '{ print $5, $9 }' | sort -n)
echo "$names" | head -n 20
`;

/** Memory of the guest: more than it needs, so that nothing it does depends on the allocator. */
const MEMORY = MiB(128);
const MOST_INSTRUCTIONS = 20_000_000_000;

/** The blocks that an allocator gives and takes back. */
class Recorder {
  readonly steps: number[] = [];
  readonly #blocks = new Map<number, number>();
  #made = 0;

  gave(frame: number, frames: number): number {
    if (frame === NO_FRAME) return frame;
    this.steps.push(frames);
    this.#blocks.set(frame, this.#made++);
    return frame;
  }

  took(frame: number): void {
    const block = this.#blocks.get(frame);
    if (block === undefined) throw new Error(`frame ${frame} was freed and not allocated`);
    this.#blocks.delete(frame);
    this.steps.push(~block);
  }
}

/** An allocator that does what another does, and has it recorded. */
function recording(inner: FrameAllocator, recorder: Recorder): FrameAllocator {
  const own: Partial<FrameAllocator> = {
    alloc: (order) => recorder.gave(inner.alloc(order), 2 ** order),
    allocRun: (count: number, constraints?: RunConstraints) =>
      recorder.gave(inner.allocRun(count, constraints), count),
    free(frame, order) {
      const status = inner.free(frame, order);
      if (status === 0) recorder.took(frame);
      return status;
    },
    freeRun(frame, count) {
      const status = inner.freeRun(frame, count);
      if (status === 0) recorder.took(frame);
      return status;
    },
    allocAt() {
      throw new Error('a trace has no place for allocations at an address');
    },
    allocBatch(out) {
      const given = inner.allocBatch(out);
      for (let slot = 0; slot < given; slot++) recorder.gave(out[slot]!, 1);
      return given;
    },
    freeBatch(frames) {
      const status = inner.freeBatch(frames);
      if (status === 0) for (const frame of frames) recorder.took(frame);
      return status;
    },
  };
  return new Proxy(inner, {
    get(target, key) {
      const value = Reflect.get(own, key) ?? Reflect.get(target, key);
      return typeof value === 'function' && !(key in own) ? value.bind(target) : value;
    },
  });
}

/**
 * Runs the script in a static busybox for arm64.
 *
 * @returns the trace, and what the script wrote
 * @throws Error when it does not end, or ends badly
 */
export async function recordTrace(
  busybox: Uint8Array,
): Promise<{ readonly trace: string; readonly output: string }> {
  const recorder = new Recorder();
  const factory = bitmapAllocator({ pages: MEMORY / 4096 });
  const allocator: FrameAllocatorFactory = {
    name: factory.name,
    pages: factory.pages,
    create: (range) => recording(factory.create(range), recorder),
  };
  let output = '';
  const machine = await createMachine()
    .use(cpu({ model: 'cortex-a72' }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(ram({ base: 0x4000_0000, size: MEMORY }))
    .use(memoryManager({ allocator, reserveFirst: 0 }))
    .use(
      linuxUser({
        console: {
          write: (bytes) => {
            output += Buffer.from(bytes).toString('latin1');
          },
        },
      }),
    )
    .build();
  const linux = machine.use('linux-user');
  const start = { path: '/bin/busybox', bytes: busybox, arguments: ['busybox', 'sh', '-c', GUEST_SCRIPT] };
  linux.start({ ...start, environment: ['PATH=/bin'] });
  const { reason, instructions } = machine.runSync({ maxInstructions: MOST_INSTRUCTIONS });
  if (reason !== 'power-off' || linux.ending?.status !== 0) {
    throw new Error(
      `the script stopped: ${reason} after ${instructions} instructions; ${output.slice(-400)}`,
    );
  }
  const { processes, frames } = linux.statistics;
  const notes = [
    'Frames allocated and freed by the Linux-compatible kernel of @armature/linux-user for a script of busybox.',
    `${processes} processes, ${Math.round(instructions / 1e6)} million instructions, at most ${frames.peak} frames in user pages.`,
    'armature-bench allocators --record-trace writes it; src/allocators/guest-trace.ts reads it.',
  ];
  return { trace: writeTrace(recorder.steps, notes), output };
}

const [HEADER_BYTES, NAME_SIZE_AT, FILE_SIZE_AT] = [110, 94, 54];
const aligned = (at: number): number => Math.ceil(at / 4) * 4;

/**
 * A file of a RAM disk: a gzipped cpio archive of the "new ASCII" format.
 *
 * @throws Error when it is not there
 */
export function fileOfInitrd(initrd: Uint8Array, wanted: string): Uint8Array {
  const archive = gunzipSync(initrd);
  const text = (from: number, to: number): string => archive.subarray(from, to).toString('latin1');
  const number = (at: number): number => Number.parseInt(text(at, at + 8), 16);
  for (let at = 0; at + HEADER_BYTES <= archive.length; ) {
    const nameEnd = at + HEADER_BYTES + number(at + NAME_SIZE_AT);
    const start = aligned(nameEnd);
    const size = number(at + FILE_SIZE_AT);
    const name = text(at + HEADER_BYTES, nameEnd - 1);
    if (name === wanted) return archive.subarray(start, start + size);
    if (name === 'TRAILER!!!' || Number.isNaN(size)) break;
    at = aligned(start + size);
  }
  throw new Error(`there is no ${wanted} in the RAM disk`);
}
