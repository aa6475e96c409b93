import { formatAddress, formatBytes } from '@armature/core';
import { type AssembledImage, AssemblyError, assemble } from '@armature/isa';
import { type Command, Option } from 'commander';
import { address } from '../arguments.ts';
import { SourceError } from '../failure.ts';
import { readText, writeBytes } from '../files.ts';

export function addAssembleCommand(program: Command): void {
  program
    .command('asm')
    .argument('<file>', 'assembly in GNU syntax')
    .summary('assemble A64 source to a flat image')
    .description('Assembles one source file in GNU syntax to a flat image.')
    .requiredOption('-o, --output <file>', 'where to write the image')
    .addOption(
      new Option('--base <address>', 'address of the first byte (default: 0x4008_0000)').argParser(address),
    )
    .addHelpText(
      'after',
      `
Examples:
  armature asm kernel.s -o kernel.bin && armature run kernel.bin`,
    )
    .action((file: string, { output, base = 0x4008_0000n }: { output: string; base?: bigint }) => {
      const { bytes } = assembleFile(file, base);
      writeBytes(output, bytes);
      if (process.stderr.isTTY === true) {
        process.stderr.write(`${output}: ${formatBytes(bytes.length)} for ${formatAddress(base)}\n`);
      }
    });
}

/** @throws SourceError with every mistake and its place */
function assembleFile(file: string, origin: bigint): AssembledImage {
  try {
    return assemble(readText(file), { origin });
  } catch (error) {
    if (!(error instanceof AssemblyError)) throw error;
    throw new SourceError(
      error.diagnostics.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`),
    );
  }
}
