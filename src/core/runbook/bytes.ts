import { type Cell, type ReadCell, readCells, writeCells } from './cells.ts';

export type Decoded =
  | { readonly kind: 'decoded'; readonly text: string; readonly cells: readonly ReadCell[] }
  | { readonly kind: 'refused'; readonly message: string };

/** Decodes a file's bytes. What is not UTF-8 is refused: shown as anything else, a save would damage it. */
export function decodeRunbook(bytes: Uint8Array): Decoded {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return {
      kind: 'refused',
      message: 'The file is not UTF-8 text. Convert it to UTF-8 and open it again; it was not changed.',
    };
  }
  return { kind: 'decoded', text, cells: readCells(text) };
}

export function encodeRunbook(cells: readonly Cell[]): Uint8Array {
  return new TextEncoder().encode(writeCells(cells));
}
