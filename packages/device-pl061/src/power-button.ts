import { ArmatureError, type Clock, checkSnapshot, type Snapshot } from '@armature/core';

const SNAPSHOT_TYPE = 'power-button';
const SNAPSHOT_VERSION = 1;

/** How long a press holds the button down: 100 ms. */
const HOLD = 100e6;

/** A machine's power button, as its user sees it: the capability `power-button`. */
export interface MachinePowerButton {
  /** Presses the button, and lets it go after a tenth of a second of the machine's time. */
  press(): void;
}

export interface PowerButtonState {
  /** Nanoseconds until the button is let go, or null when it is not pressed. */
  readonly releaseIn: number | null;
}

/** A button between a pin and the supply: pressed is high. */
export class PowerButton implements MachinePowerButton {
  private readonly clock: Clock;
  private readonly drive: (level: boolean) => void;
  private releaseAt = Number.POSITIVE_INFINITY;
  private cancel: () => void = () => {};

  constructor(clock: Clock, drive: (level: boolean) => void) {
    this.clock = clock;
    this.drive = drive;
  }

  press(): void {
    this.drive(true);
    this.releaseLater(HOLD);
  }

  reset(): void {
    this.letGo();
    this.drive(false);
  }

  snapshot(): Snapshot<PowerButtonState> {
    const left = this.releaseAt - this.clock.now();
    const releaseIn = this.releaseAt === Number.POSITIVE_INFINITY ? null : Math.max(0, left);
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, state: { releaseIn } };
  }

  /** Continues a press. The level of the pin is in the snapshot of what the button drives. @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const { releaseIn } = snapshot.state as PowerButtonState;
    if (releaseIn !== null && !(Number.isFinite(releaseIn) && releaseIn >= 0)) {
      throw new ArmatureError('SNAPSHOT_INVALID', `a button is let go in ${releaseIn} nanoseconds`, {
        context: { releaseIn },
      });
    }
    this.letGo();
    if (releaseIn !== null) this.releaseLater(releaseIn);
  }

  private releaseLater(delay: number): void {
    this.cancel();
    this.releaseAt = this.clock.now() + delay;
    this.cancel = this.clock.schedule(this.releaseAt, () => {
      this.releaseAt = Number.POSITIVE_INFINITY;
      this.drive(false);
    });
  }

  private letGo(): void {
    this.cancel();
    this.cancel = () => {};
    this.releaseAt = Number.POSITIVE_INFINITY;
  }
}
