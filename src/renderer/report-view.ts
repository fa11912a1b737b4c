import type { CellReport, RendererMessage } from '../core/run/cell-report.ts';
import { type Actions, CheckView } from './check-view.ts';
import { make, text } from './elements.ts';
import { button } from './toolkit.ts';
import { pick, summary } from './words.ts';

/** So many rows are drawn at first, and with each wish for more. */
const rowsAtOnce = 200;

/** What one cell shows. */
export class ReportView {
  readonly element = make('div', 'cascade-checks');
  readonly #head = make('span', 'cascade-partition');
  readonly #summary = make('span', 'cascade-summary');
  readonly #list = make('ul', 'cascade-list');
  readonly #views = new Map<string, CheckView>();
  readonly #post: ((message: RendererMessage) => void) | undefined;
  readonly #rest = make('div', 'cascade-rest');
  readonly #more = make('span', '');
  #most = rowsAtOnce;
  #report: CellReport | undefined;

  /** @param post asks the extension; absent where it cannot be reached */
  constructor(post?: (message: RendererMessage) => void) {
    this.#post = post;
    this.#summary.setAttribute('role', 'status');
    this.#list.setAttribute('role', 'list');
    this.element.setAttribute('role', 'group');
    this.#rest.append(
      this.#more,
      button('Show more', 'Show more checks', () => {
        this.#most += rowsAtOnce;
        if (this.#report !== undefined) this.update(this.#report);
      }),
    );
    this.element.append(make('div', 'cascade-head', this.#head, this.#summary), this.#list);
  }

  update(report: CellReport): void {
    this.#report = report;
    const { partition, rehearsal, rows } = report;
    this.element.setAttribute('aria-label', `Checks on ${partition}${rehearsal ? ', rehearsal' : ''}`);
    if (this.#head.textContent !== `${partition}${rehearsal ? 'REHEARSAL' : ''}`)
      this.#head.replaceChildren(
        text('', partition),
        ...(rehearsal ? [make('span', 'cascade-badge', 'REHEARSAL')] : []),
      );
    this.#sum(summary(rows), rows.length);
    const shown = pick(rows, this.#most);
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, view] of this.#views) {
      if (keys.has(key)) continue;
      view.dispose();
      this.#views.delete(key);
    }
    const actions = this.#actions();
    let before: Element | null = null;
    for (const row of shown) {
      const view: CheckView = this.#views.get(row.key) ?? new CheckView();
      this.#views.set(row.key, view);
      // An element that is moved loses the focus: only what is not in its place is put there.
      if (
        before === null
          ? this.#list.firstElementChild !== view.element
          : before.nextElementSibling !== view.element
      )
        this.#list.insertBefore(view.element, before === null ? this.#list.firstChild : before.nextSibling);
      before = view.element;
      // Behind it: what is printed is scrolled to its end, which only what is on the page can be.
      view.update(row, partition, actions);
    }
    const left = rows.length - shown.length;
    this.#more.textContent = `${left} more ${left === 1 ? 'check' : 'checks'}`;
    if (left === 0) this.#rest.remove();
    else this.element.append(this.#rest);
  }

  dispose(): void {
    for (const view of this.#views.values()) view.dispose();
    this.element.remove();
  }

  /** A screen reader is told of what changes, but not of each of a thousand checks. */
  #sum(words: string, count: number): void {
    this.#summary.setAttribute('aria-live', count > 20 ? 'off' : 'polite');
    if (this.#summary.textContent !== words) this.#summary.textContent = words;
  }

  /** The report may have got another id since a button was made. */
  #actions(): Actions {
    const post = this.#post;
    if (post === undefined) return {};
    const ask = (kind: RendererMessage['kind'], check: string): void => {
      if (this.#report !== undefined) post({ kind, report: this.#report.id, check });
    };
    return {
      runAgain: (check) => ask('run-again', check),
      openTranscript: (check) => ask('open-transcript', check),
    };
  }
}
