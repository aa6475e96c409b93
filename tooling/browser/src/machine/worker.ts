/** A worker that holds a machine. Nothing of this file or of what it imports is a browser's or Node's own. */
import { isArmatureError } from '@armature/core';
import { bootLinux } from './boot.ts';
import type { Answer, Request } from './messages.ts';
import { runProgram } from './program.ts';
import { Session } from './session.ts';

/** The scope of a dedicated worker, which TypeScript's DOM library does not have. */
interface WorkerScope {
  postMessage(answer: Answer): void;
  addEventListener(type: 'message', listener: (event: { readonly data: Request }) => void): void;
}

const scope = globalThis as unknown as WorkerScope;
const session = new Session((answer) => scope.postMessage(answer));

function describe(error: unknown): string {
  if (isArmatureError(error)) return [error.message, error.hint].filter(Boolean).join('. ');
  return error instanceof Error ? error.message : String(error);
}

async function answer(request: Request): Promise<void> {
  switch (request.kind) {
    case 'boot':
      scope.postMessage({ kind: 'booted', report: await bootLinux(request) });
      break;
    case 'program':
      scope.postMessage({ kind: 'program-ended', report: await runProgram(request) });
      break;
    case 'start':
      await session.run(request);
      break;
    case 'input':
      session.input(request.bytes);
      break;
  }
}

scope.addEventListener('message', ({ data }) => {
  answer(data).catch((error: unknown) => scope.postMessage({ kind: 'failed', message: describe(error) }));
});
