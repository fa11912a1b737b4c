/** Names in the text of a shell, as far as they can be told without running it. */
import type { Span } from '../text.ts';

export interface ShellName {
  readonly name: string;
  /** The name alone. */
  readonly span: Span;
  /** `$name`, or `${name`, with the bracket where nothing stands between. */
  readonly whole: Span;
  /** Why it may be another thing than the name that the shell was given, to be read behind its place. */
  readonly doubt?: string;
}

const quoted = 'stands between single quotes, where the shell does not expand it';
const assigned = 'is set by the script itself';
const bare = 'is asked for without "$"';

/** Where a command begins. */
const command = '(?:^|[;|&({!\\n]|\\b(?:do|then|else|while|until|if|elif|env)[ \\t])[ \\t]*';

/** What sets a variable, or asks for one, without a "$" before its name; `NAME` is put in. */
const others: readonly (readonly [string, string])[] = [
  [`${command}(?:\\w+=\\S*[ \\t]+){0,8}NAME(?=\\+?=)`, assigned],
  [
    `${command}(?:export|local|declare|typeset|readonly|unset|read|for|select|mapfile|readarray|getopts)\\b[^\\n;|&]{0,200}?(?<![\\w$\\-{./])NAME(?![\\w.-])`,
    assigned,
  ],
  ['\\bprintf[ \\t]+-v[ \\t]+NAME(?!\\w)', assigned],
  ['(?:(?:\\[|\\btest)[ \\t]+(?:![ \\t]+)?-v|\\bprintenv)[ \\t]+NAME(?!\\w)', bare],
  ['\\(\\([^)\\n]{0,200}?(?<![\\w$\\-{])NAME(?!\\w)', bare],
  ['(?:\\benv(?:iron)?(?:\\.get\\()?[.\\[][\'"]?|ENV\\[[\'"])NAME(?!\\w)', bare],
];

/** Where the known names stand, in order; names of the script's own are left out. */
export function shellNames(text: string, known: ReadonlySet<string>): readonly ShellName[] {
  const { names, code } = expansions(text);
  const found = names.filter(({ name }) => known.has(name));
  const taken = new Set(found.map(({ span }) => span.start));
  for (const name of known) {
    if (!code.includes(name)) continue;
    for (const [pattern, doubt] of others) {
      for (const match of code.matchAll(new RegExp(pattern.replace('NAME', name), 'g'))) {
        const start = match.index + match[0].length - name.length;
        if (taken.has(start)) continue;
        taken.add(start);
        const span = { start, end: start + name.length };
        found.push({ name, span, whole: span, doubt });
      }
    }
  }
  return found.sort((a, b) => a.span.start - b.span.start);
}

/** Every `$name` and `${name…`, and the text with its comments blanked: they mean nothing. */
function expansions(text: string): { readonly names: ShellName[]; readonly code: string } {
  const found: ShellName[] = [];
  // What a here-document with a quoted end holds is not expanded; where it ends is not looked for.
  const literal = /<<-?[ \t]*(['"\\])/.exec(text)?.index ?? text.length;
  const variable = /\$(?:\{[!#]?)?([A-Za-z_][A-Za-z0-9_]*)\}?/y;
  let code = '';
  let taken = 0;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quote !== "'" && sign === '\\') at++;
    else if (sign === "'" && quote !== '"') quote = quote === "'" ? undefined : "'";
    else if (sign === '"' && quote !== "'") quote = quote === '"' ? undefined : '"';
    else if (sign === '#' && quote === undefined && (at === 0 || /[\s;&|(]/.test(text[at - 1] ?? ''))) {
      const end = text.slice(at).search(/[\r\n]/);
      const from = at;
      at = end < 0 ? text.length : at + end;
      code += text.slice(taken, from) + ' '.repeat(at - from);
      taken = at;
    } else if (sign === '$') {
      variable.lastIndex = at;
      const match = variable.exec(text);
      const name = match?.[1];
      if (match === null || name === undefined) continue;
      const start = at + match[0].indexOf(name);
      const isClosed = match[0].startsWith('${') || !match[0].endsWith('}');
      const span = { start, end: start + name.length };
      found.push({
        name,
        span,
        whole: { start: at, end: isClosed ? at + match[0].length : span.end },
        ...(quote === "'" || at > literal ? { doubt: quoted } : {}),
      });
      at = span.end - 1;
    }
  }
  return { names: found, code: code + text.slice(taken) };
}
