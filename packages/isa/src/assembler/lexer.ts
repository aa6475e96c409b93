/** Splits the text of one statement into tokens. */

export type TokenKind = 'name' | 'number' | 'float' | 'local' | 'string' | 'punctuation' | 'end' | 'invalid';

export interface Token {
  readonly kind: TokenKind;
  /** The source text; for a string, its decoded contents as one character per byte. */
  readonly text: string;
  /** Value of a number, number of a local label. */
  readonly value: bigint;
  /** Offset from the start of the statement. */
  readonly offset: number;
}

const NAME = /[A-Za-z_.$][\w.$]*/y;
const LOCAL = /\d+[bf](?![\w.$])/y;
const FLOAT = /\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+/y;
const NUMBER = /0[xX][\da-fA-F]+|0[bB][01]+|\d+/y;
const PUNCTUATION = /<<|>>|<=|>=|<>|==|!=|&&|\|\||[-+*/%&|^~!<>()[\]{},#:=@?]/y;
const SPACE = /\s+/y;

const ESCAPES: Readonly<Record<string, number>> = {
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  '"': 34,
  "'": 39,
  '\\': 92,
};

/** Tokenises a statement; unknown characters become `invalid` tokens for the parser to report. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    return pattern.exec(text)?.[0];
  };
  while (offset < text.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      offset += space.length;
      continue;
    }
    const token = nextToken(text, offset, match);
    tokens.push(token.token);
    offset += token.length;
  }
  tokens.push({ kind: 'end', text: '', value: 0n, offset: text.length });
  return tokens;
}

function nextToken(
  text: string,
  offset: number,
  match: (pattern: RegExp) => string | undefined,
): { token: Token; length: number } {
  const make = (kind: TokenKind, length: number, source: string, value = 0n) => ({
    token: { kind, text: source, value, offset },
    length,
  });
  const name = match(NAME);
  if (name !== undefined) return make('name', name.length, name);
  const local = match(LOCAL);
  if (local !== undefined) return make('local', local.length, local, BigInt(local.slice(0, -1)));
  const float = match(FLOAT);
  if (float !== undefined) return make('float', float.length, float);
  const number = match(NUMBER);
  if (number !== undefined) return make('number', number.length, number, numberValue(number));
  const punctuation = match(PUNCTUATION);
  if (punctuation !== undefined) return make('punctuation', punctuation.length, punctuation);
  if (text[offset] === "'") return characterToken(text, offset, make);
  if (text[offset] === '"') {
    const { bytes, length, closed } = readString(text, offset);
    return make(closed ? 'string' : 'invalid', length, bytes);
  }
  return make('invalid', 1, text[offset] as string);
}

function characterToken<T>(
  text: string,
  offset: number,
  make: (kind: TokenKind, length: number, source: string, value?: bigint) => T,
): T {
  let length = 2;
  let code = text.charCodeAt(offset + 1);
  if (text[offset + 1] === '\\') {
    length = 3;
    code = ESCAPES[text[offset + 2] as string] ?? text.charCodeAt(offset + 2);
  }
  if (Number.isNaN(code)) return make('invalid', text.length - offset, text.slice(offset));
  if (text[offset + length] === "'") length++;
  return make('number', length, text.slice(offset, offset + length), BigInt(code));
}

/** A leading zero means octal, as in GNU as; a number with a digit 8 or 9 in it reads as decimal. */
function numberValue(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return BigInt(/^0\d/.test(text) ? text.replace(/^0+/, '') || '0' : text);
}

/** Decodes a quoted string into one character per byte (UTF-8). */
function readString(text: string, start: number): { bytes: string; length: number; closed: boolean } {
  const encoder = new TextEncoder();
  let bytes = '';
  let index = start + 1;
  while (index < text.length && text[index] !== '"') {
    if (text[index] !== '\\') {
      const character = String.fromCodePoint(text.codePointAt(index) as number);
      bytes += String.fromCharCode(...encoder.encode(character));
      index += character.length;
      continue;
    }
    const sequence = /^\\(?:x([\da-fA-F]+)|([0-7]{1,3})|([\s\S]))/.exec(text.slice(index));
    if (sequence === null) break;
    const [all, hex, octal, letter] = sequence;
    let code: number;
    if (hex !== undefined) code = Number.parseInt(hex.slice(-2), 16);
    else if (octal !== undefined) code = Number.parseInt(octal, 8) & 0xff;
    else code = ESCAPES[letter as string] ?? (letter as string).charCodeAt(0);
    bytes += String.fromCharCode(code);
    index += all.length;
  }
  const closed = text[index] === '"';
  return { bytes, length: index + (closed ? 1 : 0) - start, closed };
}
