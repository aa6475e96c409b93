import { prebuild } from '../src/interpreter/prebuild.ts';
import { cpuModel } from '../src/models/index.ts';

/** Models whose features modules are made for, and what the files are called. */
const MODELS = { base: 'cortex-a72', server: 'neoverse-n1', max: 'max' } as const;

const LIST = /[\\/]interpreter[\\/]prebuilt-modules\.ts$/;
const NAMESPACE = 'prebuilt';

/** What is needed of esbuild's plugin interface. */
interface Build {
  onResolve(
    options: { filter: RegExp },
    callback: (args: { path: string }) => { path: string; namespace: string },
  ): void;
  onLoad(
    options: { filter: RegExp; namespace?: string },
    callback: (args: { path: string }) => { contents: string; loader: 'js' },
  ): void;
}

const featuresOf = (file: string): ReturnType<typeof cpuModel>['features'] =>
  cpuModel(MODELS[file as keyof typeof MODELS]).features;

/** A file with one module: what is in it is text, which hosts read faster than code. */
function moduleFile(file: string): string {
  const { packed, ...rest } = prebuild(featuresOf(file));
  const base64 = Buffer.from(packed).toString('base64');
  return `export const built = { ...JSON.parse(${JSON.stringify(JSON.stringify(rest))}), base64: "${base64}" };\n`;
}

/** The list of the modules, each loaded when it is needed. */
function listFile(): string {
  const entries = Object.keys(MODELS).map((file) => {
    const features = JSON.stringify([...featuresOf(file)]);
    return `{ features: ${features}, load: async () => (await import('${NAMESPACE}:${file}')).built }`;
  });
  return `export const PREBUILT_MODULES = [${entries.join(', ')}];\n`;
}

/** Puts interpreters that are emitted here and now in the place of the empty list of the sources. */
const prebuiltInterpreters = {
  name: 'prebuilt-interpreters',
  setup(build: Build): void {
    build.onResolve({ filter: new RegExp(`^${NAMESPACE}:`) }, ({ path }) => ({
      path: path.slice(NAMESPACE.length + 1),
      namespace: NAMESPACE,
    }));
    build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: moduleFile(path),
      loader: 'js',
    }));
    build.onLoad({ filter: LIST }, () => ({ contents: listFile(), loader: 'js' }));
  },
};

export const plugins = [prebuiltInterpreters];
