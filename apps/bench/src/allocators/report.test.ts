import { describe, expect, test } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { allocatorsCommand, allocatorsDocument, allocatorsReport } from './command.ts';
import { goalsOf } from './goals.ts';
import { sizeText } from './measure.ts';
import { figure, goalsTable } from './report.ts';
import {
  type AllocatorResults,
  allocatorsText,
  type CellResult,
  compared,
  type FragmentationRow,
  roundsOf,
  seriesOf,
} from './results.ts';
import { fragmentationSvg, framesSvg, mapPaths } from './svg-fragmentation.ts';
import { decades, throughputSvg } from './svg-throughput.ts';

const [SMALL, LARGE] = [4096, 2 ** 20];

function cell(allocator: string, more: Partial<CellResult> = {}): CellResult {
  return {
    workload: 'churn',
    frames: LARGE,
    order: 0,
    occupancy: 0.5,
    allocator,
    ours: roundsOf([50]),
    failed: 0,
    ...more,
  };
}

const beside = (ours: number, inC: number) => compared([ours], [inC]);

function fragmented(
  allocator: string,
  workload: FragmentationRow['workload'],
  occupancy: number,
  { huge = 0.5, unusable = 0.2 } = {},
): FragmentationRow {
  const look = { unusable: [0, 0, 0.1, unusable], huge, freeHugeFrames: 10, largestRun: 5000 };
  return {
    allocator,
    workload,
    occupancy,
    frames: 2 ** 18,
    mean: look,
    map: `${'8'.repeat(40)}${'3'.repeat(20)}0000`,
    series: seriesOf([0, 0.5, 1].map((at) => ({ at, ...look }))),
  };
}

const EMPTY: AllocatorResults = {
  host: { cpu: 'A CPU', cpus: 2, node: 'v26.0.0' },
  compiler: 'gcc 12',
  rounds: 1,
  quick: false,
  cells: [],
  workers: [],
  metadata: [],
  fragmentation: [],
};

const RESULTS: AllocatorResults = {
  ...EMPTY,
  cells: [
    cell('hierarchical', { frames: SMALL, ...beside(60, 100) }),
    cell('hierarchical', beside(62, 100)),
    cell('hierarchical', { occupancy: 0.9, ...beside(50, 100) }),
    cell('hierarchical', { order: 9, ...beside(70, 100) }),
    cell('buddy-magazine', beside(44.8, 100)),
    cell('bitmap', { ours: roundsOf([31]) }),
    cell('naive', { ours: roundsOf([0.1]) }),
    cell('naive', { workload: 'fail', order: 4, ours: roundsOf([4_000_000]) }),
    cell('bitmap', { workload: 'fail', order: 4, ours: roundsOf([2_000_000]) }),
    cell('tree', { workload: 'fail', order: 4, ...compared([200], [300], true) }),
    cell('buddy', { workload: 'fail', order: 9, ...compared([1200], [600], true) }),
  ],
  workers: [{ workers: 2, frames: LARGE, order: 0, ...beside(40, 39) }],
  metadata: [
    { allocator: 'bitmap', made: 98_304, singles: 65_536, runs: 98_304 },
    { allocator: 'buddy', made: 2e6, singles: 2e6, runs: 2e6 },
    { allocator: 'tree', made: 40_960, singles: 40_960, runs: 40_960 },
  ],
  fragmentation: [
    fragmented('buddy', 'uniform', 0.5, { huge: 0 }),
    fragmented('tree', 'uniform', 0.5, { huge: 0.99 }),
    fragmented('hierarchical', 'uniform', 0.5, { huge: 0.97 }),
    fragmented('buddy', 'lifetimes', 0.7, { unusable: 0.1 }),
    fragmented('tree', 'lifetimes', 0.7, { unusable: 0.3 }),
    fragmented('hierarchical', 'lifetimes', 0.7, { unusable: 0.105 }),
    fragmented('buddy', 'lifetimes', 0.9, { unusable: 0.28 }),
    fragmented('tree', 'lifetimes', 0.9, { unusable: 0.8 }),
    fragmented('hierarchical', 'lifetimes', 0.9, { unusable: 0.301 }),
  ],
};

