/**
 * One linear pass over Markdown that tells what each line is, as far as a runbook or a log needs it:
 * headings, fenced code, HTML blocks, quotes, list items. What stands inside fences, HTML and quotes is text,
 * never state. The tests hold its fences against markdown-it.
 */
import { type Span, splitLines, type TextLine } from '../text.ts';

export type ScannedLine = TextLine &
  (
    | { readonly kind: 'blank' }
    | { readonly kind: 'heading'; readonly level: number; readonly title: Span }
    /** `top`: the fence stands in no list item; only such a fence can be a cell. */
    | {
        readonly kind: 'fence';
        readonly role: 'open' | 'body' | 'close';
        readonly top: boolean;
        readonly marker: string;
        readonly info: string;
      }
    | { readonly kind: 'html' }
    | { readonly kind: 'quote' }
    /** `indent` is the column of the bullet, `content` the offset of what follows it. */
    | { readonly kind: 'item'; readonly indent: number; readonly content: number }
    /** The underline of a setext heading; the line before it is the heading. */
    | { readonly kind: 'underline' }
    | { readonly kind: 'text'; readonly indent: number }
  );

interface Fence {
  readonly marker: string;
  readonly info: string;
  readonly top: boolean;
  readonly container: number;
}

const fenceOpen = /^(`{3,})([^`]*)$|^(~{3,})(.*)$/s;
const atxHeading = /^(#{1,6})(?:[ \t]+|$)/;
const bullet = /^([-+*]|(\d{1,9})[.)])(?=[ \t]|$)/;
const thematicBreak = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const setextUnderline = /^(?:=+|-+)[ \t]*$/;

const htmlBlocks: readonly {
  readonly open: RegExp;
  readonly close: RegExp | 'blank';
  interrupts: boolean;
}[] = [
  {
    open: /^<(?:script|pre|style|textarea)(?=\s|>|$)/i,
    close: /<\/(?:script|pre|style|textarea)>/i,
    interrupts: true,
  },
  { open: /^<!--/, close: /-->/, interrupts: true },
  { open: /^<\?/, close: /\?>/, interrupts: true },
  { open: /^<![A-Za-z]/, close: />/, interrupts: true },
  { open: /^<!\[CDATA\[/, close: /\]\]>/, interrupts: true },
  {
    open: /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?=\s|\/?>|$)/i,
    close: 'blank',
    interrupts: true,
  },
  {
    open: /^(?:<[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^"'=<>`\x00-\x20]+|'[^']*'|"[^"]*"))?)*\s*\/?>|<\/[A-Za-z][A-Za-z0-9-]*\s*>)\s*$/,
    close: 'blank',
    interrupts: false,
  },
];

const none = { columns: 0, units: 0 };

/** Columns of white space at the head of `text`, tabs to the next stop of four; a byte order mark has no width. */
function indentation(text: string, column: number): { columns: number; units: number } {
  const head = text.charCodeAt(0);
  if (head !== 32 && head !== 9 && head !== 0xfeff) return none;
  let at = column;
  let units = 0;
  for (; units < text.length; units++) {
    const unit = text[units];
    if (unit === ' ') at++;
    else if (unit === '\t') at += 4 - (at % 4);
    else if (unit !== '\uFEFF' || units > 0) break;
  }
  return { columns: at - column, units };
}

function headingTitle(line: TextLine, text: string, offset: number, level: number): Span {
  const body = text.slice(level);
  const lead = body.length - body.trimStart().length;
  const title = withoutClosing(body.trim());
  const start = offset + level + lead;
  return { start, end: Math.min(line.end, start + title.length) };
}

/** Without the `##` that may close a heading; by hand, because a search from the left is slow on runs of blanks. */
function withoutClosing(title: string): string {
  let end = title.length;
  while (end > 0 && title[end - 1] === '#') end--;
  if (end === title.length) return title;
  if (end === 0) return '';
  return title[end - 1] === ' ' || title[end - 1] === '\t' ? title.slice(0, end).trimEnd() : title;
}

