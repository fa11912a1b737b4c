import { nobody, type Person } from '../core/ports.ts';
import type { Scenario, ScenarioStep } from '../rehearsal/scenario.ts';

/** Says what the scenario tells of the step that is played, and nothing else. */
export class ScenarioPerson implements Person {
  readonly #scenario: Scenario;
  readonly #operator: string;
  step: ScenarioStep | undefined;
  readonly runAgain = nobody.runAgain;
  readonly unwritten = nobody.unwritten;

  constructor(scenario: Scenario, operator: string) {
    this.#scenario = scenario;
    this.#operator = operator;
  }

  async ask({ text }: Parameters<Person['ask']>[0]): ReturnType<Person['ask']> {
    if (this.step?.kind !== 'run' || this.step.confirms?.includes(text) !== true) return undefined;
    return { yes: true, by: this.#operator, note: `as ${this.#scenario.name} tells it` };
  }

  async typeName(): Promise<string | undefined> {
    return this.step?.kind === 'run' ? this.step.types : undefined;
  }
}
