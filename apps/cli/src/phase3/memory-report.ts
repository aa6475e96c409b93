/** The memory manager of a machine, tried by guest code: the report that `armature phase3 --allocator` adds. */
import { ACCESS, formatAddress, type MemoryManagement, PAGE_SIZE } from '@armature/core';
import type { Machine } from '@armature/machine';
import { GuestPages, granted, PAGE_ACTIONS, type PageSpan } from './guest-pages.ts';

export interface MemoryReport {
  readonly lines: readonly string[];
  readonly passed: boolean;
}

/** What a trial found wrong. */
class Mistake extends Error {}

interface Bench {
  readonly manager: MemoryManagement;
  readonly guest: GuestPages;
  /** Adds a line about what was done. */
  say(line: string): void;
}

/** Where trials map pages. */
const WINDOW = 0x80_0000_0000n;
const ODD_PAGES = 37;
const SINGLES = 64;
/** @spec DDI 0487, ESR_EL1, EC: data abort without a change of exception level */
const CLASS_DATA_ABORT = 0x25n;

const pageAt = (index: number): bigint => WINDOW + BigInt(index * PAGE_SIZE);

function must(condition: boolean, what: string): void {
  if (!condition) throw new Mistake(what);
}

/** Has the guest write all pages, then check all: pages that share a frame would overwrite each other. */
function use({ guest }: Bench, spans: readonly PageSpan[], seed: number): void {
  const pages = spans.reduce((sum, span) => sum + span.pages, 0);
  const { good, wrong, firstWrong, fault } = guest.run(spans, PAGE_ACTIONS.writeAndCheck, seed);
  must(fault === undefined, `the guest took exception ${formatAddress(fault?.syndrome ?? 0n)}`);
  must(wrong === 0, `${wrong} words are not what was written, the first at ${formatAddress(firstWrong)}`);
  must(good === pages, `${good} of ${pages} pages are good`);
}

/** A run of pages: allocated, mapped, used by the guest, and given back. */
function tryRun(bench: Bench, pages: number, align: number): void {
  const { manager, say } = bench;
  const { address } = granted(manager.memoryAllocPages(pages, { align, zero: true }));
  must(address % align === 0, `${formatAddress(address)} is not aligned to ${align} bytes`);
  say(`${pages} pages at ${formatAddress(address)}`);
  granted(manager.memoryMap(WINDOW, address, pages));
  use(bench, [{ va: WINDOW, pages }], pages);
  granted(manager.memoryUnmap(WINDOW, pages));
  granted(manager.memoryFree(address));
}

/** Single pages, each mapped for itself. */
function takeSingles({ manager }: Bench, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const { address } = granted(manager.memoryAllocPages(1));
    granted(manager.memoryMap(pageAt(index), address, 1));
    return address;
  });
}

function giveSingles({ manager }: Bench, addresses: readonly number[]): void {
  for (const [index, address] of addresses.entries()) {
    granted(manager.memoryUnmap(pageAt(index), 1));
    granted(manager.memoryFree(address));
  }
}

