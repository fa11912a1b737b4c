/** What a check printed, as it comes: in its colours, with search, copy and the way to all of it. */
import { type Look, type Stretch, stretches } from './ansi.ts';
import { make } from './elements.ts';
import { type Found, find } from './find.ts';
import { SearchMarks } from './search-marks.ts';
import { button, searchField } from './toolkit.ts';

/** Pixels from the end within which the end stays in sight. */
const nearEnd = 8;

export class OutputView {
  readonly element: HTMLElement;
  readonly #about: string;
  readonly #text: HTMLElement;
  readonly #told = make('span', 'cascade-told');
  readonly #tools: HTMLElement;
  readonly #search = searchField(
    'Search in the output',
    () => this.#look(0),
    (event) => {
      if (event.key === 'Enter') this.#step(event.shiftKey ? -1 : 1);
    },
  );
  readonly #marks = new SearchMarks();
  #shown: readonly Stretch[] = [];
  #found: readonly Found[] = [];
  #current = 0;
  #transcript: HTMLElement | undefined;

  constructor(about: string) {
    this.#about = about;
    this.#text = make('pre', 'cascade-output');
    // What scrolls must be reached by keys. No landmark: a page has many of them.
    this.#text.tabIndex = 0;
    this.#text.setAttribute('role', 'group');
    this.#text.setAttribute('aria-label', `Output of ${about}`);
    this.#told.setAttribute('role', 'status');
    this.#tools = make(
      'div',
      'cascade-tools',
      this.#search.element,
      button('Previous', 'Previous match', () => this.#step(-1)),
      button('Next', 'Next match', () => this.#step(1)),
      button('Copy', `Copy the output of ${about}`, () => void this.#copy()),
      this.#told,
    );
    this.element = make('div', 'cascade-printed', this.#tools, this.#text);
  }

  update(output: string): void {
    const atEnd =
      this.#text.scrollTop + this.#text.clientHeight >= this.#text.scrollHeight - nearEnd &&
      this.#search.value() === '';
    this.#replace(stretches(output));
    if (atEnd) this.#text.scrollTop = this.#text.scrollHeight;
    if (this.#search.value() !== '') this.#look(this.#current, false);
  }

  /** @param open undefined where there is no transcript, or nobody to open it */
  offerTranscript(open: (() => void) | undefined): void {
    if ((open === undefined) === (this.#transcript === undefined)) return;
    this.#transcript?.remove();
    this.#transcript = undefined;
    if (open === undefined) return;
    this.#transcript = button('Open transcript', `Open transcript of ${this.#about}`, open);
    this.#told.before(this.#transcript);
  }

  dispose(): void {
    this.#marks.clear();
  }

  /** What stands there already stays, and with it what is selected in it. */
  #replace(next: readonly Stretch[]): void {
    let same = 0;
    while (same < next.length && equal(this.#shown[same], next[same])) same++;
    while (this.#text.childNodes.length > same) this.#text.lastChild?.remove();
    this.#text.append(...next.slice(same).map(stretch));
    this.#shown = next;
  }

  #look(current: number, reveal = true): void {
    this.#found = find(this.#text.textContent ?? '', this.#search.value());
    this.#current = this.#found.length === 0 ? 0 : Math.min(current, this.#found.length - 1);
    this.#mark(reveal);
  }

  #step(by: number): void {
    if (this.#found.length === 0) return;
    this.#current = (this.#current + by + this.#found.length) % this.#found.length;
    this.#mark(true);
  }

  #mark(reveal: boolean): void {
    const found = this.#found[this.#current];
    const words = this.#search.value();
    const range = this.#marks.mark(this.#text, this.#found, this.#current);
    if (found === undefined) this.#tell(words === '' ? '' : 'not found');
    else this.#tell(`${this.#current + 1} of ${this.#found.length}, line ${found.line}`);
    if (range === undefined || !reveal) return;
    const place = range.getBoundingClientRect();
    const view = this.#text.getBoundingClientRect();
    if (place.top < view.top || place.bottom > view.bottom)
      this.#text.scrollTop += place.top - view.top - view.height / 2;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#text.textContent ?? '');
      this.#tell('copied');
    } catch {
      // Where the page may not write there, the keys may.
      getSelection()?.selectAllChildren(this.#text);
      this.#tell('selected: copy it with the keyboard');
    }
  }

  #tell(words: string): void {
    if (this.#told.textContent !== words) this.#told.textContent = words;
  }
}

const equal = (a: Stretch | undefined, b: Stretch | undefined): boolean =>
  a !== undefined && b !== undefined && a.text === b.text && style(a.look) === style(b.look);

function style({ colour, ground, ...weights }: Look): string {
  return [
    ...(colour === undefined ? [] : [`cascade-ansi-${colour}`]),
    ...(ground === undefined ? [] : [`cascade-ground-${ground}`]),
    ...Object.keys(weights).map((name) => `cascade-${name}`),
  ].join(' ');
}

const stretch = ({ text, look }: Stretch): HTMLElement => make('span', style(look), text);
