/** What is known of a word in a line of a runbook, in Markdown. */
import * as vscode from 'vscode';
import { aboutForm } from '../core/help/line-offers.ts';
import type { LineStory } from '../core/help/line-stories.ts';
import { aboutKind, type NameStory } from '../core/help/name-stories.ts';
import type { LineForm } from '../core/steps/step.ts';
import { shortened } from '../core/steps/step.ts';
import { visibleText } from '../core/text.ts';
import { Words } from './markdown-words.ts';

/** @param language the editor's, for the colours of a form */
export function lineMarkdown(story: LineStory, language: string): vscode.MarkdownString {
  const words = new Words();
  if (story.kind === 'name') nameWords(words, story.story);
  else formWords(words, story.forms, language);
  return words.markdown;
}

function formWords(words: Words, forms: readonly LineForm[], language: string): void {
  for (const form of forms) {
    words.block(form.syntax, language);
    words.own(aboutForm(form)).paragraph();
  }
}

function nameWords(words: Words, story: NameStory): void {
  if (story.kind === 'unknown') {
    words.bold(story.name).plain(': ').plain(vscode.l10n.t('This name is not known here.')).plain(' ');
    if (story.meant !== undefined) words.plain(vscode.l10n.t('Did you mean "{0}"?', story.meant)).plain(' ');
    words.plain(vscode.l10n.t('Declare it under "variables:" or for each partition.'));
    return;
  }
  words.bold(story.name).plain(' · ').own(aboutKind[story.kind]);
  if (story.declared !== undefined)
    words
      .plain(` ${vscode.l10n.t('Declared as')} `)
      .code(shown(story.declared))
      .plain('.');
  words.paragraph();
  for (const { partitions, value } of story.values) {
    words.item();
    if (partitions.length > 0) words.bold(partitions.join(', ')).plain(': ');
    if (value === undefined) words.plain(vscode.l10n.t('no value yet'));
    else if (story.kind === 'secret')
      words.plain(`${vscode.l10n.t('secret, read from:')} `).code(shown(value));
    else if (value === '') words.plain(vscode.l10n.t('empty'));
    else words.code(shown(value));
  }
  if (story.more > 0) words.item().plain(vscode.l10n.t('{0} more partitions', story.more));
}

const shown = (value: string): string => shortened(visibleText(value), 160).toWellFormed();
