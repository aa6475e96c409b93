/** The shell script of the race: commands of the kinds that scripts have, all different. */

/** Commands of the script, each a line. */
export const SCRIPT_COMMANDS = 10_000;

/** One in this many is a program. */
const PROGRAM_EVERY = 200;

const HEAD = `add() { sum=$(( (sum * 31 + $1) % 1000003 )); }
classify() { case $1 in *0) kind=zero;; *[2468]) kind=even;; *) kind=odd;; esac; }
sum=1 text= kind=
`;

const PROGRAMS: readonly ((index: number) => string)[] = [
  (index) => `add "$(expr ${index} '*' 7)"`,
  (index) => `add "$(echo word-${index} | wc -c)"`,
  (index) => `add "$(printf '%s\\n' c-1 a-${index} | sort | head -n 1 | cut -d - -f 2)"`,
  (index) => `add "$(echo ${index} | sed 's/1/2/g')"`,
];

const BUILT_INS: readonly ((index: number) => string)[] = [
  (index) => `add ${index}`,
  (index) => `if [ $sum -gt ${index * 50} ]; then add 1; else add 2; fi`,
  (index) => `classify ${index}; text=$text$kind`,
  () => `add \${#text}; text=\${text#*e}`,
  (index) => `for word in a b c-${index}; do add \${#word}; done`,
  (index) => `line="value: ${index}"; set -- $line; add $2`,
  (index) => `printf '%s %05d\\n' "$kind" ${index} > line; read -r first second < line`,
  (index) => `n=${(index % 7) + 1}; while [ $n -gt 0 ]; do n=$((n - 1)); done`,
  () => `[ \${#text} -lt 200 ] || text=`,
  (index) => `: "\${unset:-${index}}" && true || false`,
];

/** The script with all its commands. Cut off anywhere behind its head it still runs. */
export function makeScript(): string {
  const lines = Array.from({ length: SCRIPT_COMMANDS }, (_, index) => {
    const kinds = index % PROGRAM_EVERY === 0 ? PROGRAMS : BUILT_INS;
    return kinds[Math.floor(index / (kinds === PROGRAMS ? PROGRAM_EVERY : 1)) % kinds.length]!(index);
  });
  return `${HEAD}${lines.join('\n')}\n`;
}

/**
 * Shell code that writes a script of the first commands of the whole one, and a last one that prints a sum of all that
 * they did.
 */
export function cutScript(script: string, commands: number, to: string): string {
  const lines = HEAD.split('\n').length - 1 + commands;
  return `{ head -n ${lines} ${script}; echo 'echo "$sum $kind $text"'; } > ${to}`;
}
