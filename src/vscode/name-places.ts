/** Where the names of a runbook are declared and used: definitions, references, and another name for one. */
import * as vscode from 'vscode';
import { type Occurrence, occurrenceAt } from '../core/help/occurrences.ts';
import { definitionsOf, occurrencesOf, renameAt, renameTo } from '../core/help/rename.ts';
import { type RunbookReading, type RunbookTexts, runbookSelector } from './runbook-texts.ts';

interface Asked extends RunbookReading {
  readonly caret: number;
}

export function registerNamePlaces(texts: RunbookTexts): vscode.Disposable {
  const ask = async (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<Asked | undefined> => {
    const reading = await texts.read(document);
    const caret = reading?.text.offsetAt(document, position);
    return reading === undefined || caret === undefined ? undefined : { ...reading, caret };
  };
  return vscode.Disposable.from(
    vscode.languages.registerDefinitionProvider(runbookSelector, {
      provideDefinition: async (document, position) => {
        const asked = await ask(document, position);
        const found = asked === undefined ? undefined : occurrenceAt(asked.runbook, asked.caret);
        if (asked === undefined || found === undefined) return undefined;
        const { partition } = await texts.view(asked);
        const all = definitionsOf(asked.runbook, found.name);
        // That of the chosen partition alone, where it has one.
        const own = all.filter((each) => each.partition !== undefined && each.partition === partition);
        return locations(asked, own.length > 0 ? own : all);
      },
    }),
    vscode.languages.registerReferenceProvider(runbookSelector, {
      provideReferences: async (document, position, { includeDeclaration }) => {
        const asked = await ask(document, position);
        const found = asked === undefined ? undefined : occurrenceAt(asked.runbook, asked.caret);
        if (asked === undefined || found === undefined) return undefined;
        const all = occurrencesOf(asked.runbook, found.name);
        return locations(asked, includeDeclaration ? all : all.filter(({ role }) => role === 'used'));
      },
    }),
    vscode.languages.registerRenameProvider(runbookSelector, {
      prepareRename: async (document, position) => {
        const asked = await whole(ask(document, position));
        const found = renameAt(asked.runbook, asked.caret);
        if (found.kind === 'refused') throw new Error(found.message);
        const place = asked.text.placeOf(found.at.span);
        if (place === undefined) throw new Error(changed);
        // A shell writes a dot as "_".
        return { range: place.range, placeholder: document.getText(place.range) };
      },
      provideRenameEdits: async (document, position, to) => {
        const asked = await whole(ask(document, position));
        const renamed = renameTo(asked.runbook, asked.caret, to);
        if (renamed.kind === 'refused') throw new Error(renamed.message);
        const edit = new vscode.WorkspaceEdit();
        for (const { offset, length, text } of renamed.edits) {
          const place = asked.text.placeOf({ start: offset, end: offset + length });
          if (place !== undefined) edit.replace(place.document.uri, place.range, text);
        }
        return edit;
      },
    }),
  );
}

const changed = vscode.l10n.t('The runbook was changed just now. Try again.');

/** What the editor asks of a text that is being changed has to be asked again. */
async function whole(asked: Promise<Asked | undefined>): Promise<Asked> {
  const found = await asked;
  if (found === undefined) throw new Error(changed);
  return found;
}

const locations = ({ text }: Asked, places: readonly Occurrence[]): vscode.Location[] =>
  places.flatMap(({ span }) => {
    const place = text.placeOf(span);
    return place === undefined ? [] : [new vscode.Location(place.document.uri, place.range)];
  });