/** Whether a line is `- ` and then text that begins nothing else. */
function isPlainBullet(raw: string, at: number): boolean {
  const marker = raw.charCodeAt(at);
  if ((marker !== 45 && marker !== 42 && marker !== 43) || raw.charCodeAt(at + 1) !== 32) return false;
  const unit = raw.charCodeAt(at + 2);
  if (Number.isNaN(unit) || unit === 32 || unit === 9) return false;
  if (!opensBlock(unit)) return true;
  if (unit === 96) return raw.charCodeAt(at + 3) !== 96;
  if (unit < 48 || unit > 57) return false;
  let digits = at + 3;
  while (raw.charCodeAt(digits) >= 48 && raw.charCodeAt(digits) <= 57) digits++;
  return raw[digits] !== '.' && raw[digits] !== ')';
}

/** Scans the whole text. One element for each line of `splitLines(text)`. */
export function scan(text: string): readonly ScannedLine[] {
  const result: ScannedLine[] = [];
  /** Content columns of the open list items, outermost first. */
  let items: number[] = [];
  let fence: Fence | undefined;
  let html: { close: RegExp | 'blank'; container: number } | undefined;
  /** The line before is paragraph text, so that a line may continue it. */
  let paragraph = false;

  for (const line of splitLines(text)) {
    const raw = text.slice(line.start, line.end);
    const outer = indentation(raw, 0);
    const blank = outer.units === raw.length;

    if (fence !== undefined) {
      if (!blank && outer.columns < fence.container) {
        fence = undefined;
      } else {
        const rest = raw.slice(outer.units).trimEnd();
        const closes =
          outer.columns - fence.container < 4 &&
          rest.length >= fence.marker.length &&
          rest === (fence.marker[0] ?? '').repeat(rest.length);
        result.push({ ...line, kind: 'fence', role: closes ? 'close' : 'body', ...fence });
        if (closes) fence = undefined;
        continue;
      }
    }
    if (html !== undefined && (blank || outer.columns >= html.container)) {
      if (html.close === 'blank' && blank) {
        html = undefined;
      } else {
        result.push({ ...line, kind: 'html' });
        if (html.close !== 'blank' && html.close.test(raw)) html = undefined;
        paragraph = false;
        continue;
      }
    }
    html = undefined;
    if (blank) {
      result.push({ ...line, kind: 'blank' });
      paragraph = false;
      continue;
    }

    // Most lines are plain text at the margin: they need no closer look.
    if (items.length === 0 && outer.columns < 4 && !opensBlock(raw.charCodeAt(outer.units))) {
      result.push({ start: line.start, end: line.end, next: line.next, kind: 'text', indent: outer.columns });
      paragraph = true;
      continue;
    }
    // Nor does a plain bullet, which most other lines of a log are.
    if (isPlainBullet(raw, outer.units) && items.length < deepest) {
      while ((items.at(-1) ?? 0) > outer.columns) items.pop();
      if (outer.columns - (items.at(-1) ?? 0) < 4) {
        const { start, end, next } = line;
        result.push({
          start,
          end,
          next,
          kind: 'item',
          indent: outer.columns,
          content: start + outer.units + 2,
        });
        items.push(outer.columns + 2);
        paragraph = true;
        continue;
      }
    }
    const openItems = items.length === 0 ? items : items.filter((content) => outer.columns >= content);
    const scanned = scanOpenLine(line, raw, openItems, paragraph, items.length > openItems.length);
    if (scanned.kind === 'lazy') {
      result.push({ ...line, kind: 'text', indent: outer.columns });
      continue;
    }
    items = scanned.items;
    paragraph = scanned.paragraph;
    if (scanned.fence !== undefined) fence = scanned.fence;
    if (scanned.html !== undefined && !(scanned.html.close !== 'blank' && scanned.html.close.test(raw))) {
      html = scanned.html;
    }
    result.push(scanned.line);
  }
  return result;
}

type OpenLine =
  | { readonly kind: 'lazy' }
  | {
      readonly kind: 'line';
      readonly line: ScannedLine;
      readonly items: number[];
      readonly paragraph: boolean;
      readonly fence?: Fence;
      readonly html?: { close: RegExp | 'blank'; container: number };
    };

/** Deeper than anybody nests lists; a line of nothing but bullets shall not cost the square of its length. */
const deepest = 100;

