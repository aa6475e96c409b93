/** Shares of time by group of functions, from a CPU profile of V8. */
import { type Profiler, Session } from 'node:inspector/promises';

/** A name with its share of the samples, 0 to 1. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

export interface ProfileShares {
  /** By what was running: compiled guest code, a package of ours, the garbage collector, ... */
  readonly groups: readonly Share[];
  /** Calls out of compiled code, each with all that it calls. */
  readonly calls: readonly Share[];
  /** Functions, without what they call. */
  readonly functions: readonly Share[];
}

/** Sampling interval, microseconds. */
const INTERVAL = 500;
const SHOWN_FUNCTIONS = 25;
/** What V8 puts between compiled code and a function that it calls. */
const WRAPPER = 'wasm-to-js';
const COMPILED_CODE = 'compiled code';

/** Profiles what a function does. */
export async function profiled<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; profile: Profiler.Profile }> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
    await session.post('Profiler.start');
    const result = await work();
    const { profile } = await session.post('Profiler.stop');
    return { result, profile };
  } finally {
    session.disconnect();
  }
}

type CallFrame = Profiler.ProfileNode['callFrame'];

/** Which group a function is of. */
export function groupOf({ functionName, url }: CallFrame): string {
  if (url.startsWith('wasm:')) return COMPILED_CODE;
  const source = /\/packages\/([^/]+)\/(?:src|dist)\//.exec(url)?.[1];
  if (source !== undefined) return source;
  if (url.startsWith('node:')) return 'Node';
  if (url.includes('/apps/')) return 'bench';
  return /^\((.*)\)$/.exec(functionName)?.[1] ?? 'V8';
}

/** Sums up a profile. Time in which nothing ran is left out. */
export function profileShares({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileShares {
  const own = new Map<number, number>();
  samples.forEach((id, index) => {
    own.set(id, (own.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const groups = new Sums();
  const calls = new Sums();
  const functions = new Sums();
  const visit = (id: number, call: string | undefined, parentCompiled: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { callFrame } = node;
    const group = groupOf(callFrame);
    const compiled = group === COMPILED_CODE;
    const wrapper = callFrame.functionName === WRAPPER;
    const caller = compiled ? undefined : parentCompiled && !wrapper ? callFrame.functionName : call;
    const time = own.get(id) ?? 0;
    if (group !== 'idle' && time > 0) {
      groups.add(group, time);
      functions.add(`${callFrame.functionName || 'anonymous'} (${group})`, time);
      calls.add(caller ?? (compiled ? COMPILED_CODE : 'outside of it'), time);
    }
    for (const child of node.children ?? []) visit(child, caller, compiled || (wrapper && parentCompiled));
  };
  const root = nodes[0];
  if (root !== undefined) visit(root.id, undefined, false);
  return {
    groups: groups.shares(),
    calls: calls.shares(),
    functions: functions.shares().slice(0, SHOWN_FUNCTIONS),
  };
}

class Sums {
  private readonly sums = new Map<string, number>();
  private total = 0;

  add(name: string, time: number): void {
    this.total += time;
    this.sums.set(name, (this.sums.get(name) ?? 0) + time);
  }

  shares(): Share[] {
    return [...this.sums]
      .map(([name, time]) => ({ name, share: time / this.total }))
      .sort((a, b) => b.share - a.share);
  }
}