describe('results', () => {
  test('ratios are of the same rounds', () => {
    const { ratio, ours } = compared([10, 100, 30], [20, 100, 90]);
    // 0.5, 1 and a third: the middle one, and not the ratio of the medians.
    expect(ratio).toBe(0.5);
    expect(ours.median).toBe(30);
    expect(compared([10, 20], [20, 20], true).ratio).toBe(1.5);
    expect(compared([1], undefined)).toEqual({ ours: roundsOf([1]) });
    expect(compared([1], [])).toEqual({ ours: roundsOf([1]) });
  });

  test('as JSON are whole numbers, fractions of four digits, and lists in lines', () => {
    const text = allocatorsText({ ...EMPTY, cells: [cell('tree', { ours: roundsOf([1.234_567, 2]) })] });
    expect(text).toContain('"frames": 1048576');
    expect(text).toContain('"samples": [1.235, 2]');
    expect(JSON.parse(text)).toMatchObject({ cells: [{ allocator: 'tree', frames: LARGE }] });
  });
});

describe('goals', () => {
  const goals = goalsOf(RESULTS);
  const goal = (words: string) => goals.find(({ subject }) => subject.includes(words));

  test('beside C are geometric means over occupancies', () => {
    expect(goal('hierarchical to C, 16 MiB, order 0')).toMatchObject({ value: '0.60', met: true });
    expect(goal('hierarchical to C, 4 GiB, order 0')).toMatchObject({
      goal: '≥ 0.60',
      value: '0.56',
      met: false,
    });
    expect(goal('hierarchical to C, 4 GiB, order 9')).toMatchObject({
      goal: '≥ 0.65',
      value: '0.70',
      met: true,
    });
    expect(goal('buddy with magazines')).toMatchObject({ goal: '≥ 0.45', value: '0.448', met: false });
    expect(goal('workers: 2')).toMatchObject({ goal: '≥ 1.00', value: '1.03', met: true });
  });

  test('tell the first-fit bitmaps apart', () => {
    expect(goal('naive bitmap (first fit, bit by bit)')).toMatchObject({
      goal: '≥ 500',
      value: '620',
      met: true,
    });
    expect(goal('our default bitmap (first fit, from the lowest free word)')).toMatchObject({
      goal: 'none',
      value: '2.00',
      met: undefined,
    });
    expect(goal('slowest failed search')).toMatchObject({
      subject: expect.stringContaining('buddy, order 9'),
      value: '1200 ns',
      met: false,
    });
  });

  test('of metadata are of bitmaps and the tree', () => {
    expect(goals.filter(({ subject }) => subject.includes('metadata'))).toMatchObject([
      { subject: expect.stringContaining('bitmap'), value: '64.0 KiB', met: false },
      { subject: expect.stringContaining('tree'), value: '40.0 KiB', met: true },
    ]);
  });

  test('of fragmentation are of the one that is nearest to the best in all', () => {
    expect(goals.slice(-4)).toMatchObject([
      { subject: 'hierarchical: behind the best of each workload, at most', value: '7 %', met: true },
      { value: '0.970', met: true },
      { value: '0.105', met: true },
      { value: '0.301', met: false },
    ]);
  });

  test('are those that can be told', () => {
    expect(goalsOf(EMPTY)).toEqual([]);
    expect(goalsTable(EMPTY)).toEqual([]);
    expect(goalsOf({ ...EMPTY, fragmentation: [fragmented('tree', 'uniform', 0.5)] })).toEqual([]);
  });
});

