/** The board: one page that follows the current cascade, beside whatever is open. */
import { Buffer } from 'node:buffer';
import * as vscode from 'vscode';
import { boardOf } from '../core/help/board.ts';
import type { BoardAction, FromBoardPage, PictureFormat, ToBoardPage } from '../core/help/board-page.ts';
import { OperatorError } from './cascades.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { DisposableStore } from './disposables.ts';
import { withoutLog } from './refusals.ts';

/** The panel in package.json. */
const viewType = 'cascade.board';
/** How long a page may take to draw itself, in milliseconds. */
const drawingTime = 20_000;

export class BoardPanel implements vscode.Disposable {
  readonly #current: CurrentCascade;
  readonly #files: vscode.Uri;
  readonly #icon: { readonly light: vscode.Uri; readonly dark: vscode.Uri };
  readonly #store = new DisposableStore();
  /** What is only of the panel that is open. */
  #open:
    | { readonly panel: vscode.WebviewPanel; readonly store: DisposableStore; ready: Promise<void> }
    | undefined;
  readonly #drawings = new Map<number, (drawn: FromBoardPage) => void>();
  #requests = 0;

  constructor(current: CurrentCascade, extension: vscode.Uri) {
    this.#current = current;
    this.#files = vscode.Uri.joinPath(extension, 'dist');
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', `board-${theme}.svg`);
    this.#icon = { light: icon('light'), dark: icon('dark') };
    this.#store.add(
      vscode.window.registerWebviewPanelSerializer(viewType, {
        deserializeWebviewPanel: (panel) => Promise.resolve(this.#adopt(panel)),
      }),
    );
    this.#store.add(current.onDidChange((state) => this.#show(state)));
  }

  async show(): Promise<void> {
    if (this.#open !== undefined) {
      this.#open.panel.reveal(undefined, true);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      viewType,
      vscode.l10n.t('Board'),
      { viewColumn: vscode.ViewColumn.Active },
      { enableFindWidget: true },
    );
    this.#adopt(panel);
    await this.#current.refresh();
  }

  /** Writes the board as it is drawn now; the name of the file says as what. */
  async save(to: vscode.Uri | undefined): Promise<void> {
    await this.show();
    const { state } = this.#current;
    if (state.kind === 'unreadable') throw withoutLog(state);
    if (state.kind !== 'log')
      throw new OperatorError(
        vscode.l10n.t('The board is empty: there is no log yet. "Cascade: Start Run…" makes one.'),
      );
    const file = to ?? (await this.#askForFile(state));
    if (file === undefined) return;
    const format = /\.(svg|png)$/i.exec(file.path)?.[1]?.toLowerCase() as PictureFormat | undefined;
    if (format === undefined)
      throw new OperatorError(
        vscode.l10n.t(
          'A board is written as .svg or .png, not as {0}. Export it again under such a name.',
          file.path.split('/').at(-1) ?? file.path,
        ),
      );
    const data = await this.#drawing(format);
    await vscode.workspace.fs.writeFile(file, Buffer.from(data, format === 'svg' ? 'utf8' : 'base64'));
    if (to !== undefined) return;
    const open = vscode.l10n.t('Open');
    const words = vscode.l10n.t('The board was written to {0}.', vscode.workspace.asRelativePath(file));
    void vscode.window.showInformationMessage(words, open).then((picked) => {
      if (picked === open) void vscode.commands.executeCommand('vscode.open', file);
    });
  }

  #askForFile({ log, now }: Extract<CurrentState, { kind: 'log' }>): Thenable<vscode.Uri | undefined> {
    const stamp = now.time.slice(0, 16).replace(' ', '-').replace(':', '');
    return vscode.window.showSaveDialog({
      title: vscode.l10n.t('Export Board'),
      defaultUri: vscode.Uri.joinPath(log, '..', `board-${stamp}.svg`),
      filters: { [vscode.l10n.t('Scalable picture')]: ['svg'], [vscode.l10n.t('Picture')]: ['png'] },
    });
  }

