/**
 * How a log is written that is, or may be, open in the editor. Nothing here knows the editor: the tests play it, its
 * person and other writers in every order.
 */
import { applyEdits } from '../core/log/edits.ts';
import { answer, failure, type LogChange, type LogFile, type Outcome, type TextEdit } from '../core/ports.ts';

/** An open document, as it is now; when it was closed, as it was then. */
export interface OpenDocument {
  readonly text: string;
  /** Another one after every change. */
  readonly version: number;
  /**
   * It has words that are not on the disk. Not to be relied on when false: after a save the editor says so of one in
   * which somebody typed meanwhile, until the next key.
   */
  readonly dirty: boolean;
  /** One step of undo. Answers false, and does nothing, when the document is not at `version` any more, or closed. */
  apply(edits: readonly TextEdit[], version: number): Promise<boolean>;
  save(): Promise<Saved>;
}

export interface Saved {
  /**
   * False when it was closed, when the disk does not take it or holds what another program wrote, and when somebody
   * typed meanwhile: then it was written as it was at one moment of that time.
   */
  readonly saved: boolean;
  /** What the document was from the call to its end, the newest last. */
  readonly texts: readonly string[];
}

/** The file below it, shared with other processes. */
export interface LogOnDisk {
  read(): Promise<Outcome<string | undefined>>;
  /** Does `work` while no other writer does its own. */
  alone(work: () => Promise<Outcome<string>>): Promise<Outcome<string>>;
  /**
   * Puts what the change makes of `text` in the file's place; `changed` when the file holds something else by now:
   * not every program asks for our lock. Only while alone.
   */
  replace(text: string, change: LogChange): Promise<Outcome<string> | 'changed'>;
}

const tries = 20;

/** @param document the log's document as it is now; undefined while it is not open */
export function openLogUpdate(
  label: string,
  disk: LogOnDisk,
  document: () => OpenDocument | undefined,
): LogFile['update'] {
  /** What is in the document and could not be saved. */
  let unsaved: Placed | undefined;

  /** undefined where there is nothing to be done. */
  async function place(
    open: OpenDocument,
    change: LogChange,
  ): Promise<Outcome<Placed | undefined> | 'changed'> {
    const { text, version } = open;
    // The same change, tried again: in place already, it is not made twice.
    if (unsaved?.change === change && stands(text, unsaved)) return answer(unsaved);
    const edits = change(text);
    if ('kind' in edits) return edits;
    if (edits.length === 0) return answer(undefined);
    // Refused when the person typed in between: then the edits are made anew of the newer text.
    if (!(await open.apply(edits, version))) return 'changed';
    const after = applyEdits(text, edits);
    // Without the line end: somebody may type behind them before they are saved.
    const words = edits
      .map((edit) => edit.text.trim())
      .map((each) => ({ text: each, count: count(after, each) }));
    return answer({ change, after, words });
  }

  async function throughEditor(open: OpenDocument, change: LogChange): Promise<Outcome<string> | 'changed'> {
    const placed = await place(open, change);
    if (placed === 'changed' || placed.kind === 'failure') return placed;
    if (placed.value === undefined) return answer(open.text);
    unsaved = placed.value;
    const { version } = open;
    const { saved, texts } = await open.save();
    const onDisk = saved ? answer(open.text) : await existing();
    if (onDisk.kind === 'failure') return onDisk;
    const there = withoutMark(onDisk.value);
    // A text that the document never was is another program's, though it may have the same words in it.
    if (there === open.text || texts.includes(there)) {
      // Its person may have taken it back before it was saved.
      if (!stands(there, placed.value)) return 'changed';
      unsaved = undefined;
      return answer(placed.value.after);
    }
    // Somebody typed, and the editor may not have come to write at all.
    if (!saved && open.version !== version) return 'changed';
    // The file holds what another program wrote. The editor asks its person which of the two to keep, so the result
    // goes into both.
    const written = await disk.replace(onDisk.value, change);
    if (written !== 'changed' && written.kind === 'answer') unsaved = undefined;
    return written;
  }

  /**
   * The file, where it holds what the document does not: mixed line ends, which would not survive the editor, or what
   * another program wrote and is not in it yet. Words of a person are saved by that question, and are no such thing.
   */
  async function newerOnDisk(open: OpenDocument, onDisk: string): Promise<Outcome<string> | undefined> {
    if (open.dirty || withoutMark(onDisk) === open.text) return undefined;
    const { saved, texts } = await open.save();
    if (!saved) return undefined;
    const now = await existing();
    if (now.kind === 'failure') return now;
    // Somebody may have gone on typing behind that save.
    const there = withoutMark(now.value);
    return open.dirty || there === open.text || texts.includes(there) ? undefined : now;
  }

  async function existing(): Promise<Outcome<string>> {
    const onDisk = await disk.read();
    if (onDisk.kind === 'failure') return onDisk;
    if (onDisk.value !== undefined) return answer(onDisk.value);
    return failure(
      'failed',
      `read ${label}`,
      'there is no such file',
      document() === undefined
        ? 'Put the file back where it was, or make a new log: Cascade: Start Run…'
        : 'Its text stands in the open editor: save it there to put the file back, then try again.',
    );
  }

  return async (change) => {
    // Without this a missing log would be told of as a lock that cannot be made.
    const first = await existing();
    if (first.kind === 'failure') return first;
    return disk.alone(async () => {
      for (let attempt = 0; attempt < tries; attempt++) {
        // Read again: while the others were waited for, one of them may have written.
        const onDisk = await existing();
        if (onDisk.kind === 'failure') return onDisk;
        const open = document();
        const there = open === undefined ? onDisk : await newerOnDisk(open, onDisk.value);
        if (there?.kind === 'failure') return there;
        const written =
          open === undefined || there !== undefined
            ? await disk.replace(there?.value ?? onDisk.value, change)
            : await throughEditor(open, change);
        if (written !== 'changed') return written;
      }
      return failure(
        'unknown',
        `write ${label}`,
        'the log was being edited all the time',
        'Pause typing in the log, then try again.',
      );
    });
  };
}

/** A change in the document, and how often each of its words stands there with it. */
interface Placed {
  readonly change: LogChange;
  readonly after: string;
  readonly words: readonly { readonly text: string; readonly count: number }[];
}

const stands = (text: string, { words }: Placed): boolean =>
  words.every((each) => count(text, each.text) >= each.count);

const count = (text: string, words: string): number => (words === '' ? 0 : text.split(words).length - 1);

/** The editor hides a byte order mark. */
const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
