import type { CheckRow } from '../core/run/cell-report.ts';
import { differenceView } from './difference-view.ts';
import { icon, make, markdown, text } from './elements.ts';
import { OutputView } from './output-view.ts';
import { propagationView } from './propagation-view.ts';
import { stackView } from './stack-view.ts';
import { button, hold } from './toolkit.ts';
import { durationText, inlineCode, stateWords } from './words.ts';

/** What the buttons of a row do; absent where nobody is there to do it. */
export interface Actions {
  readonly runAgain?: (check: string) => void;
  readonly openTranscript?: (check: string) => void;
}

/** One row. It stays the same element while its check runs, so that focus, search and scrolling stay. */
export class CheckView {
  readonly element = make('li', 'cascade-check');
  readonly #verdict = make('span', 'cascade-verdict');
  readonly #asked = make('span', 'cascade-asked');
  readonly #time = make('span', 'cascade-time');
  readonly #line = make('div', 'cascade-line', this.#verdict, this.#asked, this.#time);
  readonly #facts = make('div', 'cascade-facts');
  #again: HTMLElement | undefined;
  #transcript: HTMLElement | undefined;
  #output: OutputView | undefined;
  #drawn = '';

  constructor() {
    this.element.append(this.#line, this.#facts);
  }

  /** @param partition of the report: only another one is named */
  update(row: CheckRow, partition: string, actions: Actions): void {
    const drawn = JSON.stringify(row);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.element.dataset['state'] = row.state;
    this.#verdict.replaceChildren(icon(row.state), stateWords[row.state]);
    this.#asked.replaceChildren(
      ...(row.partition === undefined || row.partition === partition
        ? []
        : [text('cascade-badge', row.partition), ' ']),
      markdown('', row.check),
    );
    this.#time.textContent = row.duration === undefined ? '' : durationText(row.duration);
    this.#facts.replaceChildren(...facts(row));
    this.#offerAgain(row, actions);
    this.#print(row, actions);
  }

  dispose(): void {
    this.#output?.dispose();
    this.element.remove();
  }

  #offerAgain(row: CheckRow, { runAgain }: Actions): void {
    if (!row.again || runAgain === undefined) {
      this.#again?.remove();
      this.#again = undefined;
      return;
    }
    this.#again ??= button('Run again', `Run again: ${name(row)}`, () => runAgain(row.key));
    hold(this.#again, row.state === 'running' || row.state === 'waiting');
    if (this.#again.parentElement === null) this.#line.append(this.#again);
  }

  #print(row: CheckRow, { openTranscript }: Actions): void {
    // A table says it better than the lines that were printed of the same.
    const output = row.seenBy === undefined ? row.output : undefined;
    const open = row.transcript && openTranscript !== undefined ? () => openTranscript(row.key) : undefined;
    if (output === undefined) {
      this.#output?.dispose();
      this.#output?.element.remove();
      this.#output = undefined;
    } else {
      this.#output ??= new OutputView(name(row));
      if (this.#output.element.parentElement === null) this.element.append(this.#output.element);
      this.#output.update(output);
    }
    this.#output?.offerTranscript(open);
    const alone = this.#output === undefined ? open : undefined;
    if (alone === undefined) {
      this.#transcript?.remove();
      this.#transcript = undefined;
    } else if (this.#transcript === undefined) {
      this.#transcript = button('Open transcript', `Open transcript of ${name(row)}`, alone);
      this.element.append(this.#transcript);
    }
  }
}

/** A short name without marks, for labels. */
const name = ({ check, partition }: CheckRow): string => {
  const words = inlineCode(check)
    .map((part) => part.text)
    .join('');
  const short = words.length > 120 ? `${words.slice(0, 120).toWellFormed()}…` : words;
  return partition === undefined ? short : `${short}, ${partition}`;
};

function facts(row: CheckRow): readonly HTMLElement[] {
  const { state, detail, expected, actual, next, seenBy, stack } = row;
  const found: HTMLElement[] = [];
  // Of a stack that stands nobody asks how it came about.
  if (stack !== undefined) found.push(stackView(state === 'passed' ? { ...stack, events: [] } : stack));
  if (state === 'failed' && expected !== undefined && actual !== undefined)
    found.push(differenceView(expected, actual));
  // How far a stack is, its bar says.
  else if (detail !== undefined && detail !== '' && !(stack !== undefined && state === 'running'))
    found.push(make('p', 'cascade-detail', text('', detail)));
  if (next !== undefined && next !== '')
    found.push(make('p', 'cascade-next', make('span', 'cascade-label', 'to do'), ' ', markdown('', next)));
  if (seenBy !== undefined && seenBy.length > 0) found.push(propagationView(seenBy));
  return found;
}
