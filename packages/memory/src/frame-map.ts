import { FRAME_STATE, type FrameAllocator, formatAddress, PAGE_SIZE } from '@armature/core';

export interface FrameMapOptions {
  /** Characters a line. Default 64. */
  readonly columns?: number;
  /** Frames a character stands for. Default: as many as make the map at most eight lines long. */
  readonly framesPerCharacter?: number;
}

/** Characters of a frame map. `partly` is a group with free frames among others, `unknown` a state that is none. */
export const FRAME_MAP_CHARACTERS = {
  free: '.',
  used: '#',
  reserved: 'R',
  partly: '+',
  unknown: '?',
} as const;

/**
 * Draws an allocator's frames for a terminal: one character per group of frames, each line with the address of
 * its first frame.
 *
 * @example
 * frameMap(allocator, { columns: 32, framesPerCharacter: 16 })
 */
export function frameMap(allocator: FrameAllocator, options: FrameMapOptions = {}): string {
  const columns = Math.max(1, Math.trunc(options.columns ?? 64) || 1);
  const automatic = Math.max(1, Math.ceil(allocator.count / (columns * 8)));
  const group = Math.max(1, Math.trunc(options.framesPerCharacter ?? automatic) || automatic);
  const end = allocator.base + allocator.count;
  const lines: string[] = [];
  let line = '';
  for (let frame = allocator.base; frame < end; frame += group) {
    if (line === '') lines.push(formatAddress(frame * PAGE_SIZE));
    line += characterOf(allocator, frame, Math.min(frame + group, end));
    if (line.length === columns || frame + group >= end) {
      lines[lines.length - 1] += `  ${line}`;
      line = '';
    }
  }
  return lines.join('\n');
}

function characterOf(allocator: FrameAllocator, first: number, end: number): string {
  const counts: Record<number, number> = {};
  for (let frame = first; frame < end; frame++) {
    const state = stateOf(allocator, frame);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  const of = (state: number): number => counts[state] ?? 0;
  const { free, used, reserved } = FRAME_STATE;
  const known = of(free) + of(used) + of(reserved);
  if (known < end - first) return FRAME_MAP_CHARACTERS.unknown;
  if (of(free) === known) return FRAME_MAP_CHARACTERS.free;
  if (of(free) > 0) return FRAME_MAP_CHARACTERS.partly;
  return of(reserved) === known ? FRAME_MAP_CHARACTERS.reserved : FRAME_MAP_CHARACTERS.used;
}

function stateOf(allocator: FrameAllocator, frame: number): number {
  try {
    return allocator.state(frame);
  } catch {
    return -1;
  }
}
