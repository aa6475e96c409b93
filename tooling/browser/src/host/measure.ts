/** The same boot in Node and in Chromium. */
import type { Browser, Page } from 'playwright-core';
import type { EngineName } from '../machine/engines.ts';
import type { Answer, BootReport, ProgramReport, ProgramRequest } from '../machine/messages.ts';
import type { PageControls } from '../page/page.ts';
import { bundlePage, bundleWorker } from './bundle.ts';
import { launchChromium } from './chromium.ts';
import { type KernelFiles, readGuest } from './kernel.ts';
import { askNode } from './node-worker.ts';
import type { HostBoot } from './report.ts';
import { servePage } from './server.ts';

/** What the page puts in its global scope. */
type PageScope = { readonly armature: PageControls };

/** A page in a Chromium of its own. */
export interface OpenPage {
  readonly page: Page;
  /** `Chromium 156.0.8078.79`. */
  readonly host: string;
  /** Errors of the page that nothing caught, and what its console reports as errors. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the page in Chromium, with or without a kernel on its server.
 *
 * @throws Error when Chromium does not start
 */
export async function openPage(chromium: string, kernel?: KernelFiles): Promise<OpenPage> {
  const server = await servePage({ files: await bundlePage(), ...(kernel && { kernel }) });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.close();
  };
  try {
    browser = await launchChromium(chromium);
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(server.url);
    return { page, host: `Chromium ${browser.version()}`, errors, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws Error when the guest does not boot */
export async function bootInPage(
  { page, host }: OpenPage,
  engine: EngineName,
  command: string,
): Promise<HostBoot> {
  const answer = await page.evaluate(
    async ({ engine, command }) => {
      const { armature } = globalThis as unknown as PageScope;
      return armature.ask({ kind: 'boot', engine, command, ...(await armature.fetchDebian()) });
    },
    { engine, command },
  );
  return { host, engine, report: bootReport(host, answer) };
}

/** @throws Error when the guest does not boot */
export async function bootInNode(files: KernelFiles, engine: EngineName, command: string): Promise<HostBoot> {
  const host = `Node ${process.versions.node}`;
  const request = { kind: 'boot', engine, command, ...readGuest(files) } as const;
  return { host, engine, report: bootReport(host, await askNode(await bundleWorker(), request)) };
}

function bootReport(host: string, answer: Answer): BootReport {
  if (answer.kind === 'booted') return answer.report;
  throw new Error(`${host}: ${answer.kind === 'failed' ? answer.message : answer.kind}`);
}

/** @throws Error when the program does not assemble or cannot run */
export async function runInPage({ page, host }: OpenPage, request: ProgramRequest): Promise<ProgramReport> {
  const answer = await page.evaluate(
    (own) => (globalThis as unknown as PageScope).armature.ask(own),
    request,
  );
  if (answer.kind === 'program-ended') return answer.report;
  throw new Error(`${host}: ${answer.kind === 'failed' ? answer.message : answer.kind}`);
}

/** What the page's terminal shows. */
export function terminalText({ page }: OpenPage): Promise<string> {
  return page.evaluate(() => (globalThis as unknown as PageScope).armature.text());
}
