/** What the front matter of a runbook declares: partitions, phases, gates, names, and how grave findings are. */
import { isMap, isSeq } from 'yaml';
import { isRuleCode, type RuleCode, ruleCodes, type SeverityChoice, severities } from '../lint/codes.ts';
import type { Span } from '../text.ts';
import { circularGates } from './circular-gates.ts';
import { durationOf } from './duration.ts';
import { signOff } from './patterns.ts';
import { type Field, PlacedYaml } from './placed-yaml.ts';
import type { Problem, Template } from './template.ts';

export interface Partition {
  readonly name: string;
  /** What is written for it: `infrastructure`, `postmark`, `profile`, `account`, `secret`, and any other. */
  readonly bindings: ReadonlyMap<string, Template>;
  /** A change on it asks for its name to be typed. */
  readonly protected: boolean;
  readonly span: Span;
}

export interface Phase {
  readonly title: string;
  /** Its column in the summary table. */
  readonly column: string;
  /** The task's number, the same for every partition or one for each. */
  readonly task: string | ReadonlyMap<string, string> | undefined;
  readonly span: Span;
}

export interface GateDeclaration {
  readonly id: string;
  readonly title: string;
  /** The heading its cells and its record stand under. */
  readonly section?: string;
  /** `prod/Deploy`, `"*" for all`: what may not run before it is cleared. */
  readonly blocks: readonly string[];
  /** `stage/Verification`, or the id of another gate: what must be cleared for it to hold. */
  readonly requires: readonly string[];
  /** How old its evidence may be, and that of the phases it requires; any age when absent. */
  readonly fresh?: { readonly text: string; readonly milliseconds: number };
  readonly span: Span;
}

/** Where a name gets its value. */
export interface Declaration {
  readonly name: string;
  /** Whose binding it is; absent for a variable. */
  readonly partition?: string;
  /** The key, without quotes around it. */
  readonly span: Span;
}

export interface FrontMatter {
  readonly name: string;
  /** Path of the log, relative to the runbook. */
  readonly log: string;
  readonly worktree: string;
  readonly verification?: string;
  readonly resolver: string;
  /** All of them, `resolver` the first. */
  readonly resolvers: readonly string[];
  readonly variables: ReadonlyMap<string, Template>;
  /** Every variable and every binding, in the order of the text. */
  readonly declarations: readonly Declaration[];
  readonly partitions: readonly Partition[];
  readonly phases: readonly Phase[];
  readonly gates: readonly GateDeclaration[];
  /** How grave the findings of a rule about the log are, where the runbook says so. */
  readonly lint: ReadonlyMap<RuleCode, SeverityChoice>;
}

export interface FrontMatterResult {
  readonly value: FrontMatter;
  readonly problems: readonly Problem[];
}

const topKeys = [
  'runbook',
  'log',
  'worktree',
  'verification',
  'resolver',
  'variables',
  'partitions',
  'phases',
  'gates',
  'lint',
];
/** Lower case at the head: a name never collides with an environment variable a shell depends on. */
export const variableForm = /^[a-z][A-Za-z0-9_]*$/;
const partitionForm = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** The phase that proves that a partition works. */
export const verification = 'Verification';

export const noFrontMatter: FrontMatter = {
  name: '',
  log: 'execution-log.md',
  worktree: '.',
  resolver: '8.8.8.8',
  resolvers: ['8.8.8.8'],
  variables: new Map(),
  declarations: [],
  partitions: [],
  phases: [],
  gates: [],
  lint: new Map(),
};

/** @param yaml the text between the `---` lines; @param offset where it stands in the runbook. */
export function readFrontMatter(yaml: string, offset: number): FrontMatterResult {
  return new Reader(new PlacedYaml(yaml, offset)).read();
}

class Reader {
  readonly #yaml: PlacedYaml;
  readonly #declarations: Declaration[] = [];

  constructor(yaml: PlacedYaml) {
    this.#yaml = yaml;
  }

