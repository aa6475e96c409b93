import { ArmatureError } from './errors.ts';

/** A named, versioned, plain object. Its header reads without the body. */
export interface Snapshot<State = unknown> {
  readonly type: string;
  readonly version: number;
  readonly state: State;
}

/** Checks a snapshot's header. @throws SNAPSHOT_INVALID */
export function checkSnapshot(snapshot: Snapshot, type: string, version: number): void {
  if (snapshot.type !== type || snapshot.version !== version) {
    throw new ArmatureError(
      'SNAPSHOT_INVALID',
      `expected a snapshot of ${type} version ${version}, got ${snapshot.type} version ${snapshot.version}`,
      { context: { type: snapshot.type, version: snapshot.version } },
    );
  }
}
