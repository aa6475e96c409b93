/** Waiting for several descriptors. */
import { fail } from '../errno.ts';
import { POLL } from '../files/constants.ts';
import type { OpenFile } from '../files/open-file.ts';
import { Wait, type WaitQueue } from '../wait.ts';
import { type Context, type Handler, readTimespec } from './context.ts';
import { blockAsBefore, blockMeanwhile } from './signal-calls.ts';

interface PollState {
  readonly deadline: number;
}

/** The deadline of a call, decided at its first attempt; signals may be blocked for as long as it waits. */
function begin(context: Context, timeAt: number, maskAt: number, maskBytes: number): number {
  const { kernel, thread, process, call } = context;
  if (call.state !== undefined) return (call.state as PollState).deadline;
  let deadline = Number.POSITIVE_INFINITY;
  if (timeAt !== 0) {
    const time = readTimespec(process.memory, timeAt);
    if (time === undefined) fail('EINVAL');
    deadline = kernel.config.clock.now() + time;
  }
  if (maskAt !== 0) {
    if (maskBytes !== 8) fail('EINVAL');
    blockMeanwhile(thread, process.memory.u64(maskAt));
  }
  call.state = { deadline } satisfies PollState;
  return deadline;
}

function isOver({ kernel, call }: Context, deadline: number): boolean {
  return call.timedOut || deadline <= kernel.config.clock.now();
}

const ppoll: Handler = (context) => {
  const { thread, process, call } = context;
  const at = call.size(0);
  const count = call.uint(1);
  if (count > process.descriptors.limit) fail('EINVAL');
  const deadline = begin(context, call.size(2), call.size(3), call.size(4));
  try {
    const bytes = process.memory.bytes(at, 8 * count);
    const view = new DataView(bytes.buffer);
    const queues: WaitQueue[] = [];
    let ready = 0;
    for (let index = 0; index < count; index++) {
      const descriptor = view.getInt32(8 * index, true);
      const wanted = view.getUint16(8 * index + 4, true);
      let found = 0;
      if (descriptor >= 0) {
        const file = process.descriptors.find(descriptor);
        found = file === undefined ? POLL.NVAL : file.poll() & (wanted | POLL.ERR | POLL.HUP);
        if (file !== undefined) queues.push(...file.queues);
      }
      view.setUint16(8 * index + 6, found, true);
      if (found !== 0) ready++;
    }
    if (ready === 0 && !isOver(context, deadline))
      return new Wait(queues, { deadline, onSignal: 'interrupt' });
    process.memory.write(at, bytes);
    blockAsBefore(thread);
    return ready;
  } catch (error) {
    blockAsBefore(thread);
    throw error;
  }
};

const READ_MASK = POLL.IN | POLL.RDNORM | POLL.HUP | POLL.ERR;
const WRITE_MASK = POLL.OUT | POLL.WRNORM | POLL.ERR;

const pselect6: Handler = (context) => {
  const { thread, process, call } = context;
  const { memory } = process;
  const count = call.int(0);
  if (count < 0) fail('EINVAL');
  const bits = Math.min(count, process.descriptors.limit);
  const size = Math.ceil(bits / 64) * 8;
  const masks = call.size(5);
  const maskAt = masks === 0 ? 0 : memory.size(masks);
  const deadline = begin(context, call.size(4), maskAt, masks === 0 ? 8 : memory.size(masks + 8));
  try {
    const addresses = [call.size(1), call.size(2), call.size(3)];
    const wanted = addresses.map((address) => (address === 0 ? undefined : memory.bytes(address, size)));
    const found = wanted.map(() => new Uint8Array(size));
    const queues: WaitQueue[] = [];
    let ready = 0;
    for (let descriptor = 0; descriptor < bits; descriptor++) {
      const isWanted = wanted.map((set) => ((set?.[descriptor >> 3] ?? 0) >> (descriptor & 7)) & 1);
      if (!isWanted.includes(1)) continue;
      const file: OpenFile = process.descriptors.get(descriptor);
      const state = file.poll();
      queues.push(...file.queues);
      const passes = [(state & READ_MASK) !== 0, (state & WRITE_MASK) !== 0, (state & POLL.PRI) !== 0];
      for (const [index, pass] of passes.entries()) {
        if (!pass || isWanted[index] === 0) continue;
        found[index][descriptor >> 3] |= 1 << (descriptor & 7);
        ready++;
      }
    }
    if (ready === 0 && !isOver(context, deadline))
      return new Wait(queues, { deadline, onSignal: 'interrupt' });
    for (const [index, address] of addresses.entries())
      if (address !== 0) memory.write(address, found[index]);
    blockAsBefore(thread);
    return ready;
  } catch (error) {
    blockAsBefore(thread);
    throw error;
  }
};

export const pollCalls: Readonly<Record<string, Handler>> = { ppoll, pselect6 };
