/** A runbook with a caret in it, written as `‸`. */
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { body, frontMatter } from '../fixture.ts';

export const caret = '‸';

export function withCaret(text: string): { runbook: Runbook; at: number } {
  const at = text.indexOf(caret);
  if (at < 0) throw new Error(`no ${caret} in the text`);
  return { runbook: parseRunbook(text.replace(caret, '')), at };
}

/** The fixture's front matter above one cell in a phase. */
export const inCell = (language: string, lines: string, heading = 'Deploy'): string =>
  `---\n${frontMatter}---\n\n## ${heading}\n\n\`\`\`${language}\n${lines}\n\`\`\`\n`;

/** The fixture with one of its lines written otherwise. */
export function instead(line: string, written: string): string {
  const text = `---\n${frontMatter}---\n${body}`;
  if (!text.includes(line)) throw new Error(`no ${line} in the fixture`);
  return text.replace(line, written);
}
