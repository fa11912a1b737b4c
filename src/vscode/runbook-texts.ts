/** Runbooks as texts: in the cells of a notebook, or in a plain text editor; offsets of the one, positions of the other. */
import * as vscode from 'vscode';
import type { View } from '../core/help/line-place.ts';
import { mostTold, toldOf } from '../core/help/name-stories.ts';
import { layOut } from '../core/runbook/cells.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import { Lines, type Span, splitLines } from '../core/text.ts';
import type { Cascades } from './cascades.ts';
import type { PartitionControllers } from './controllers.ts';
import { cellsOf, notebookType } from './runbook-serializer.ts';

/** Every cell of a runbook, and a runbook that is open as text. */
export const runbookSelector: vscode.DocumentSelector = [
  { notebookType },
  { scheme: 'file', language: 'markdown', pattern: '**/*.runbook.md' },
];

/** A place of a text in an editor. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
}

/** One document with its part of the text. */
interface Part {
  readonly document: vscode.TextDocument;
  readonly span: Span;
  readonly lines: Lines;
  readonly starts: readonly number[];
}

export class RunbookText {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly #parts: readonly Part[];

  constructor(
    uri: vscode.Uri,
    text: string,
    parts: readonly { document: vscode.TextDocument; span: Span }[],
  ) {
    this.uri = uri;
    this.text = text;
    this.#parts = parts.map(({ document, span }) => {
      const lines = splitLines(text.slice(span.start, span.end));
      return { document, span, lines: new Lines(lines), starts: lines.map((line) => line.start) };
    });
  }

  static ofNotebook(notebook: vscode.NotebookDocument): RunbookText {
    const { text, values } = layOut(cellsOf(notebook));
    const parts = notebook.getCells().flatMap(({ document }, index) => {
      const span = values[index];
      return span === undefined ? [] : [{ document, span }];
    });
    return new RunbookText(notebook.uri, text, parts);
  }

  static ofDocument(document: vscode.TextDocument): RunbookText {
    const text = document.getText();
    return new RunbookText(document.uri, text, [{ document, span: { start: 0, end: text.length } }]);
  }

  offsetAt(document: vscode.TextDocument, { line, character }: vscode.Position): number | undefined {
    const part = this.#parts.find((each) => each.document === document);
    if (part === undefined) return undefined;
    const { start, end } = part.span;
    return Math.min(end, start + (part.starts[line] ?? end - start) + character);
  }

  /** Where a span is on the screen; what stands between cells is told at the head of the next one. */
  placeOf({ start, end }: Span): Place | undefined {
    const part = this.#parts.find(({ span }) => start <= span.end) ?? this.#parts.at(-1);
    if (part === undefined) return undefined;
    const at = (offset: number): vscode.Position => {
      const { span, lines } = part;
      const { line, column } = lines.positionAt(
        Math.min(Math.max(offset, span.start), span.end) - span.start,
      );
      return new vscode.Position(line, column);
    };
    return { document: part.document, range: new vscode.Range(at(start), at(end)) };
  }
}

/** A text, read. */
export interface RunbookReading {
  readonly text: RunbookText;
  readonly runbook: Runbook;
}

/** Reads the runbook that a document belongs to, and knows what is chosen for it. */
export class RunbookTexts {
  readonly #cascades: Cascades;
  readonly #controllers: PartitionControllers;
  readonly #read = new WeakMap<vscode.TextDocument, { readonly text: string; readonly runbook: Runbook }>();

  constructor(cascades: Cascades, controllers: PartitionControllers) {
    this.#cascades = cascades;
    this.#controllers = controllers;
  }

  /** The runbook as it is now; undefined when it was changed while it was read: then the editor asks again. */
  async read(document: vscode.TextDocument): Promise<RunbookReading | undefined> {
    const notebook = vscode.workspace.notebookDocuments.find(
      (each) =>
        each.notebookType === notebookType && each.getCells().some((cell) => cell.document === document),
    );
    if (notebook === undefined) return document.uri.scheme === 'file' ? this.#plain(document) : undefined;
    const runbook = await this.#cascades.runbook(notebook.uri);
    const text = RunbookText.ofNotebook(notebook);
    return runbook.text === text.text ? { text, runbook } : undefined;
  }

  #plain(document: vscode.TextDocument): RunbookReading {
    const text = RunbookText.ofDocument(document);
    const known = this.#read.get(document);
    const runbook = known?.text === text.text ? known.runbook : parseRunbook(text.text);
    this.#read.set(document, { text: text.text, runbook });
    return { text, runbook };
  }

  /** What may be told of its names: of the chosen partition, or of so many as a hover has room for. */
  async view({ text, runbook }: RunbookReading, all = false): Promise<View> {
    const partition = this.#controllers.selected(text.uri);
    const chosen = partition === undefined ? {} : { partition };
    const told = toldOf(runbook.partitions, chosen).slice(0, all ? mostTold : 1);
    const partitions = told.filter((each) => each !== undefined);
    return { ...chosen, contexts: await this.#cascades.contexts(text.uri, runbook, partitions) };
  }
}