  read(): FrontMatterResult {
    const fields = this.#yaml.top();
    if (fields === undefined) {
      this.#yaml.error(
        'The front matter is empty. Declare "runbook:", "partitions:" and "phases:".',
        this.#yaml.whole(),
      );
      return { value: noFrontMatter, problems: this.#yaml.problems };
    }
    for (const [key, field] of fields) {
      if (!topKeys.includes(key)) {
        this.#yaml.error(
          `"${key}" is not a key of a runbook. Known keys: ${topKeys.join(', ')}.`,
          field.keySpan,
        );
      }
    }
    const required = (key: string): string => {
      if (!fields.has(key)) this.#yaml.error(`"${key}:" is missing in the front matter.`, this.#yaml.whole());
      return this.#yaml.text(fields.get(key)) ?? '';
    };
    const name = required('runbook');
    const partitions = this.#partitions(fields.get('partitions'));
    const phases = this.#phases(fields.get('phases'));
    const variables = this.#templates(fields.get('variables'));
    const verification = this.#yaml.text(fields.get('verification'));
    const resolvers = this.#resolvers(fields.get('resolver'));
    const value: FrontMatter = {
      name,
      log: this.#yaml.text(fields.get('log')) ?? noFrontMatter.log,
      worktree: this.#yaml.text(fields.get('worktree')) ?? noFrontMatter.worktree,
      ...(verification === undefined ? {} : { verification }),
      resolver: resolvers[0] ?? noFrontMatter.resolver,
      resolvers,
      variables,
      declarations: this.#declarations.sort((a, b) => a.span.start - b.span.start),
      partitions,
      phases,
      gates: this.#gates(fields.get('gates'), partitions, phases),
      lint: this.#lint(fields.get('lint')),
    };
    return { value, problems: this.#yaml.problems };
  }

  /** One resolver, or a list of them. */
  #resolvers(field: Field | undefined): readonly string[] {
    const named = isSeq(field?.node)
      ? this.#yaml.textList(field).map(({ text }) => text)
      : [this.#yaml.text(field)];
    const known = [...new Set(named.flatMap((each) => each?.trim() || []))];
    return known.length === 0 ? noFrontMatter.resolvers : known;
  }

