/** What is known of a check or of a gate, in Markdown: over its line in the log, and over its item in a tree. */
import * as vscode from 'vscode';
import type { CheckStory, GateStory } from '../core/help/stories.ts';
import { type LogStatus, signs } from '../core/log/status.ts';
import { patternWords } from '../core/runbook/patterns.ts';
import { Words } from './markdown-words.ts';

export function storyMarkdown(story: CheckStory | GateStory, runbook: vscode.Uri): vscode.MarkdownString {
  const words = new Words();
  if (story.kind === 'gate') gateWords(words, story);
  else checkWords(words, story, vscode.workspace.asRelativePath(runbook, false));
  return words.markdown;
}

function statusWords(status: LogStatus | undefined): string {
  if (status === undefined) return vscode.l10n.t('no status');
  if (status.started) return `${signs.partial} ${vscode.l10n.t('started, and no result was written')}`;
  const date = status.date === undefined ? '' : ` ${status.date}`;
  return `${signs[status.kind]} ${status.kind}${status.kind === 'pending' ? '' : date}`;
}

/** Evidence can be as long as a line; the log has the whole. */
const short = (text: string, most = 300): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;

function checkWords(words: Words, story: CheckStory, runbook: string): void {
  words.bold(story.where).plain(` · ${statusWords(story.status)}`);
  const { latest, history, older, evidence } = story;
  const seen = latest?.text ?? evidence;
  if (seen !== '') words.paragraph().plain(short(seen));
  const first = latest === undefined ? '' : evidence;
  if (history.length > 0 || first !== '') {
    words.paragraph().plain(vscode.l10n.t('Before that:'));
    for (const line of history) words.item().plain(short(line.text, 160));
    if (older > 0) words.item().plain(vscode.l10n.t('{0} more in the log', older));
    if (first !== '')
      words.item().plain(vscode.l10n.t('{0} (the words of the check itself)', short(first, 160)));
  }
  if (story.runbook !== undefined) {
    words
      .paragraph()
      .plain(`${vscode.l10n.t('{0}, line {1}:', runbook, story.runbook.line)} `)
      .code(short(story.runbook.source, 120));
  } else if (story.status !== undefined) {
    words.paragraph().plain(vscode.l10n.t('The runbook has no such check.'));
  }
}

function gateWords(words: Words, story: GateStory): void {
  words.bold(story.title).plain(` · ${statusWords(story.status)}`);
  if (story.note !== '') words.paragraph().plain(short(story.note));
  if (story.blocks.length > 0) words.paragraph().plain(vscode.l10n.t('Blocks {0}.', listed(story.blocks)));
  if (story.requires.length > 0)
    words.paragraph().plain(vscode.l10n.t('Requires {0}.', listed(story.requires)));
  if (story.closed.length > 0) {
    words.paragraph().plain(vscode.l10n.t('Closed:'));
    for (const { why, clears } of story.closed)
      words.item().plain(vscode.l10n.t('{0}. To open it, {1}.', why, clears));
  }
  if (!story.declared)
    words.paragraph().plain(vscode.l10n.t('The runbook declares no such gate: it stops nothing.'));
}

const listed = (names: readonly string[]): string => names.map(patternWords).join(', ');
