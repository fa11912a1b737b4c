/**
 * The transcript of one attempt: what its shells printed and what its checks saw, whole and in plain text. It is
 * written as it happens, and made only when there is something that the log itself has no room for.
 */
import type { EvidenceFolder, TranscriptFile } from '../ports.ts';
import { plainText, visibleText } from '../text.ts';
import type { CheckRef, RunEvent } from './events.ts';
import { type Target, targetName } from './places.ts';

/** What stands at the head of a transcript. */
export interface TranscriptHead {
  readonly runbook: string;
  readonly target: Target;
  readonly at: Date;
  /** `2026-11-24 10:02:11 +00:00` */
  readonly time: string;
  readonly rehearsal: boolean;
}

type Finished = Extract<RunEvent, { kind: 'check-finished' }>;

/** `none`: not made yet. `off`: none is wanted, or one could not be written. */
type State = { readonly kind: 'none' | 'off' } | { readonly kind: 'open'; readonly file: TranscriptFile };

export class Transcript {
  readonly #folder: EvidenceFolder | undefined;
  readonly #stem: string;
  #state: State;
  /** The head and the checks that were done before there was a need for a file. */
  #waiting: string;
  /** The check whose output is being written. */
  #shown: { readonly check: CheckRef; held: string; lineOpen: boolean } | undefined;
  #trouble: string | undefined;
  #path: string | undefined;

  constructor(folder: EvidenceFolder | undefined, head: TranscriptHead) {
    this.#folder = folder;
    this.#state = { kind: folder === undefined ? 'off' : 'none' };
    this.#stem = transcriptStem(head.target, head.at);
    this.#waiting = headText(head);
  }

  /** From the log's folder to the file; undefined where there is no transcript. */
  get path(): string | undefined {
    return this.#path;
  }

  /** A link for the log, as Markdown: `[transcript](…)`; undefined where there is no transcript. */
  get link(): string | undefined {
    return this.#path === undefined ? undefined : `[transcript](${linkTarget(this.#path)})`;
  }

  /** Why the transcript is missing or not whole; told once. */
  takeTrouble(): string | undefined {
    const trouble = this.#trouble;
    this.#trouble = undefined;
    return trouble;
  }

  async output(check: CheckRef, chunk: string): Promise<void> {
    if (this.#state.kind === 'off') return;
    let words = '';
    if (this.#shown?.check.id !== check.id) {
      words = this.#endOutput() + heading(check.title);
      this.#shown = { check, held: '', lineOpen: false };
    }
    const shown = this.#shown;
    const whole = shown.held + chunk;
    const end = whole.length - openAtEnd(whole);
    shown.held = whole.slice(end);
    const text = visibleText(plainText(whole.slice(0, end)));
    if (text !== '') shown.lineOpen = !text.endsWith('\n');
    await this.#write(words + text, true);
  }

  /** @param wanted the log has no room for this evidence, so that there must be a transcript. */
  async finished(event: Finished, evidence: string, wanted: boolean): Promise<void> {
    if (this.#state.kind === 'off') return;
    const head = this.#shown?.check.id === event.check.id ? '' : heading(event.check.title);
    await this.#write(this.#endOutput() + head + verdictText(event, evidence), wanted);
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'off' };
    if (state.kind === 'open') await state.file.close();
  }

  #endOutput(): string {
    const shown = this.#shown;
    this.#shown = undefined;
    if (shown === undefined) return '';
    const rest = visibleText(plainText(shown.held));
    const open = rest === '' ? shown.lineOpen : !rest.endsWith('\n');
    return open ? `${rest}\n` : rest;
  }

  async #write(text: string, wanted: boolean): Promise<void> {
    if (this.#state.kind === 'none' && !wanted) {
      this.#waiting += text;
      return;
    }
    if (this.#state.kind === 'none' && this.#folder !== undefined) {
      const made = await this.#folder.open(this.#stem);
      if (made.kind === 'failure') return this.#giveUp(`transcript not written: ${made.came}`);
      this.#state = { kind: 'open', file: made.value };
      this.#path = made.value.path;
    }
    if (this.#state.kind !== 'open') return;
    const written = await this.#state.file.append(this.#waiting + text);
    this.#waiting = '';
    if (written.kind === 'answer') return;
    await this.#state.file.close();
    this.#giveUp(`transcript not whole: ${written.came}`);
  }

  /** The record goes on without it: a run must not end because of what only explains it. */
  #giveUp(trouble: string): void {
    this.#trouble = trouble;
    this.#state = { kind: 'off' };
    this.#waiting = '';
  }
}

/** A title of a terminal may be long; what is longer is none. */
const longestEscape = 4096;

/** Length of what chunks may have been cut in the middle of: a line end, a character, a colour. */
function openAtEnd(text: string): number {
  if (/[\r\uD800-\uDBFF]$/.test(text)) return 1;
  const at = text.lastIndexOf('\u001B');
  if (at < 0 || text.length - at > longestEscape) return 0;
  return /^\u001B(?:\[[0-9;?]*[ -/]*|\][^\u0007\u001B]*)?$/.test(text.slice(at)) ? text.length - at : 0;
}

/** `20261124T100211Z` */
export const compactTime = (at: Date): string => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** `20261124T100211Z-dev-deploy`: sorts by time and is a name on every system. */
export function transcriptStem(target: Target, at: Date): string {
  const time = compactTime(at);
  const name =
    target.kind === 'gate'
      ? `gate-${target.gate.id}`
      : `${target.partition.name}-${target.kind === 'phase' ? target.phase.title : 'sign-off'}`;
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  return safe === '' ? time : `${time}-${safe}`;
}

/** A path as the target of a link; only what would end the link, or a table's cell, is written as its code. */
const linkTarget = (path: string): string =>
  path.replace(
    /[\u0000-\u0020"#%()*:<>?[\\\]^`{|}]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );

function headText({ runbook, target, time, rehearsal }: TranscriptHead): string {
  const lines = [
    `Runbook  ${runbook}`,
    `Target   ${targetName(target)}`,
    `Started  ${time}`,
    ...(rehearsal ? ['REHEARSAL: a simulated world on this machine; no account was touched.'] : []),
  ];
  return `${lines.map(oneLine).join('\n')}\n`;
}

const oneLine = (text: string): string => visibleText(plainText(text)).replaceAll('\n', ' ');

const heading = (title: string): string => `\n=== ${oneLine(title)}\n`;

function verdictText({ result, interrupted, duration }: Finished, evidence: string): string {
  const words = (text: string): string => visibleText(plainText(text)).replaceAll('\n', '\n    ');
  const seconds = (duration / 1000).toFixed(1);
  const facts = [
    ['expected', result.expected],
    ['actual', result.actual],
    ['next', result.next],
  ] as const;
  return [
    `--- ${interrupted ? 'interrupted' : result.verdict} after ${seconds} s: ${words(evidence)}\n`,
    ...facts.flatMap(([name, text]) => (text === undefined ? [] : [`    ${name}: ${words(text)}\n`])),
  ].join('');
}