  #templates(field: Field | undefined): Map<string, Template> {
    const templates = new Map<string, Template>();
    for (const [name, each] of this.#yaml.map(field, '"variables"')) {
      this.#declare(name, each.keySpan);
      const template = this.#yaml.template(each);
      if (template !== undefined) templates.set(name, template);
    }
    return templates;
  }

  #declare(name: string, span: Span, partition?: string): void {
    const quotes = span.end - span.start - name.length === 2 ? 1 : 0;
    this.#declarations.push({
      name,
      ...(partition === undefined ? {} : { partition }),
      span: { start: span.start + quotes, end: span.end - quotes },
    });
    if (name === 'partition' || name === 'context') {
      this.#yaml.error(`"${name}" is given by the product and cannot be declared.`, span);
    } else if (!variableForm.test(name)) {
      this.#yaml.error(
        `"${name}" is not a name. Begin with a small letter, go on with letters and digits.`,
        span,
      );
    }
  }

  #partitions(field: Field | undefined): Partition[] {
    if (field === undefined) {
      this.#yaml.error('"partitions:" is missing in the front matter.', this.#yaml.whole());
      return [];
    }
    const partitions: Partition[] = [];
    for (const [name, each] of this.#yaml.map(field, '"partitions"')) {
      if (!partitionForm.test(name)) {
        this.#yaml.error(
          `"${name}" cannot name a partition: use letters, digits, "-" and "_".`,
          each.keySpan,
        );
      }
      const bindings = new Map<string, Template>();
      const fields = this.#yaml.map(each, `Partition "${name}"`);
      for (const [key, binding] of fields) {
        if (key === 'protected') continue;
        this.#declare(key, binding.keySpan, name);
        const template = this.#yaml.template(binding);
        if (template !== undefined) bindings.set(key, template);
      }
      const account = bindings.get('account');
      if (account !== undefined && !account.source.includes('$') && !/^\d{12}$/.test(account.source)) {
        this.#yaml.error(`"${account.source}" is not an AWS account: it has 12 digits.`, account.span);
      }
      partitions.push({
        name,
        bindings,
        protected: this.#yaml.flag(fields.get('protected')),
        span: each.keySpan,
      });
    }
    if (partitions.length === 0) this.#yaml.error('A runbook needs at least one partition.', field.keySpan);
    return partitions;
  }

  #phases(field: Field | undefined): Phase[] {
    if (field === undefined) {
      this.#yaml.error('"phases:" is missing in the front matter.', this.#yaml.whole());
      return [];
    }
    const phases: Phase[] = [];
    for (const { fields, span } of this.#yaml.records(field, ['title', 'column', 'task'])) {
      const title = this.#yaml.text(fields.get('title'));
      if (title === undefined) {
        this.#yaml.error('A phase needs a "title".', span);
        continue;
      }
      if (title === signOff || phases.some((phase) => phase.title === title)) {
        this.#yaml.error(
          `Phase "${title}" is declared twice.${title === signOff ? ' Sign-off is always there.' : ''}`,
          span,
        );
        continue;
      }
      const taskField = fields.get('task');
      let task: Phase['task'];
      if (taskField !== undefined && isMap(taskField.node)) {
        const tasks = new Map<string, string>();
        for (const [partition, each] of this.#yaml.fields(taskField.node))
          tasks.set(partition, this.#yaml.text(each) ?? '');
        task = tasks;
      } else {
        task = this.#yaml.text(taskField);
      }
      phases.push({ title, column: this.#yaml.text(fields.get('column')) ?? title, task, span });
    }
    if (phases.length === 0) this.#yaml.error('A runbook needs at least one phase.', field.keySpan);
    return phases;
  }

  #gates(
    field: Field | undefined,
    partitions: readonly Partition[],
    phases: readonly Phase[],
  ): GateDeclaration[] {
    const gates: GateDeclaration[] = [];
    if (field === undefined) return gates;
    const known = (text: string): boolean => {
      const [partition, phase] = text.split('/');
      return (
        (partition === '*' || partitions.some((each) => each.name === partition)) &&
        (phase === '*' || phase === signOff || phases.some((each) => each.title === phase))
      );
    };
    const keys = ['id', 'title', 'section', 'blocks', 'requires', 'fresh'];
    const records = this.#yaml.records(field, keys);
    const ids = new Set(records.map(({ fields }) => this.#yaml.raw(fields.get('id'))));
    /** Where each requirement stands, for what is found when all gates are known. */
    const places = new Map<string, Span>();
    for (const { fields, span } of records) {
      const id = this.#yaml.text(fields.get('id'));
      const title = this.#yaml.text(fields.get('title'));
      if (id === undefined || title === undefined) {
        this.#yaml.error('A gate needs an "id" and a "title".', span);
        continue;
      }
      if (gates.some((gate) => gate.id === id)) this.#yaml.error(`Gate "${id}" is declared twice.`, span);
      if (id.includes('/'))
        this.#yaml.error(`"${id}" cannot name a gate: "/" stands between partition and phase.`, span);
      const blocks = this.#yaml.textList(fields.get('blocks'));
      const requires = this.#yaml.textList(fields.get('requires'));
      for (const { text, span: at } of blocks) {
        if (!known(text))
          this.#yaml.error(
            `"${text}" names no phase of a partition. Write "partition/Phase", "*" for all.`,
            at,
          );
      }
      for (const { text, span: at } of requires) {
        places.set(`${id}\n${text}`, at);
        if (text.includes('/') ? known(text) : ids.has(text)) continue;
        this.#yaml.error(
          `"${text}" names no phase of a partition and no gate. Write "partition/Phase", "*" for all, or the id of a gate.`,
          at,
        );
      }
      const section = this.#yaml.text(fields.get('section'));
      const fresh = this.#fresh(fields.get('fresh'));
      gates.push({
        id,
        title,
        ...(section === undefined ? {} : { section }),
        blocks: blocks.map((each) => each.text),
        requires: requires.map((each) => each.text),
        ...(fresh === undefined ? {} : { fresh }),
        span,
      });
    }
    for (const { gate, requirement, way } of circularGates({ partitions, phases, gates })) {
      this.#yaml.error(
        `The gate "${gate.title}" waits for itself: ${way}. It could never be cleared; take one of these away.`,
        places.get(`${gate.id}\n${requirement}`) ?? this.#yaml.whole(),
      );
    }
    return gates;
  }

  #fresh(field: Field | undefined): GateDeclaration['fresh'] {
    const text = this.#yaml.text(field);
    if (field === undefined || text === undefined) return undefined;
    const milliseconds = durationOf(text);
    if (milliseconds !== undefined) return { text, milliseconds };
    this.#yaml.error(`"${text}" is no length of time. Write 90m, 24h or 7d.`, this.#yaml.span(field.node));
    // The stricter reading: what was meant to expire has expired.
    return { text, milliseconds: 0 };
  }

  #lint(field: Field | undefined): Map<RuleCode, SeverityChoice> {
    const chosen = new Map<RuleCode, SeverityChoice>();
    for (const [code, each] of this.#yaml.map(field, '"lint"')) {
      const text = this.#yaml.text(each);
      const severity = severities.find((known) => known === text);
      if (!isRuleCode(code)) {
        this.#yaml.error(`"${code}" is no rule about the log. Known: ${ruleCodes.join(', ')}.`, each.keySpan);
      } else if (severity !== undefined) chosen.set(code, severity);
      else if (text !== undefined)
        this.#yaml.error(
          `"${text}" is no severity. Known: ${severities.join(', ')}.`,
          this.#yaml.span(each.node),
        );
    }
    return chosen;
  }
}
