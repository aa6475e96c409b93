/** Textual macros: `.macro`, `.rept`, `.irp` and `.irpc`. */

/** A parameter of a macro. */
interface MacroParameter {
  readonly name: string;
  readonly defaultValue: string;
  readonly required: boolean;
  /** Takes the rest of the arguments, commas included. */
  readonly rest: boolean;
}

/** A defined macro; `body` is statements before substitution. */
export interface Macro<Statement> {
  readonly name: string;
  readonly parameters: readonly MacroParameter[];
  readonly body: readonly Statement[];
}

/** Reads `name parameter, parameter=default, parameter:req, parameter:vararg`; undefined when it makes no sense. */
export function parseMacroHeader(
  text: string,
): { readonly name: string; readonly parameters: readonly MacroParameter[] } | undefined {
  const header = /^([A-Za-z_.$][\w.$]*)\s*,?\s*(.*)$/s.exec(text.trim());
  if (header === null) return undefined;
  const [, name = '', rest = ''] = header;
  const parameters: MacroParameter[] = [];
  for (const part of splitArguments(rest.replace(/\s*([=:])\s*/g, '$1'))) {
    const parameter = /^([A-Za-z_$][\w$]*)(?::(req|vararg))?(?:=(.*))?$/s.exec(part);
    if (parameter === null) return undefined;
    const [, parameterName = '', qualifier, defaultValue = ''] = parameter;
    parameters.push({
      name: parameterName,
      defaultValue,
      required: qualifier === 'req',
      rest: qualifier === 'vararg',
    });
  }
  return { name, parameters };
}

/** Splits macro arguments at commas, or at spaces between words, outside brackets and strings. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  let index = 0;
  while (index < text.length) {
    const character = text[index] as string;
    if (character === '"') {
      const end = /^"(?:\\.|[^"\\])*"?/s.exec(text.slice(index))?.[0] ?? character;
      current += end;
      index += end.length;
      continue;
    }
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    const space = /\s/.test(character);
    const wordsMeet = space && /[\w"')\]]$/.test(current) && /^\s+[\w"'#.\\]/.test(text.slice(index));
    if (depth === 0 && (character === ',' || wordsMeet)) {
      parts.push(current.trim());
      current = '';
    } else {
      current += character;
    }
    index++;
  }
  if (current.trim() !== '' || parts.length > 0) parts.push(current.trim());
  return parts;
}

const unquote = (text: string): string => (/^".*"$/s.test(text) ? text.slice(1, -1) : text);

/** Binds a call's arguments to parameters; gives the message of what's wrong instead when they don't fit. */
export function bindArguments<Statement>(
  macro: Macro<Statement>,
  text: string,
): ReadonlyMap<string, string> | string {
  const values = new Map<string, string>();
  const names = new Set(macro.parameters.map((parameter) => parameter.name));
  const parts = splitArguments(text);
  let next = 0;
  for (const [place, part] of parts.entries()) {
    const keyword = /^([A-Za-z_$][\w$]*)\s*=(?!=)\s*(.*)$/s.exec(part);
    if (keyword !== null && names.has(keyword[1] as string)) {
      values.set(keyword[1] as string, unquote(keyword[2] as string));
      continue;
    }
    const parameter = macro.parameters[next++];
    if (parameter === undefined) return `macro '${macro.name}' takes ${macro.parameters.length} arguments`;
    if (parameter.rest) {
      values.set(parameter.name, parts.slice(place).join(', '));
      break;
    }
    if (part !== '') values.set(parameter.name, unquote(part));
  }
  for (const parameter of macro.parameters) {
    if (values.has(parameter.name)) continue;
    if (parameter.required) return `macro '${macro.name}' needs an argument for '${parameter.name}'`;
    values.set(parameter.name, unquote(parameter.defaultValue));
  }
  return values;
}

/** Replaces `\name`, `\@` (how many macros ran before) and `\()` (nothing, between two names). */
export function substitute(text: string, values: ReadonlyMap<string, string>, count: number): string {
  return text.replace(/\\(?:(\(\))|(@)|([A-Za-z_$][\w$]*))/g, (all, empty, at, name) => {
    if (empty !== undefined) return '';
    if (at !== undefined) return String(count);
    return values.get(name) ?? all;
  });
}
