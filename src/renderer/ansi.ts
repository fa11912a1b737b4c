/** What a shell printed, as stretches of text with the colours and weights of a terminal. */

/** One of the 16 colours that a theme has for its terminal: 0 to 7, and 8 to 15 for the bright ones. */
export type Colour = number;

export interface Look {
  readonly colour?: Colour;
  readonly ground?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly struck?: boolean;
  readonly inverse?: boolean;
}

export interface Stretch {
  readonly text: string;
  readonly look: Look;
}

/** Sequences of a terminal: those that set the look, and all others, which are left out. */
const sequence =
  /\u001B(?:\[([0-9;:?]*)[ -/]*([@-~])|[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\|$)|[ -/]*[0-~]|$)/g;

export function stretches(text: string): readonly Stretch[] {
  const found: Stretch[] = [];
  const add = (raw: string, look: Look): void => {
    const words = seen(raw);
    if (words !== '') found.push({ text: words, look });
  };
  let look: Look = {};
  let from = 0;
  for (const match of text.matchAll(sequence)) {
    add(text.slice(from, match.index), look);
    from = match.index + match[0].length;
    const [, numbers, end] = match;
    if (end === 'm' && numbers !== undefined) look = changed(look, numbers);
  }
  add(text.slice(from), look);
  return found;
}

/** What would turn the direction of the words is shown by its code, other controls by their picture. */
const seen = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F]/g, (unit) => String.fromCharCode(0x2400 + unit.charCodeAt(0)))
    .replace(
      /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
      (unit) => `<U+${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`,
    );

function changed(before: Look, numbers: string): Look {
  const codes = numbers.split(/[;:]/).map(Number);
  let look = before;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const { colour, length } = extended(codes.slice(at + 1));
      at += length;
      if (colour !== undefined) look = { ...look, [code === 38 ? 'colour' : 'ground']: colour };
    } else look = plain(look, code);
  }
  return look;
}

const weights: Readonly<Record<number, Look>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { struck: true },
};
const ends: Readonly<Record<number, readonly (keyof Look)[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['struck'],
  39: ['colour'],
  49: ['ground'],
};

function plain(look: Look, code: number): Look {
  if (code === 0) return {};
  const ended = ends[code];
  if (ended !== undefined) return without(look, ended);
  if (code >= 30 && code <= 37) return { ...look, colour: code - 30 };
  if (code >= 90 && code <= 97) return { ...look, colour: code - 82 };
  if (code >= 40 && code <= 47) return { ...look, ground: code - 40 };
  if (code >= 100 && code <= 107) return { ...look, ground: code - 92 };
  return { ...look, ...weights[code] };
}

const without = (look: Look, names: readonly (keyof Look)[]): Look =>
  Object.fromEntries(Object.entries(look).filter(([name]) => !names.some((each) => each === name)));

/** A colour of 256, or by its parts: the nearest that the theme has. */
function extended([kind, ...rest]: readonly number[]): { colour: Colour | undefined; length: number } {
  const [first = 0, second = 0, third = 0] = rest;
  if (kind === 5) return { colour: ofTable(first), length: 2 };
  if (kind === 2) return { colour: nearest(first, second, third), length: 4 };
  return { colour: undefined, length: 1 };
}

function ofTable(index: number): Colour {
  if (index < 16) return index;
  if (index >= 232) return nearest(...same((index - 232) * 10 + 8));
  const level = (part: number): number => (part === 0 ? 0 : part * 40 + 55);
  const cube = index - 16;
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

const same = (part: number): [number, number, number] => [part, part, part];

function nearest(red: number, green: number, blue: number): Colour {
  const most = Math.max(red, green, blue);
  if (most - Math.min(red, green, blue) < 48) return most < 64 ? 0 : most < 144 ? 8 : most < 216 ? 7 : 15;
  const bit = (part: number, value: number): number => (part > most * 0.6 ? value : 0);
  return bit(red, 1) + bit(green, 2) + bit(blue, 4) + (most > 208 ? 8 : 0);
}
