/** The guest that the form asks for. */
import type { EngineName } from '../machine/engines.ts';
import type { GuestFiles, StartRequest } from '../machine/messages.ts';

/** Where the server has Debian's kernel and its RAM disk. */
const DEBIAN = { kernel: 'linux/Image', initrd: 'linux/initrd.gz' } as const;
const DEBIAN_COMMAND_LINE = 'console=ttyAMA0';

/**
 * Fetches Debian's kernel and RAM disk from the server.
 *
 * @throws Error when the server has none
 */
export async function fetchDebian(): Promise<Required<GuestFiles>> {
  const [kernel, initrd] = await Promise.all([fetchBytes(DEBIAN.kernel), fetchBytes(DEBIAN.initrd)]);
  return { kernel, initrd };
}

async function fetchBytes(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error('This server has no Debian kernel; choose files of your own.');
  return new Uint8Array(await response.arrayBuffer());
}

/** @throws Error with what is missing */
export async function readForm(data: FormData): Promise<StartRequest> {
  const own = data.get('guest') === 'own';
  const files = own ? await readFiles(data) : await fetchDebian();
  return {
    kind: 'start',
    ...files,
    engine: `${data.get('engine')}` as EngineName,
    cpus: Number(data.get('cpus')),
    memory: Number(data.get('memory')),
    commandLine: own ? `${data.get('commandLine')}` : DEBIAN_COMMAND_LINE,
  };
}

async function readFiles(data: FormData): Promise<GuestFiles> {
  const kernel = await readFile(data, 'kernel');
  if (kernel === undefined) throw new Error('Choose a kernel: an arm64 Image, an ELF file or raw code.');
  const initrd = await readFile(data, 'initrd');
  return { kernel, ...(initrd && { initrd }) };
}

async function readFile(data: FormData, name: string): Promise<Uint8Array | undefined> {
  const file = data.get(name);
  if (!(file instanceof File) || file.size === 0) return undefined;
  return new Uint8Array(await file.arrayBuffer());
}