describe('the report', () => {
  test('has a row for each allocator and a column for each cell', () => {
    const text = allocatorsReport(RESULTS);
    expect(text).toContain('A CPU, 2 CPUs; Node v26.0.0; gcc 12. Medians of 1 round.');
    expect(text).toMatch(/^allocator +order 0, 50 % +order 0, 90 % +order 9, 50 % +scatter$/m);
    expect(text).toMatch(/^hierarchical +62\.0 \(0\.62\) +50\.0 \(0\.50\) +70\.0 \(0\.70\) +0 % \/ 0 %$/m);
    expect(text).toMatch(/^bitmap +31\.0 +- +- +0 %$/m);
    expect(text).toMatch(/^buddy +- +1200 \(0\.50\)/m);
    expect(text).toMatch(/^4 GiB, order 0, workers: 2 +40\.0 +39\.0 +1\.03/m);
    expect(text).toMatch(/^buddy with magazines to C, 4 GiB, order 0 +≥ 0\.45 +0\.448 +not met$/m);
  });

  test('as a document has the goals first, and the drawings', () => {
    const text = allocatorsDocument(RESULTS, new Map([['plot.svg', 'A plot']]));
    const places = ['## Goals', '![A plot](plot.svg)', '## Churn, 16 MiB', '## Failed searches'].map((part) =>
      text.indexOf(part),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(text).toContain('| hierarchical | 60.0 (0.60) | 0 % / 0 % |');
    for (const line of text.split('\n').filter((each) => each.startsWith('|')))
      expect(line.endsWith('|')).toBe(true);
  });

  test('of what was not measured has nothing', () => {
    expect(allocatorsReport({ ...EMPTY, compiler: null, rounds: 2, quick: true })).toBe(
      'A CPU, 2 CPUs; Node v26.0.0; no gcc, so nothing beside it in C. Medians of 2 rounds, quick.',
    );
  });

  test('figures have three digits', () => {
    expect([1234.4, 56.78, 5.678, 0.5678, 0.001_234, 0].map(figure)).toEqual([
      ...['1234', '56.8', '5.68', '0.57', '0.0012', '0'],
    ]);
    expect([SMALL, LARGE, 1024].map(sizeText)).toEqual(['16 MiB', '4 GiB', '4 MiB']);
  });
});

test('records are of everything in full', async () => {
  const command = (options: { readonly quick: boolean; readonly allocators?: string }) =>
    allocatorsCommand({ json: false, record: true, 'record-trace': false, ...options }, EMPTY.host, () =>
      expect.fail('measures'),
    );
  for (const options of [{ quick: true }, { quick: false, allocators: 'tree' }]) {
    await expect(command(options)).rejects.toThrow(UsageError);
    await expect(command(options)).rejects.toThrow('--record: wants everything in full');
  }
});

describe('drawings', () => {
  const balanced = (svg: string): void => {
    for (const tag of ['svg', 'g', 'text', 'title', 'polyline']) {
      const opened = svg.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
      expect(svg.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0).toBe(opened);
    }
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  };

  test('of throughput have a panel for each size and order, and a mark for ours and for C', () => {
    const svg = throughputSvg(RESULTS)!;
    balanced(svg);
    expect(svg.match(/font-weight="bold">(16 MiB|4 GiB), order \d</g)).toHaveLength(3);
    expect(svg).toContain('<title>hierarchical, 90 %: 50.0 M/s, C 100 M/s, ratio 0.50</title>');
    expect(svg.match(/<circle/g)).toHaveLength(5 * 2 + 2);
    expect(throughputSvg(EMPTY)).toBeUndefined();
  });

  test('have powers of ten around all values', () => {
    expect(decades([0.5, 80])).toEqual([0.1, 1, 10, 100]);
    expect(decades([100])).toEqual([100, 1000]);
  });

  test('of fragmentation have a panel for each workload, and a line for each allocator', () => {
    const svg = fragmentationSvg(RESULTS)!;
    balanced(svg);
    expect(svg.match(/<polyline/g)).toHaveLength(9);
    expect(svg).toContain('Lifetimes of processes, 1 GiB, 90 % in use');
    expect(fragmentationSvg(EMPTY)).toBeUndefined();
  });

  test('of memory have what is alike in one stroke', () => {
    expect(mapPaths(`${'8'.repeat(40)}0${'8'.repeat(3)}2`)).toEqual([
      '<path d="M12 1h1" stroke="#b9d7eb"/>',
      '<path d="M0 0h32M0 1h8M9 1h3" stroke="#0f3f68"/>',
    ]);
    const svg = framesSvg(RESULTS)!;
    balanced(svg);
    expect(svg.match(/scale\(5\)/g)).toHaveLength(9);
    expect(
      framesSvg({ fragmentation: [{ ...fragmented('tree', 'guest', 0.7), map: '88' }] }),
    ).toBeUndefined();
  });
});
