import { Worker } from 'node:worker_threads';
import type { Answer, Request } from '../machine/messages.ts';

/** What the worker's program uses of a browser's worker that Node's does not have. */
const BROWSER_SCOPE = `{
  const { parentPort } = require('node:worker_threads');
  globalThis.postMessage = (message) => parentPort.postMessage(message);
  globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }));
}`;

/**
 * Asks a worker of Node's that runs the same program as the page's, and gives its answer.
 *
 * @throws Error when the worker fails
 */
export async function askNode(program: string, request: Request): Promise<Answer> {
  const worker = new Worker(`${BROWSER_SCOPE}\n${program}`, { eval: true });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the worker ended with status ${code}`)));
      worker.postMessage(request);
    });
  } finally {
    await worker.terminate();
  }
}