/** Whether a line that begins so can be anything but text: most lines are told by this alone. */
const opensBlock = (unit: number): boolean => unit < 128 && blockOpeners[unit] === true;
const blockOpeners: readonly boolean[] = Array.from({ length: 128 }, (_, unit) =>
  '`~>#=-+*_<0123456789'.includes(String.fromCharCode(unit)),
);

/** Classifies a line that stands in no open fence or HTML block. `leaves`: it is less indented than an open item. */
function scanOpenLine(
  line: TextLine,
  raw: string,
  openItems: readonly number[],
  paragraph: boolean,
  leaves: boolean,
): OpenLine {
  const items = [...openItems];
  let column = 0;
  let units = 0;
  let first: Extract<ScannedLine, { kind: 'item' }> | undefined;
  let continues = paragraph;

  for (;;) {
    const container = items.at(-1) ?? 0;
    const lead = indentation(raw.slice(units), column);
    const textColumn = column + lead.columns;
    const rest = raw.slice(units + lead.units);
    const offset = line.start + units + lead.units;
    const indent = textColumn - container;
    const plain = (): OpenLine =>
      leaves && paragraph && first === undefined
        ? { kind: 'lazy' }
        : {
            kind: 'line',
            line: first ?? { ...line, kind: 'text', indent: textColumn },
            items,
            paragraph: rest.length > 0 && (indent < 4 || continues),
          };
    const done = (
      kind: ScannedLine,
      extra: { fence?: Fence; html?: { close: RegExp | 'blank'; container: number } } = {},
    ): OpenLine => ({
      kind: 'line',
      line: first ?? kind,
      items,
      paragraph: false,
      ...extra,
    });

    if (rest.length === 0 || indent >= 4 || items.length > deepest) return plain();
    if (!opensBlock(rest.charCodeAt(0))) return plain();

    const opened = fenceOpen.exec(rest);
    if (opened !== null) {
      const marker = opened[1] ?? opened[3] ?? '';
      const info = (opened[2] ?? opened[4] ?? '').trim();
      const fence: Fence = { marker, info, top: items.length === 0, container };
      return done({ ...line, kind: 'fence', role: 'open', ...fence }, { fence });
    }
    if (rest.startsWith('>')) return done({ ...line, kind: 'quote' });
    const heading = atxHeading.exec(rest);
    if (heading !== null) {
      const level = heading[1]?.length ?? 1;
      return done({ ...line, kind: 'heading', level, title: headingTitle(line, rest, offset, level) });
    }
    if (continues && !leaves && setextUnderline.test(rest)) return done({ ...line, kind: 'underline' });
    if (thematicBreak.test(rest)) return done({ ...line, kind: 'text', indent: textColumn });
    for (const block of htmlBlocks) {
      if ((block.interrupts || !continues) && block.open.test(rest)) {
        return done({ ...line, kind: 'html' }, { html: { close: block.close, container } });
      }
    }
    const marker = bullet.exec(rest);
    if (marker === null) return plain();
    const markerText = marker[0];
    const after = rest.slice(markerText.length);
    const empty = after.trim().length === 0;
    // Inside a paragraph only a non-empty item, and an ordered one only from 1, begins a list.
    const interrupts = !empty && (marker[2] === undefined || Number(marker[2]) === 1);
    if (continues && !interrupts && !leaves) return plain();
    const gap = indentation(after, textColumn + markerText.length);
    const width = empty || gap.columns > 4 ? 1 : gap.columns;
    const contentColumn = textColumn + markerText.length + width;
    first ??= {
      ...line,
      kind: 'item',
      indent: textColumn,
      content: Math.min(line.end, offset + markerText.length + (empty ? 0 : gap.units)),
    };
    items.push(contentColumn);
    if (empty) return { kind: 'line', line: first, items, paragraph: false };
    // What follows the bullet on the same line may again be a bullet, a fence, a heading.
    units = units + lead.units + markerText.length + (gap.columns > 4 ? 1 : gap.units);
    column = gap.columns > 4 ? textColumn + markerText.length + 1 : contentColumn;
    continues = false;
  }
}
