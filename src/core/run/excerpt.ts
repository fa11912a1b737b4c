export interface ExcerptLimits {
  /** Characters. */
  readonly head: number;
  readonly tail: number;
  /** Lines. */
  readonly headLines: number;
  readonly tailLines: number;
}

/**
 * The beginning and the end of a long text that comes in chunks; of the middle only its size is kept. Colours stay, and
 * what is left out ends with the colours of what was before it.
 */
export class Excerpt {
  readonly #limits: ExcerptLimits;
  #head = '';
  #tail = '';
  #length = 0;
  #lines = 0;

  constructor(limits: ExcerptLimits) {
    this.#limits = limits;
  }

  add(chunk: string): void {
    // A line that a program draws over is a line of its own here.
    const text = chunk.replace(/\r(?!\n)/g, '\n');
    const room = this.#limits.head - this.#head.length;
    this.#head += text.slice(0, Math.max(0, room));
    this.#tail = end(this.#tail + text.slice(Math.max(0, room)), this.#limits.tail);
    this.#length += text.length;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lines++;
  }

  get text(): string {
    const { headLines, tailLines } = this.#limits;
    const kept = this.#head + this.#tail;
    const lines = kept.split('\n');
    const whole = kept.length === this.#length;
    if (whole && lines.length <= headLines + tailLines + 1) return kept;
    const head = firstLines(this.#head, headLines);
    const rest = whole ? kept.slice(head.length) : this.#tail;
    const tail = lastLines(rest, tailLines);
    const left = Math.max(0, this.#lines - breaks(head) - breaks(tail));
    const size = this.#length - head.length - tail.length;
    const between = left > 0 ? `${left} ${left === 1 ? 'line' : 'lines'}` : `${size} characters`;
    const colours = head.includes('\u001B') ? '\u001B[0m' : '';
    return `${head.replace(/\n$/, '').replace(cutEscape, '')}${colours}\n… ${between} left out here …\n${tail}`;
  }
}

/** A sequence of the terminal that ends before it is over. */
const cutEscape = /\u001B(?:\[[0-9;?]*)?$/;

/** The last `length` characters, without the rest of a sequence that was cut. */
function end(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(-length);
  return cutEscape.test(text.slice(-length - 16, -length)) ? kept.replace(/^\[?[0-9;?]*[@-~]/, '') : kept;
}

const breaks = (text: string): number => text.split('\n').length - 1;

function firstLines(text: string, count: number): string {
  let end = -1;
  for (let line = 0; line < count; line++) {
    const next = text.indexOf('\n', end + 1);
    if (next < 0) return text;
    end = next;
  }
  return text.slice(0, end + 1);
}

function lastLines(text: string, count: number): string {
  const lines = text.split('\n');
  // What ends in a line end has an empty last line.
  const most = lines.at(-1) === '' ? count + 1 : count;
  return lines.slice(-most).join('\n');
}
