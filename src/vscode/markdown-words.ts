import * as vscode from 'vscode';

/** Markdown in which what others wrote is words only: no link, no command, no picture. */
export class Words {
  /** Not trusted and without HTML: a command in it would be dead even if it came through. */
  readonly markdown = new vscode.MarkdownString();

  bold(text: string): this {
    this.markdown.appendMarkdown('**');
    this.plain(text);
    this.markdown.appendMarkdown('**');
    return this;
  }

  /** Words of our own, which may have code in them. */
  own(text: string): this {
    this.markdown.appendMarkdown(text);
    return this;
  }

  plain(text: string): this {
    this.markdown.appendText(text.replace(/\s+/g, ' '));
    return this;
  }

  code(text: string): this {
    const ticks = '`'.repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
    const line = text.replace(/\s+/g, ' ');
    this.markdown.appendMarkdown(ticks.length === 1 ? `\`${line}\`` : `${ticks} ${line} ${ticks}`);
    return this;
  }

  /** A block in the colours of a language. */
  block(text: string, language: string): this {
    this.markdown.appendCodeblock(text, language);
    return this;
  }

  paragraph(): this {
    this.markdown.appendMarkdown('\n\n');
    return this;
  }

  item(): this {
    this.markdown.appendMarkdown('\n- ');
    return this;
  }
}
