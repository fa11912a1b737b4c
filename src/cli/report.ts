/** Prints a run on a terminal: targets, checks, a bar for a stack's resources. */
import type { StackProgress } from '../core/ports.ts';
import type { RunEvent, RunOutcome } from '../core/run/events.ts';
import { targetName } from '../core/run/places.ts';
import { resourcesDone, stackCount } from '../core/steps/aws.ts';
import type { Verdict } from '../core/steps/step.ts';
import { plainText } from '../core/text.ts';

export interface Terminal {
  write(text: string): void;
  /** Lines may be drawn over and coloured. */
  readonly live: boolean;
  readonly columns: number;
}

const marks: Readonly<Record<Verdict | 'blocked' | 'not run', string>> = {
  passed: '✔',
  failed: '✘',
  unknown: '?',
  blocked: '⊘',
  'not run': '·',
};
const colours: Readonly<Record<Verdict | 'blocked' | 'not run', number>> = {
  passed: 32,
  failed: 31,
  unknown: 33,
  blocked: 33,
  'not run': 2,
};

const outputKept = 8192;
const outputLines = 12;

export class Report {
  readonly #terminal: Terminal;
  readonly #rehearsal: boolean;
  #drawn = false;
  /** The end of what each running check printed: shown when it did not pass. */
  readonly #output = new Map<number, string>();
  #lastDone = -1;

  constructor(terminal: Terminal, rehearsal: boolean) {
    this.#terminal = terminal;
    this.#rehearsal = rehearsal;
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'run-started':
        this.#line(
          `\n${this.#paint(1, targetName(event.target))}${this.#rehearsal ? this.#paint(35, '  REHEARSAL') : ''}`,
        );
        return;
      case 'check-started':
        if (event.check.effect === 'changes') this.#line(`  … ${event.check.title}`);
        return;
      case 'check-output':
        this.#output.set(
          event.check.id,
          ((this.#output.get(event.check.id) ?? '') + plainText(event.chunk)).slice(-outputKept),
        );
        return;
      case 'check-progress':
        if (event.progress.kind === 'stack') this.#bar(event.progress.progress);
        else this.#draw(`    ${event.progress.text}`);
        return;
      case 'check-finished': {
        const { result, check, duration } = event;
        this.#lastDone = -1;
        this.#line(
          `  ${this.#mark(result.verdict)} ${check.title}  ${this.#paint(2, `${(duration / 1000).toFixed(1)} s`)}`,
        );
        if (result.verdict === 'passed') {
          this.#line(this.#paint(2, `      ${this.#fit(result.evidence, 6)}`));
        } else {
          if (result.expected !== undefined) this.#line(`      expected  ${result.expected}`);
          this.#line(
            `      ${result.expected === undefined ? 'saw      ' : 'got      '} ${result.actual ?? result.evidence}`,
          );
          if (result.next !== undefined) this.#line(`      next      ${result.next}`);
          const printed = (this.#output.get(check.id) ?? '').trimEnd().split('\n').slice(-outputLines);
          if (printed.join('').trim() !== '')
            for (const text of printed) this.#line(this.#paint(2, `      | ${text}`));
        }
        this.#output.delete(check.id);
        return;
      }
      case 'check-blocked':
        this.#line(`  ${this.#mark('blocked')} ${event.check.title}`);
        for (const block of event.blocks) {
          this.#line(`      blocked   ${block.why}`);
          this.#line(`      clears    ${block.clears}`);
        }
        return;
      case 'check-not-run':
        this.#line(this.#paint(2, `  ${marks['not run']} ${event.check.title}  (${event.because})`));
        return;
      case 'run-finished':
        if (event.outcome !== 'passed')
          this.#line(
            `  ${this.#paint(31, event.outcome)}${event.reason === undefined ? '' : `: ${event.reason}`}`,
          );
        return;
    }
  }

  line(text: string): void {
    this.#line(text);
  }

  outcome(outcome: RunOutcome, text: string): void {
    this.#line(`\n${this.#paint(outcome === 'passed' ? 32 : 31, outcome)}  ${text}`);
  }

  #mark(kind: Verdict | 'blocked'): string {
    return this.#paint(colours[kind], marks[kind]);
  }

  #paint(colour: number, text: string): string {
    return this.#terminal.live ? `\u001B[${colour}m${text}\u001B[0m` : text;
  }

  #fit(text: string, margin: number): string {
    const most = Math.max(20, this.#terminal.columns - margin);
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  }

  #bar(progress: StackProgress): void {
    const all = progress.resources.length;
    const done = resourcesDone(progress);
    const width = 24;
    const filled = all === 0 ? 0 : Math.round((width * done) / all);
    const failure = progress.firstFailure;
    const because =
      failure === undefined ? '' : `  ${failure.logicalId}: ${failure.reason ?? failure.status}`;
    const text = `    [${'█'.repeat(filled)}${'░'.repeat(width - filled)}] ${stackCount(progress)}  ${progress.stack.status}${because}`;
    // Where nothing can be drawn over, a line only when the count has moved.
    if (!this.#terminal.live && done === this.#lastDone) return;
    this.#lastDone = done;
    this.#draw(text);
  }

  #draw(text: string): void {
    if (this.#terminal.live) {
      this.#terminal.write(`\r\u001B[K${this.#fit(text, 1)}`);
      this.#drawn = true;
    } else {
      this.#terminal.write(`${text}\n`);
    }
  }

  #line(text: string): void {
    if (this.#drawn) this.#terminal.write('\r\u001B[K');
    this.#drawn = false;
    this.#terminal.write(`${text}\n`);
  }
}
