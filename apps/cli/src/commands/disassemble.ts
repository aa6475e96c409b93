import { disassemble } from '@armature/isa';
import { decompressImage, detectImage, elfCode, elfSymbols, parseElf } from '@armature/machine';
import { type Command, Option } from 'commander';
import { address, instructionWord, quantity } from '../arguments.ts';
import { UsageError } from '../failure.ts';
import { readBytes } from '../files.ts';

interface DisassembleArguments {
  readonly word?: number;
  readonly base?: bigint;
  readonly start?: bigint;
  readonly length?: number;
}

/** A run of code and the address of its first byte. */
interface Code {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

export function addDisassembleCommand(program: Command): void {
  program
    .command('disasm')
    .argument('[file]', 'ELF file, arm64 Image, or raw A64 code')
    .summary('disassemble A64 code')
    .description(
      'Disassembles the executable segments of an ELF file, or a whole raw image, as GNU objdump does.',
    )
    .addOption(new Option('--word <hex>', 'disassemble one instruction').argParser(instructionWord))
    .addOption(
      new Option('--base <address>', 'address of a raw image’s first byte (default: 0)').argParser(address),
    )
    .addOption(new Option('--start <address>', 'first address to show').argParser(address))
    .addOption(new Option('--length <bytes>', 'bytes to show').argParser(quantity))
    .addHelpText(
      'after',
      `
Examples:
  armature disasm --word d65f03c0
  armature disasm kernel.elf --start 0x4008_0000 --length 64
  armature disasm kernel.bin --base 0x4008_0000`,
    )
    .action(async (file: string | undefined, args: DisassembleArguments) => {
      if ((file === undefined) === (args.word === undefined)) {
        throw new UsageError('give a file or --word', 'One of the two, not both.');
      }
      const lines =
        args.word !== undefined
          ? [disassemble(args.word, args.base ?? 0n)]
          : await disassembleFile(file!, args);
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}

async function disassembleFile(file: string, args: DisassembleArguments): Promise<string[]> {
  const bytes = await decompressImage(readBytes(file));
  const isElf = detectImage(bytes) === 'elf';
  const names = isElf ? labels(bytes) : new Map<bigint, string>();
  const code: Code[] = isElf ? executableCode(bytes) : [{ address: args.base ?? 0n, bytes }];
  const start = args.start ?? code[0]?.address ?? 0n;
  const end = args.length === undefined ? 2n ** 64n : start + BigInt(args.length);
  const lines = code.flatMap((piece) => listing(piece, start, end, names));
  if (lines.length === 0) {
    throw new UsageError(
      `there is no code from 0x${start.toString(16)} on`,
      'Look at the addresses with armature inspect.',
    );
  }
  return lines;
}

/** Zero words in a row that are shown as three dots. */
const ZERO_RUN = 4;

function listing(code: Code, start: bigint, end: bigint, names: ReadonlyMap<bigint, string>): string[] {
  const view = new DataView(code.bytes.buffer, code.bytes.byteOffset, code.bytes.byteLength);
  const lines: string[] = [];
  let offset = 0;
  while (offset + 4 <= code.bytes.length) {
    const at = code.address + BigInt(offset);
    const zeros = zeroWords(view, offset);
    const step = zeros >= ZERO_RUN ? zeros : 1;
    offset += 4 * step;
    if (at < start || at >= end) continue;
    const name = names.get(at);
    if (name !== undefined) lines.push('', `${at.toString(16).padStart(16, '0')} <${name}>:`);
    if (step > 1) {
      lines.push('\t...');
      continue;
    }
    const word = view.getUint32(offset - 4, true);
    const digits = word.toString(16).padStart(8, '0');
    lines.push(`${at.toString(16).padStart(8, ' ')}:\t${digits} \t${disassemble(word, at)}`);
  }
  return lines;
}

function zeroWords(view: DataView, offset: number): number {
  let end = offset;
  while (end + 4 <= view.byteLength && view.getUint32(end, true) === 0) end += 4;
  return (end - offset) / 4;
}

/** The sections with code; the executable segments of a file that has no sections. */
function executableCode(bytes: Uint8Array): Code[] {
  const sections = elfCode(bytes);
  if (sections.length > 0) {
    return sections.map(({ address: at, offset, size }) => ({
      address: at,
      bytes: bytes.subarray(offset, offset + size),
    }));
  }
  return parseElf(bytes)
    .segments.filter(({ executable }) => executable)
    .map(({ fileSize, offset, virtualAddress }) => ({
      address: virtualAddress,
      bytes: bytes.subarray(offset, offset + fileSize),
    }));
}

/** Names by address; functions win over other symbols. */
function labels(bytes: Uint8Array): Map<bigint, string> {
  const names = new Map<bigint, string>();
  for (const { name, type, value } of elfSymbols(bytes)) {
    if (name.startsWith('$') || type === 'section' || type === 'file') continue;
    if (type === 'function' || !names.has(value)) names.set(value, name);
  }
  return names;
}
