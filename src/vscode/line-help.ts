/** Help while the cells of a runbook are written: what may come next, what a word stands for. */
import * as vscode from 'vscode';
import { type Offer, offersAt, type Snippet } from '../core/help/line-offers.ts';
import { lineStoryAt } from '../core/help/line-stories.ts';
import { visibleText } from '../core/text.ts';
import { lineMarkdown } from './line-words.ts';
import { type RunbookTexts, runbookSelector } from './runbook-texts.ts';

export function registerLineHelp(texts: RunbookTexts): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      runbookSelector,
      {
        provideCompletionItems: async (document, position, _token, context) => {
          if (isMidSentence(document, position, context)) return undefined;
          const reading = await texts.read(document);
          const caret = reading?.text.offsetAt(document, position);
          if (reading === undefined || caret === undefined) return undefined;
          const asked = context.triggerCharacter !== ' ';
          const { runbook } = reading;
          const bare = offersAt(runbook, caret, {});
          // Values are read only for names.
          const isNaming = bare.some(({ kind }) => kind === 'name');
          return (isNaming ? offersAt(runbook, caret, await texts.view(reading)) : bare)
            .filter((offer) => asked || offer.quiet === undefined)
            .flatMap((offer, index) => {
              const place = reading.text.placeOf(offer.span);
              return place?.document === document ? [completion(offer, index, place.range)] : [];
            });
        },
      },
      '$',
      '{',
      '.',
      ' ',
    ),
    vscode.languages.registerHoverProvider(runbookSelector, {
      provideHover: async (document, position) => {
        const reading = await texts.read(document);
        const caret = reading?.text.offsetAt(document, position);
        if (reading === undefined || caret === undefined) return undefined;
        const bare = lineStoryAt(reading.runbook, caret, {});
        const story =
          bare?.kind === 'name' ? lineStoryAt(reading.runbook, caret, await texts.view(reading, true)) : bare;
        const place = story === undefined ? undefined : reading.text.placeOf(story.span);
        if (story === undefined || place === undefined) return undefined;
        return new vscode.Hover(lineMarkdown(story, document.languageId), place.range);
      },
    }),
  );
}

/** A full stop that was typed ends a sentence unless it stands in a name. */
function isMidSentence(
  document: vscode.TextDocument,
  position: vscode.Position,
  { triggerCharacter }: vscode.CompletionContext,
): boolean {
  if (triggerCharacter !== '.') return false;
  const near = new vscode.Range(position.translate(0, -Math.min(position.character, 32)), position);
  return !/\$\{?[\w.]*$/.test(document.getText(near));
}

const kinds: Readonly<Record<Offer['kind'], vscode.CompletionItemKind>> = {
  form: vscode.CompletionItemKind.Function,
  words: vscode.CompletionItemKind.Keyword,
  name: vscode.CompletionItemKind.Variable,
  state: vscode.CompletionItemKind.EnumMember,
};

/** Of a longer value the beginning tells which one it is. */
const longestDetail = 60;

function completion(offer: Offer, index: number, range: vscode.Range): vscode.CompletionItem {
  const detail = visibleText(offer.detail ?? '');
  const description =
    detail.length > longestDetail ? `${detail.slice(0, longestDetail).toWellFormed()}…` : detail;
  const item = new vscode.CompletionItem({ label: offer.label, description }, kinds[offer.kind]);
  item.insertText = snippetOf(offer.insert);
  item.range = range;
  item.filterText = offer.filter;
  item.sortText = String(index).padStart(4, '0');
  if (offer.about !== undefined) item.documentation = new vscode.MarkdownString(offer.about);
  return item;
}

function snippetOf(pieces: Snippet): vscode.SnippetString | string {
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('');
  const snippet = new vscode.SnippetString();
  for (const piece of pieces) {
    if (typeof piece === 'string') snippet.appendText(piece);
    else snippet.appendPlaceholder(piece.hole);
  }
  return snippet;
}
