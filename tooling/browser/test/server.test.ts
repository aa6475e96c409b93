import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PageServer, servePage } from '../src/host/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-browser-'));
const kernel = { kernel: join(folder, 'Image'), initrd: join(folder, 'gone') };
const files = new Map([['/', { type: 'text/html', body: Buffer.from('<p>') }]]);
let server: PageServer;

beforeAll(async () => {
  writeFileSync(kernel.kernel, 'a kernel');
  server = await servePage({ files, kernel });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, init?: RequestInit) => fetch(new URL(path, server.url), init);

describe('the server', () => {
  test('isolates every answer', async () => {
    for (const path of ['/', '/linux/Image', '/nothing']) {
      const { headers } = await get(path);
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
      expect(headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    }
  });

  test('has the page and the kernel', async () => {
    const page = await get('/?query');
    expect([page.status, page.headers.get('Content-Type'), await page.text()]).toEqual([
      200,
      'text/html',
      '<p>',
    ]);
    expect(await (await get('/linux/Image')).text()).toBe('a kernel');
    const head = await get('/linux/Image', { method: 'HEAD' });
    expect([head.headers.get('Content-Length'), await head.text()]).toEqual(['8', '']);
  });

  test('has nothing else', async () => {
    expect((await get('/linux/initrd.gz')).status).toBe(404);
    expect((await get('/../package.json')).status).toBe(404);
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    const bare = await servePage({ files });
    expect((await fetch(new URL('/linux/Image', bare.url))).status).toBe(404);
    await bare.close();
  });

  test('says when its port is taken', async () => {
    const port = Number(new URL(server.url).port);
    await expect(servePage({ port, files })).rejects.toThrow('EADDRINUSE');
  });
});