const TRIALS: readonly (readonly [name: string, run: (bench: Bench) => void])[] = [
  [
    'single pages',
    (bench) => {
      const addresses = takeSingles(bench, SINGLES);
      must(new Set(addresses).size === SINGLES, 'a page was handed out twice');
      bench.say(
        `the first at ${formatAddress(addresses[0]!)}, the last at ${formatAddress(addresses.at(-1)!)}`,
      );
      use(bench, [{ va: WINDOW, pages: SINGLES }], 1);
      giveSingles(bench, addresses);
    },
  ],
  ['a run of pages', (bench) => tryRun(bench, ODD_PAGES, PAGE_SIZE)],
  [
    'a large block, aligned',
    (bench) => {
      const quarter = bench.manager.memoryGetStats().totalPages / 4;
      const pages = 2 ** Math.floor(Math.log2(quarter));
      tryRun(bench, pages, pages * PAGE_SIZE);
    },
  ],
  [
    'every second page freed and taken again',
    (bench) => {
      const { guest, manager, say } = bench;
      const addresses = takeSingles(bench, SINGLES);
      const whole = [{ va: WINDOW, pages: SINGLES }];
      use(bench, whole, 2);
      const kept = addresses.filter((_, index) => index % 2 === 0);
      for (let index = 1; index < SINGLES; index += 2) {
        granted(manager.memoryUnmap(pageAt(index), 1));
        granted(manager.memoryFree(addresses[index]!));
      }
      for (let index = 1; index < SINGLES; index += 2) {
        const { address } = granted(manager.memoryAllocPages(1, { zero: true }));
        must(!kept.includes(address), `${formatAddress(address)} was handed out twice`);
        granted(manager.memoryMap(pageAt(index), address, 1));
        addresses[index] = address;
      }
      say(`the first at ${formatAddress(addresses[1]!)}`);
      const { good } = guest.run(whole, PAGE_ACTIONS.check, 2);
      must(good === SINGLES / 2, `${good} pages, not ${SINGLES / 2}, kept what was written`);
      giveSingles(bench, addresses);
    },
  ],
  [
    'pages on first touch',
    (bench) => {
      const { guest, manager, say } = bench;
      granted(manager.reserveRange(WINDOW, SINGLES));
      const spans = [3, 17, 63].map((index) => ({ va: pageAt(index), pages: 1 }));
      for (const { va } of spans) {
        const { fault } = guest.run([{ va, pages: 1 }], PAGE_ACTIONS.write);
        must(fault?.address === va, `the guest did not fault at ${formatAddress(va)}`);
        const { physicalAddress } = granted(manager.handlePageFault(va, ACCESS.write));
        say(`page ${(va - WINDOW) / BigInt(PAGE_SIZE)} at ${formatAddress(physicalAddress)}`);
      }
      use(bench, spans, 3);
      must(granted(manager.releaseRange(WINDOW)).freedPages === spans.length, 'pages are missing');
    },
  ],
  [
    'an unmapped page faults',
    (bench) => {
      const addresses = takeSingles(bench, 1);
      use(bench, [{ va: WINDOW, pages: 1 }], 4);
      giveSingles(bench, addresses);
      const { fault } = bench.guest.run([{ va: WINDOW, pages: 1 }], PAGE_ACTIONS.check);
      must(fault !== undefined && fault.syndrome >> 26n === CLASS_DATA_ABORT, 'it can still be read');
      must(fault?.address === WINDOW, `the fault is at ${formatAddress(fault?.address ?? 0n)}`);
    },
  ],
  [
    'all memory, and a refusal after it',
    (bench) => {
      const { manager, say } = bench;
      const addresses: number[] = [];
      for (;;) {
        const page = manager.memoryAllocPages(1);
        if (!page.ok) {
          must(page.reason === 'OUT_OF_MEMORY', page.message);
          break;
        }
        const mapped = manager.memoryMap(pageAt(addresses.length), page.address, 1);
        if (mapped.ok) addresses.push(page.address);
        else {
          must(mapped.reason === 'OUT_OF_MEMORY', mapped.message);
          granted(manager.memoryFree(page.address));
          break;
        }
      }
      say(`${addresses.length} pages`);
      use(bench, [{ va: WINDOW, pages: addresses.length }], 5);
      giveSingles(bench, addresses);
    },
  ],
];

/**
 * Resets a machine and has its guest use what its memory manager hands out, in every way there is. The report is the
 * same with every allocator but for addresses and the allocator's name.
 */
export function memoryReport(machine: Machine): MemoryReport {
  machine.reset();
  const guest = new GuestPages(machine);
  const { manager } = guest;
  const { allocator } = manager;
  const before = manager.memoryGetStats();
  const lines = [
    `Memory manager: allocator ${allocator.name}, ${before.totalPages} pages from ${formatAddress(allocator.base * PAGE_SIZE)}`,
  ];
  let passed = true;
  for (const [name, run] of TRIALS) {
    const said: string[] = [];
    let mistake: string | undefined;
    try {
      run({ manager, guest, say: (line) => said.push(line) });
      mistake = leak(manager, before.usedPages - before.tablePages);
    } catch (error) {
      mistake = (error as Error).message;
    }
    lines.push(...said.map((line) => `  ${line}`));
    lines.push(mistake === undefined ? `[PASS] ${name}` : `[FAIL] ${name}: ${mistake}`);
    passed = mistake === undefined;
    // What a failed trial left would make the next ones fail.
    if (!passed) break;
  }
  const { allocations, frees, failures, faultsResolved } = manager.memoryGetStats();
  lines.push(
    `  ${allocations} allocations, ${frees} frees, ${failures} refusals, ${faultsResolved} pages on first touch`,
    passed ? `${TRIALS.length} trials, all passed` : 'A TRIAL FAILED',
  );
  return { lines, passed };
}

/** What a trial did not give back, or broke. @param held pages in use before it, page tables apart */
function leak(manager: MemoryManagement, held: number): string | undefined {
  const { usedPages, tablePages } = manager.memoryGetStats();
  if (usedPages - tablePages !== held) return `${usedPages - tablePages - held} pages were not given back`;
  const [broken] = manager.validate();
  return broken && `the allocator breaks ${broken}`;
}
