/** Serves the page on this host alone. */
import { createReadStream, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { PageFile } from './bundle.ts';
import type { KernelFiles } from './kernel.ts';

const HOST = '127.0.0.1';

/** Isolation gives the page SharedArrayBuffer and a clock of 5 µs; nothing comes from elsewhere. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  // The terminal makes style elements; the machine compiles WebAssembly.
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
} as const;

export interface PageServer {
  /** Ends in `/`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface PageServerOptions {
  /** Default: one that is free. */
  readonly port?: number;
  readonly files: ReadonlyMap<string, PageFile>;
  /** At `/linux/Image` and `/linux/initrd.gz`; without it they are not found. */
  readonly kernel?: KernelFiles;
}

/** @throws the system's error when the port is taken */
export function servePage({ port = 0, files, kernel }: PageServerOptions): Promise<PageServer> {
  const onDisk = new Map(
    kernel === undefined
      ? []
      : [
          ['/linux/Image', kernel.kernel],
          ['/linux/initrd.gz', kernel.initrd],
        ],
  );
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', `http://${HOST}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, { type: 'text/plain', body: Buffer.from('GET and HEAD only\n') });
      return;
    }
    const file = files.get(pathname);
    const path = onDisk.get(pathname);
    if (file !== undefined) respond(response, 200, file);
    else if (path !== undefined) respondFromDisk(response, path, request.method === 'HEAD');
    else respond(response, 404, { type: 'text/plain', body: Buffer.from('not found\n') });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({
        url: `http://${HOST}:${actual}/`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function respond(response: ServerResponse, status: number, { type, body }: PageFile): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}

function respondFromDisk(response: ServerResponse, path: string, head: boolean): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    respond(response, 404, { type: 'text/plain', body: Buffer.from('not there any more\n') });
    return;
  }
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
  });
  if (head) response.end();
  // A browser that goes away in the middle is no failure of ours.
  else pipeline(createReadStream(path), response, () => {});
}
