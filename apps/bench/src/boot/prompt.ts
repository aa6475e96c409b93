/** The end of a boot, on the guest's console. */

/** The shell's prompt, at the start of a line. */
const PROMPT = /(?:^|\n)# /;
/** What the shell greets with: the kernel's name and version. */
const GREETING = /(?:^|\n)(Linux \S+), /;

/** How much of the console's end is searched: more than the prompt, less than makes searching slow. */
const WINDOW = 4096;

/** Watches a console for the shell's prompt. */
export class PromptWatch {
  private text = '';
  /** All that was written, in bytes. */
  bytes = 0;

  /** Takes more output; true from the prompt on. */
  add(more: string): boolean {
    this.bytes += more.length;
    this.text = (this.text + more.replaceAll('\r', '')).slice(-WINDOW);
    return this.system !== undefined && PROMPT.test(this.text);
  }

  /** The system that greets: `Linux 6.1.0`. */
  get system(): string | undefined {
    return GREETING.exec(this.text)?.[1];
  }

  /** The last of the console, for messages. */
  get end(): string {
    return this.text.slice(-800);
  }
}
