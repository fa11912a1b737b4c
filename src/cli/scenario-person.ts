import type { Person } from '../core/ports.ts';
import type { Scenario, ScenarioStep } from '../rehearsal/scenario.ts';
import { terminalPerson } from './person.ts';

/** Says what the scenario tells of the step that is played, and nothing else. */
export class ScenarioPerson implements Person {
  readonly #scenario: Scenario;
  readonly #operator: string;
  readonly #nobody: Person;
  step: ScenarioStep | undefined;

  constructor(scenario: Scenario, operator: string) {
    this.#scenario = scenario;
    this.#operator = operator;
    this.#nobody = terminalPerson({ confirm: [], operator });
  }

  async ask({ text }: Parameters<Person['ask']>[0]): ReturnType<Person['ask']> {
    if (this.step?.kind !== 'run' || this.step.confirms?.includes(text) !== true) return undefined;
    return { yes: true, by: this.#operator, note: `as ${this.#scenario.name} tells it` };
  }

  async typeName(): Promise<string | undefined> {
    return this.step?.kind === 'run' ? this.step.types : undefined;
  }

  unwritten(...asked: Parameters<Person['unwritten']>): ReturnType<Person['unwritten']> {
    return this.#nobody.unwritten(...asked);
  }
}
