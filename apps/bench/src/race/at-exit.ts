/** What must not outlive this process: guests and their disks. */

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const actions = new Set<() => void>();
let watching = false;

function watch(): void {
  watching = true;
  process.on('exit', () => {
    for (const action of actions) action();
  });
  for (const [signal, status] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(status));
}

/**
 * Has something done when this process ends, also by a signal, before it is done otherwise.
 *
 * @returns takes it back
 */
export function atExit(action: () => void): () => void {
  if (!watching) watch();
  actions.add(action);
  return () => actions.delete(action);
}
