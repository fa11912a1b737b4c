import * as vscode from 'vscode';
import { type KnownChecks, knownChecks } from '../core/help/known-checks.ts';
import { storyAt } from '../core/help/stories.ts';
import { type TokenOffer, type TokenPlace, tokenOffers, tokenPlace } from '../core/help/tokens.ts';
import type { Stamp } from '../core/log/edits.ts';
import type { Cascades } from './cascades.ts';
import { type LogReading, type Logs, logSelector, rangeOf } from './logs.ts';
import { storyMarkdown } from './story-words.ts';

/** What the command that shows a step is told. */
export interface StepArgument {
  readonly runbook: string;
  /** Its place among the code cells, from 0. */
  readonly step: number;
  readonly partition?: string;
}

/** Help while a log is read and written: hovers, links into the runbook, status tokens. */
export function registerLogHelp(logs: Logs, cascades: Cascades): vscode.Disposable {
  const known = new KnownCache();
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(logSelector, {
      provideHover: async (document, position) => {
        const reading = await logs.read(document);
        if (reading === undefined) return undefined;
        return hover(reading, known.of(reading), document, position, cascades.now());
      },
    }),
    vscode.languages.registerDocumentLinkProvider(logSelector, {
      provideDocumentLinks: async (document) => {
        const reading = await logs.read(document);
        return reading === undefined || !reading.whole ? [] : links(reading, known.of(reading), document);
      },
    }),
    vscode.languages.registerCompletionItemProvider(
      logSelector,
      {
        provideCompletionItems: async (document, position, _token, context) => {
          if (isMidSentence(document, position, context)) return undefined;
          const reading = await logs.read(document);
          if (reading === undefined || reading.text !== document.getText()) return undefined;
          return completions(reading, cascades.now().date, document, position, context);
        },
      },
      ...triggers,
    ),
  );
}

/** The checks of a reading are looked up once, however many hovers ask. */
class KnownCache {
  readonly #known = new WeakMap<LogReading, KnownChecks>();

  of(reading: LogReading): KnownChecks {
    const known = this.#known.get(reading) ?? knownChecks(reading.record, reading.runbook);
    this.#known.set(reading, known);
    return known;
  }
}

function hover(
  { record, runbook, runbookUri }: LogReading,
  known: KnownChecks,
  document: vscode.TextDocument,
  position: vscode.Position,
  now: Stamp,
): vscode.Hover | undefined {
  const story = storyAt(record, runbook, known, document.offsetAt(position), now);
  if (story === undefined) return undefined;
  return new vscode.Hover(storyMarkdown(story, runbookUri), rangeOf(document, story.span));
}

function links(
  { runbookUri }: LogReading,
  known: KnownChecks,
  document: vscode.TextDocument,
): vscode.DocumentLink[] {
  const name = vscode.workspace.asRelativePath(runbookUri, false);
  return [...known.values()].flatMap(({ command, placed, target }) => {
    if (command === undefined) return [];
    const partition = target.kind === 'gate' ? placed.partition?.name : target.partition.name;
    const argument: StepArgument = {
      runbook: runbookUri.toString(),
      step: placed.step.index,
      ...(partition === undefined ? {} : { partition }),
    };
    const link = new vscode.DocumentLink(
      rangeOf(document, command),
      vscode.Uri.parse(`command:cascade.revealStep?${encodeURIComponent(JSON.stringify([argument]))}`),
    );
    link.tooltip = vscode.l10n.t('Show its cell in {0}', name);
    return [link];
  });
}

/** Signs, what comes before one, and the first letters of the words that stand for one. */
const triggers = [' ', '✅', '🟡', '❌', '⚠', '⏳', 'c', 'd', 'p', 'b', 'f', 'w', 'o'];

/** Whether a key was typed where no status can begin: told by the line alone, for this is asked at many keys. */
function isMidSentence(
  document: vscode.TextDocument,
  position: vscode.Position,
  { triggerCharacter }: vscode.CompletionContext,
): boolean {
  if (triggerCharacter === undefined || !/^[ a-z]$/.test(triggerCharacter)) return false;
  const near = new vscode.Range(position.translate(0, -Math.min(position.character, 16)), position);
  return !/[:|][ \t]*[a-z]*$/i.test(document.getText(near));
}

function completions(
  { record, runbook, text }: LogReading,
  today: string,
  document: vscode.TextDocument,
  position: vscode.Position,
  { triggerKind, triggerCharacter }: vscode.CompletionContext,
): vscode.CompletionList | undefined {
  const place = tokenPlace(record, runbook, document.offsetAt(position));
  if (place === undefined) return undefined;
  const asked =
    triggerKind !== vscode.CompletionTriggerKind.TriggerCharacter ||
    (triggerCharacter !== undefined && !/^[ a-z]$/.test(triggerCharacter));
  if (place.quiet && !asked) return undefined;
  const line = document.lineAt(position.line).range.end;
  const rest = text.slice(place.span.end, document.offsetAt(line));
  const range = rangeOf(document, place.span);
  const items = tokenOffers(today, rest).flatMap((offer, index) => completion(offer, index, place, range));
  // Asked again at each key: which word of an offer counts depends on the first one typed.
  return items.length === 0 ? undefined : new vscode.CompletionList(items, true);
}

function completion(
  offer: TokenOffer,
  index: number,
  { typed }: TokenPlace,
  range: vscode.Range,
): readonly vscode.CompletionItem[] {
  const word = typed.trim().toLowerCase();
  const isWord = /^\p{L}+$/u.test(word);
  const begun = offer.words.find((each) => each.startsWith(word));
  if (isWord && begun === undefined) return [];
  const item = new vscode.CompletionItem(
    { label: offer.label, description: offer.detail },
    vscode.CompletionItemKind.EnumMember,
  );
  item.insertText = offer.text;
  item.range = range;
  // What stands at the caret and is to be replaced fits every offer.
  item.filterText = isWord && begun !== undefined ? begun : typed === '' ? offer.words.join(' ') : typed;
  // The one that begins with the sign that was typed comes first.
  const own = typed !== '' && offer.text.codePointAt(0) === typed.codePointAt(0);
  item.sortText = `${own ? 0 : 1}${index}`;
  return [item];
}