  async #drawing(format: PictureFormat): Promise<string> {
    const open = this.#open;
    if (open === undefined)
      throw new OperatorError(vscode.l10n.t('The board was closed. Open it and export it again.'));
    // A page that is hidden is not there: it has to be in sight to draw itself.
    open.panel.reveal(undefined, true);
    const request = ++this.#requests;
    const drawn = await new Promise<FromBoardPage>((resolve) => {
      const timer = setTimeout(
        () => resolve({ kind: 'not-drawn', request, why: late(drawingTime) }),
        drawingTime,
      );
      this.#drawings.set(request, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      void open.ready.then(() => {
        this.#show(this.#current.state);
        return this.#post({ kind: 'draw', format, request });
      });
    });
    this.#drawings.delete(request);
    if (drawn.kind === 'drawn') return drawn.data;
    const why = drawn.kind === 'not-drawn' ? drawn.why : vscode.l10n.t('no answer');
    throw new OperatorError(
      vscode.l10n.t(
        'The board could not be drawn: {0}. Nothing was written. Keep the board in sight and export it again.',
        why,
      ),
    );
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#open?.panel.dispose();
    const store = new DisposableStore();
    let listens = (): void => {};
    const listening = (): Promise<void> => new Promise((resolve) => (listens = resolve));
    const open = { panel, store, ready: listening() };
    this.#open = open;
    // A page that is hidden is thrown away; in sight again, it is another one.
    store.add(
      panel.onDidChangeViewState(() => {
        if (!panel.visible) open.ready = listening();
      }),
    );
    const { webview } = panel;
    panel.iconPath = this.#icon;
    store.add(
      webview.onDidReceiveMessage((message: unknown) => {
        if (!isFromBoardPage(message)) return;
        if (message.kind === 'ready') listens();
        void this.#answer(message);
      }),
    );
    store.add(
      panel.onDidDispose(() => {
        if (this.#open === open) this.#open = undefined;
        store.dispose();
      }),
    );
    webview.options = { enableScripts: true, localResourceRoots: [this.#files] };
    webview.html = html(webview, vscode.Uri.joinPath(this.#files, 'board.js'));
    this.#current.begin();
  }

  async #answer(message: FromBoardPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.#show(this.#current.state);
        break;
      case 'reveal':
        await vscode.commands.executeCommand('cascade.revealInLog', message.span, vscode.ViewColumn.Beside);
        break;
      case 'act':
        await vscode.commands.executeCommand(commands[message.action]);
        break;
      case 'drawn':
      case 'not-drawn':
        this.#drawings.get(message.request)?.(message);
        break;
    }
  }

  #show(state: CurrentState): void {
    if (this.#open === undefined) return;
    const title =
      state.kind === 'log' ? vscode.l10n.t('Board: {0}', state.runbook.name) : vscode.l10n.t('Board');
    if (this.#open.panel.title !== title) this.#open.panel.title = title;
    void this.#post(shown(state));
  }

  /** To a page that is hidden nothing is told: it asks when it is there again. */
  async #post(message: ToBoardPage): Promise<void> {
    if (this.#open?.panel.visible === true) await this.#open.panel.webview.postMessage(message);
  }

  dispose(): void {
    this.#open?.panel.dispose();
    this.#store.dispose();
  }
}

const late = (milliseconds: number): string => vscode.l10n.t('it took more than {0} s', milliseconds / 1000);

const commands: Readonly<Record<BoardAction, string>> = {
  'start-run': 'cascade.startRun',
  'open-log': 'cascade.openLog',
  'new-runbook': 'cascade.newRunbook',
};

function shown(state: CurrentState): ToBoardPage {
  switch (state.kind) {
    case 'none':
      return { kind: 'message', message: 'There is no runbook in this workspace.', action: 'new-runbook' };
    case 'no-log':
      return {
        kind: 'message',
        message: `The runbook ${state.runbook.name} has no log yet. It begins with a run.`,
        action: 'start-run',
      };
    case 'unreadable':
      return { kind: 'message', message: state.message };
    case 'log': {
      const { runbook, reading, overview, asked, now, running, log } = state;
      const { record, rehearsal } = reading;
      const name = log.path.split('/').at(-1) ?? '';
      const board = boardOf({ runbook, record, overview, asked, now, running, rehearsal, log: name });
      return { kind: 'board', board };
    }
  }
}

function isFromBoardPage(value: unknown): value is FromBoardPage {
  const kinds: readonly unknown[] = ['ready', 'reveal', 'act', 'drawn', 'not-drawn'];
  return typeof value === 'object' && value !== null && 'kind' in value && kinds.includes(value.kind);
}

/** The page takes its script from us and nothing from anywhere; its styles are made by the script. */
function html(webview: vscode.Webview, script: vscode.Uri): string {
  const policy = `default-src 'none'; script-src ${webview.cspSource}; style-src ${webview.cspSource}; img-src blob:`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Board</title>
</head>
<body>
<script type="module" src="${webview.asWebviewUri(script).toString()}"></script>
</body>
</html>
`;
}
