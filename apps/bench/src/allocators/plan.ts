/** Which cells are measured. */
import { SUBJECTS, type Subject } from './subjects.ts';
import { type Cell, WORKLOADS, type Workload } from './workloads.ts';

/** Workloads that are measured once, because they give the same in every run, but for `workers`. */
export const OTHER_JOBS = ['workers', 'metadata', 'uniform', 'lifetimes', 'guest'] as const;
export type OtherJob = (typeof OTHER_JOBS)[number];
export const ALL_WORKLOADS: readonly (Workload | OtherJob)[] = [...WORKLOADS, ...OTHER_JOBS];

export const isWorkload = (text: string): text is Workload | OtherJob =>
  (ALL_WORKLOADS as readonly string[]).includes(text);

/** What the bench is told to measure; all where it is left out. */
export interface Selection {
  readonly allocators?: readonly string[] | undefined;
  readonly workloads?: readonly string[] | undefined;
  /** In frames. */
  readonly sizes?: readonly number[] | undefined;
  readonly orders?: readonly number[] | undefined;
  /** Shares, 0 to 1. */
  readonly occupancies?: readonly number[] | undefined;
  readonly quick: boolean;
}

/** 16 MiB and 4 GiB, in frames. */
export const SIZES: readonly number[] = [4096, 2 ** 20];
export const CHURN_ORDERS: readonly number[] = [0, 3, 9];
export const OCCUPANCIES: readonly number[] = [0.5, 0.9, 0.97];
const SEARCH_ORDERS: readonly number[] = [1, 4, 9];

/** A cell, and who is measured in it. */
export interface PlannedCell extends Cell {
  readonly subjects: readonly Subject[];
}

/** Blocks that stay in use. */
const heldIn = (frames: number, order: number, occupancy: number): number =>
  Math.max(1, Math.floor(Math.floor(frames / 2 ** order) * occupancy));

/** The subjects that were chosen. */
export const chosenSubjects = ({ allocators }: Selection): Subject[] =>
  SUBJECTS.filter(({ name }) => allocators?.includes(name) ?? true);

export const isChosen = ({ workloads }: Selection, job: Workload | OtherJob): boolean =>
  workloads?.includes(job) ?? true;

/** All cells of a selection, in the order in which they are measured. */
export function plannedCells(selection: Selection): PlannedCell[] {
  const sizes = selection.sizes ?? SIZES;
  const largest = Math.max(...sizes);
  const occupancies = selection.occupancies ?? (selection.quick ? [0.5] : OCCUPANCIES);
  const subjects = chosenSubjects(selection);
  const named = selection.allocators !== undefined;
  const cells: PlannedCell[] = [];
  const add = (cell: Cell, fits: (subject: Subject) => boolean): void => {
    const found = subjects.filter((subject) => fits(subject) && !(subject.singleFrames && cell.order > 0));
    if (isChosen(selection, cell.workload) && found.length > 0) cells.push({ ...cell, subjects: found });
  };
  for (const frames of sizes) {
    for (const order of selection.orders ?? CHURN_ORDERS) {
      let before = -1;
      for (const occupancy of occupancies) {
        const held = heldIn(frames, order, occupancy);
        // A few large blocks are the same number at two shares.
        if (2 ** order > frames || held === before) continue;
        before = held;
        const first = occupancy === occupancies[0];
        add({ workload: 'churn', frames, order, occupancy }, ({ variant }) => first || named || !variant);
      }
    }
    const half = { frames, occupancy: 0.5 };
    if (selection.orders?.includes(0) ?? true) add({ workload: 'bulk', order: 0, ...half }, () => true);
    for (const order of selection.orders ?? (frames === largest ? [0, 9] : [0])) {
      if (2 ** order <= frames) add({ workload: 'repeat', order, ...half }, () => true);
    }
    add({ workload: 'dma', order: 0, ...half }, ({ name, singleFrames }) => name !== 'null' && !singleFrames);
  }
  for (const order of selection.orders ?? SEARCH_ORDERS) {
    if (order === 0 || 2 ** order > largest) continue;
    add({ workload: 'fail', frames: largest, order, occupancy: 0.5 }, ({ name }) => name !== 'null');
  }
  return cells;
}

/** Workloads that break memory up, with the share of it that is in use. */
export const FRAGMENTING = [
  { workload: 'uniform', occupancy: 0.5 },
  { workload: 'lifetimes', occupancy: 0.7 },
  { workload: 'lifetimes', occupancy: 0.9 },
  { workload: 'guest', occupancy: 0.7 },
  { workload: 'guest', occupancy: 0.9 },
] as const;

/** A workload that breaks memory up, and whose memory. */
export type PlannedFragmentation = (typeof FRAGMENTING)[number] & { readonly subject: Subject };

export const plannedFragmentations = (selection: Selection): PlannedFragmentation[] =>
  FRAGMENTING.filter(({ workload }) => isChosen(selection, workload)).flatMap((planned) =>
    chosenSubjects(selection)
      // A trace is quick to replay, so all do it.
      .filter(({ name, speedOnly }) => name !== 'null' && (!speedOnly || planned.workload === 'guest'))
      .map((subject) => ({ ...planned, subject })),
  );

/** Whose metadata is measured. */
export const describedSubjects = (selection: Selection): Subject[] =>
  isChosen(selection, 'metadata') ? chosenSubjects(selection).filter(({ kind }) => kind === 'allocator') : [];

/** Threads on one tree allocator. */
export const WORKERS: readonly number[] = [1, 2, 4];

export interface PlannedWorkers {
  readonly workers: number;
  readonly frames: number;
  readonly order: number;
}

export function plannedWorkers(selection: Selection): PlannedWorkers[] {
  if (!isChosen(selection, 'workers')) return [];
  if (!chosenSubjects(selection).some(({ name }) => name.startsWith('tree'))) return [];
  const frames = Math.max(...(selection.sizes ?? SIZES));
  return (selection.orders ?? [0, 9]).flatMap((order) =>
    WORKERS.filter((workers) => frames >> order >= 4 * workers).map((workers) => ({
      workers,
      frames,
      order,
    })),
  );
}

/** Whether a selection leaves nothing to measure. */
export const isEmpty = (selection: Selection): boolean =>
  plannedCells(selection).length === 0 &&
  plannedWorkers(selection).length === 0 &&
  describedSubjects(selection).length === 0 &&
  plannedFragmentations(selection).length === 0;
