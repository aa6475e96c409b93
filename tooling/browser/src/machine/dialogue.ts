/** What the shell writes before it reads a line. */
const PROMPT = '\n# ';
/** The shell asks its terminal for the cursor's position. @spec ECMA-48, DSR */
const CURSOR_QUERY = '\u001b[6n';

const CARRIAGE_RETURN = 0x0d;
const LAST_OF_PROMPT = PROMPT.charCodeAt(PROMPT.length - 1);

/** Watches a serial console for the shell's prompts. */
export class Dialogue {
  /** All that was written, without `\r`. */
  text = '';
  private readonly onPrompt: () => void;

  constructor(onPrompt: () => void) {
    this.onPrompt = onPrompt;
  }

  add(byte: number): void {
    if (byte === CARRIAGE_RETURN) return;
    this.text += String.fromCharCode(byte);
    if (byte === LAST_OF_PROMPT && this.text.endsWith(PROMPT)) this.onPrompt();
  }

  /** What a line that was typed at a prompt wrote, up to the next prompt. */
  answerTo(line: string): string {
    const text = this.text.replaceAll(CURSOR_QUERY, '');
    const echo = `${PROMPT}${line}\n`;
    const at = text.indexOf(echo);
    if (at < 0) return '';
    const start = at + echo.length;
    // The end of the line that was typed may be the start of the next prompt.
    const end = text.indexOf(PROMPT, start - 1);
    return end < 0 ? text.slice(start) : text.slice(start, end + 1);
  }
}
