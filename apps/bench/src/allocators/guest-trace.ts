/**
 * Frames that a guest allocated and freed, as text.
 *
 * The first lines begin with `#` and say what ran. Then come words:
 *
 * - `+N` N single frames are allocated, `+` is `+1`; `+NxC` N times C contiguous frames, aligned if C is a power of two.
 * - `-D` a block is freed, D blocks after the one freed before in the order of allocation, modulo nothing; D may be
 *   negative. `-DxN`: N times, each D after the one before. `-` is `-1`, `-xN` is `-1xN`.
 */
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import type { MeasuredAllocator } from './measured-allocator.ts';

export interface GuestTrace {
  /** By event: frames to allocate, or the complement (`~`) of the number of the block to free. */
  readonly steps: Int32Array;
  readonly events: number;
  /** Frames of each block, in the order of allocation. */
  readonly sizes: Int32Array;
  /** What ran, a line each. */
  readonly notes: readonly string[];
}

/** Columns of a line of words. */
const LINE = 118;

export function writeTrace(steps: readonly number[], notes: readonly string[]): string {
  const words: string[] = [];
  let last = -1;
  for (let at = 0; at < steps.length; ) {
    const step = steps[at]!;
    let next = at + 1;
    if (step >= 0) {
      while (next < steps.length && steps[next] === step) next++;
      const count = next - at === 1 && step === 1 ? '' : `${next - at}`;
      words.push(step === 1 ? `+${count}` : `+${count}x${step}`);
    } else {
      const distance = ~step - last;
      last = ~step;
      while (next < steps.length && steps[next]! < 0 && ~steps[next]! - last === distance) {
        last = ~steps[next]!;
        next++;
      }
      words.push(`-${distance === 1 ? '' : distance}${next - at === 1 ? '' : `x${next - at}`}`);
    }
    at = next;
  }
  const lines: string[] = notes.map((note) => `# ${note}`);
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return `${[...lines, line].join('\n')}\n`;
}

/** @throws Error for a word that makes no sense, or a block that is freed twice or before it is allocated */
export function readTrace(text: string): GuestTrace {
  const lines = text.split('\n');
  const notes = lines.filter((line) => line.startsWith('#')).map((line) => line.slice(2));
  const steps: number[] = [];
  const sizes: number[] = [];
  const freed: boolean[] = [];
  let last = -1;
  for (const word of lines
    .filter((line) => !line.startsWith('#'))
    .join(' ')
    .split(/\s+/)) {
    if (word === '') continue;
    const match = /^([+-])(-?\d+)?(?:x(\d+))?$/.exec(word);
    if (match === null) throw new Error(`not a word of a trace: '${word}'`);
    const [, sign, first = '1', second = '1'] = match;
    if (sign === '+') {
      for (let left = Number(first); left > 0; left--) {
        steps.push(Number(second));
        sizes.push(Number(second));
      }
      continue;
    }
    for (let left = Number(second); left > 0; left--) {
      last += Number(first);
      if (sizes[last] === undefined || freed[last]) throw new Error(`'${word}' frees what is not in use`);
      freed[last] = true;
      steps.push(~last);
    }
  }
  return { steps: Int32Array.from(steps), events: steps.length, sizes: Int32Array.from(sizes), notes };
}

/** Most frames in use at once. */
export function peakOf({ steps, sizes }: GuestTrace): number {
  let used = 0;
  let peak = 0;
  for (const step of steps) {
    used += step >= 0 ? step : -sizes[~step]!;
    peak = Math.max(peak, used);
  }
  return peak;
}

/**
 * Does to an allocator what the guest did.
 *
 * @param every after so many events, and at the end, `look` is called with the number of events and of frames in use
 * @throws Error when an allocation finds nothing or a free is refused
 */
export function replay(
  { steps, sizes, events }: GuestTrace,
  allocator: Pick<MeasuredAllocator, 'alloc' | 'free' | 'allocRun' | 'freeRun'>,
  every = 0,
  look: (events: number, used: number) => void = () => {},
): void {
  const frames = new Int32Array(sizes.length);
  let [made, used] = [0, 0];
  for (let at = 0; at < events; at++) {
    const step = steps[at]!;
    if (step >= 0) {
      const frame = step === 1 ? allocator.alloc(0) : allocator.allocRun(step, alignmentOf(step));
      if (frame === NO_FRAME) throw new Error(`${step} frames cannot be had`);
      frames[made++] = frame;
      used += step;
    } else {
      const size = sizes[~step]!;
      const frame = frames[~step]!;
      const status = size === 1 ? allocator.free(frame, 0) : allocator.freeRun(frame, size);
      if (status !== FREE_STATUS.ok) throw new Error('a free was refused');
      used -= size;
    }
    if (every > 0 && (at + 1) % every === 0) look(at + 1, used);
  }
}

const alignmentOf = (frames: number): { readonly align: number } => ({
  align: (frames & (frames - 1)) === 0 ? frames : 1,
});
