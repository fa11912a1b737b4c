import type { ScenarioStep } from '../rehearsal/scenario.ts';
import type { Terminal } from './report.ts';

export interface PlayedStep {
  readonly kind: ScenarioStep['kind'];
  readonly what: string;
  /** How it went, in words. */
  readonly came: string;
  readonly asTold: boolean;
}

const kinds: Readonly<Record<ScenarioStep['kind'], string>> = {
  start: 'start',
  run: 'run',
  gate: 'gate',
  record: 'record',
  world: 'world',
  'delete-stack': 'delete',
};

/** One line a step; where lines can be drawn over, also what is going on. */
export class ScenarioLines {
  readonly #terminal: Terminal;
  readonly #all: number;
  #count = 0;
  #head = '';

  constructor(terminal: Terminal, all: number) {
    this.#terminal = terminal;
    this.#all = all;
  }

  begin(kind: ScenarioStep['kind'], what: string): void {
    this.#count++;
    const number = `${this.#count}`.padStart(`${this.#all}`.length);
    this.#head = `${number}  ${kinds[kind].padEnd(6)}  ${what}`;
    this.going('');
  }

  going(text: string): void {
    if (!this.#terminal.live) return;
    const line = `  ${this.#head}${text === '' ? '' : `: ${text}`} …`;
    this.#terminal.write(`\r\u001B[K${line.slice(0, this.#terminal.columns - 1)}`);
  }

  end({ came, asTold }: PlayedStep): void {
    const { live } = this.#terminal;
    const sign = asTold ? '✔' : '✘';
    const mark = live ? `\r\u001B[K\u001B[${asTold ? 32 : 31}m${sign}\u001B[0m` : sign;
    this.#terminal.write(`${mark} ${this.#head}: ${came}\n`);
  }
}
