/** Exit statuses of `armature`. Signals end it with 128 plus their number. */
export const EXIT = {
  /** The guest switched the machine off, or the user quit. */
  ok: 0,
  /** A defect of this program. */
  internal: 1,
  /** Wrong arguments, or a machine that cannot be built. */
  usage: 2,
  /** A file that cannot be read, or an image that this machine cannot run. */
  image: 3,
  /** The guest failed: it takes exceptions without end. */
  guest: 4,
  /** `--max-instructions` ran. */
  budget: 5,
  /** The guest waits for an interrupt that nothing will ever raise. */
  waiting: 6,
  /** Standard output was closed: 128 + SIGPIPE. */
  outputClosed: 141,
} as const;
