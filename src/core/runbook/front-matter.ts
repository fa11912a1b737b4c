/** The front matter of a runbook: YAML read with places, so that each problem is shown where it stands. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { isRuleCode, type RuleCode, ruleCodes, type SeverityChoice, severities } from '../lint/codes.ts';
import type { Span } from '../text.ts';
import { circularGates } from './circular-gates.ts';
import { durationOf } from './duration.ts';
import { signOff } from './patterns.ts';
import { type Problem, parseTemplate, type Template } from './template.ts';

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
  const reader = new Reader(yaml, offset);
  return reader.read();
}

class Reader {
  readonly #yaml: string;
  readonly #offset: number;
  readonly #problems: Problem[] = [];
  readonly #declarations: Declaration[] = [];

  constructor(yaml: string, offset: number) {
    this.#yaml = yaml;
    this.#offset = offset;
  }

  read(): FrontMatterResult {
    const document = parseDocument(this.#yaml, {
      lineCounter: new LineCounter(),
      prettyErrors: false,
      uniqueKeys: true,
    });
    for (const error of [...document.errors, ...document.warnings]) {
      const duplicate = error.code === 'DUPLICATE_KEY';
      const [start, end] = error.pos;
      this.#error(
        duplicate
          ? `"${this.#yaml.slice(start).match(/^[^\s:]+/)?.[0] ?? ''}" is declared twice. Remove or rename one of them.`
          : `The front matter is not YAML: ${error.message}`,
        { start: this.#offset + start, end: this.#offset + Math.max(end, start + 1) },
      );
    }
    const root = document.contents;
    if (!isMap(root)) {
      this.#error(
        'The front matter is empty. Declare "runbook:", "partitions:" and "phases:".',
        this.#whole(),
      );
      return { value: noFrontMatter, problems: this.#problems };
    }
    const fields = this.#fields(root);
    for (const [key, field] of fields) {
      if (!topKeys.includes(key)) {
        this.#error(`"${key}" is not a key of a runbook. Known keys: ${topKeys.join(', ')}.`, field.keySpan);
      }
    }
    const required = (key: string): string => {
      if (!fields.has(key)) this.#error(`"${key}:" is missing in the front matter.`, this.#whole());
      return this.#text(fields.get(key)) ?? '';
    };
    const name = required('runbook');
    const partitions = this.#partitions(fields.get('partitions'));
    const phases = this.#phases(fields.get('phases'));
    const variables = this.#templates(fields.get('variables'));
    const verification = this.#text(fields.get('verification'));
    const resolvers = this.#resolvers(fields.get('resolver'));
    const value: FrontMatter = {
      name,
      log: this.#text(fields.get('log')) ?? noFrontMatter.log,
      worktree: this.#text(fields.get('worktree')) ?? noFrontMatter.worktree,
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
    return { value, problems: this.#problems };
  }

  #error(message: string, span: Span): void {
    this.#problems.push({ severity: 'error', message, span });
  }

  #whole(): Span {
    return { start: this.#offset, end: this.#offset + this.#yaml.length };
  }

  #span(node: unknown): Span {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (!range) return this.#whole();
    return { start: this.#offset + range[0], end: this.#offset + range[1] };
  }

  #fields(map: YAMLMap): Map<string, Field> {
    const fields = new Map<string, Field>();
    for (const item of map.items as Pair<Node, Node | null>[]) {
      const key = isScalar(item.key) ? String(item.key.value) : '';
      if (key.length === 0) {
        this.#error('A key is missing here.', this.#span(item.key));
        continue;
      }
      if (!fields.has(key)) fields.set(key, { node: item.value, keySpan: this.#span(item.key) });
    }
    return fields;
  }

  #map(field: Field | undefined, what: string): Map<string, Field> {
    if (field === undefined) return new Map();
    if (isMap(field.node)) return this.#fields(field.node);
    this.#error(`${what} is a list of "name: value" lines.`, field.keySpan);
    return new Map();
  }

  /** A text. A number would lose leading zeros, so it is refused rather than guessed. */
  #text(field: Field | undefined): string | undefined {
    if (field === undefined) return undefined;
    const node = field.node;
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    if (isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'bigint')) {
      this.#error(
        `Write this number in quotes: "${node.source ?? node.value}". Unquoted it can lose its zeros.`,
        this.#span(node),
      );
      return node.source ?? String(node.value);
    }
    this.#error('A text is expected here.', node === null ? field.keySpan : this.#span(node));
    return undefined;
  }

  /** One resolver, or a list of them. */
  #resolvers(field: Field | undefined): readonly string[] {
    const named = isSeq(field?.node) ? this.#textList(field).map(({ text }) => text) : [this.#text(field)];
    const known = [...new Set(named.flatMap((each) => each?.trim() || []))];
    return known.length === 0 ? noFrontMatter.resolvers : known;
  }

  #flag(field: Field | undefined): boolean {
    if (field === undefined) return false;
    if (isScalar(field.node) && typeof field.node.value === 'boolean') return field.node.value;
    this.#error('"true" or "false" is expected here.', this.#span(field.node));
    // The stricter reading: what was meant as protection protects.
    return true;
  }

  #textList(field: Field | undefined): { text: string; span: Span }[] {
    if (field === undefined) return [];
    if (!isSeq(field.node)) {
      this.#error('A list in brackets is expected here: ["*/Deploy"].', this.#span(field.node));
      return [];
    }
    const texts: { text: string; span: Span }[] = [];
    for (const node of field.node.items as Node[]) {
      const text = this.#text({ node, keySpan: this.#span(node) });
      if (text !== undefined) texts.push({ text, span: this.#span(node) });
    }
    return texts;
  }

  #templates(field: Field | undefined): Map<string, Template> {
    const templates = new Map<string, Template>();
    for (const [name, each] of this.#map(field, '"variables"')) {
      this.#declare(name, each.keySpan);
      const template = this.#template(each);
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
      this.#error(`"${name}" is given by the product and cannot be declared.`, span);
    } else if (!variableForm.test(name)) {
      this.#error(`"${name}" is not a name. Begin with a small letter, go on with letters and digits.`, span);
    }
  }

  #template(field: Field): Template | undefined {
    const text = this.#text(field);
    if (text === undefined) return undefined;
    const span = this.#span(field.node);
    const quoted =
      isScalar(field.node) && (field.node.type === 'QUOTE_DOUBLE' || field.node.type === 'QUOTE_SINGLE');
    const result = parseTemplate(text, span.start + (quoted ? 1 : 0));
    if (result.kind === 'parsed') return this.#placed(result.value, span);
    this.#problems.push(result.problem);
    return undefined;
  }

  /** YAML folds lines and knows escapes: each name of a text is where it is written. */
  #placed(template: Template, { start, end }: Span): Template {
    let from = start - this.#offset;
    const parts = template.parts.map((part) => {
      if (part.kind === 'text') return part;
      const written = `\${${part.name}}`;
      const at = this.#yaml.indexOf(written, from);
      if (at < 0 || at + written.length > end - this.#offset) return part;
      from = at + written.length;
      return { ...part, span: { start: this.#offset + at, end: this.#offset + from } };
    });
    return { ...template, parts };
  }

  #partitions(field: Field | undefined): Partition[] {
    if (field === undefined) {
      this.#error('"partitions:" is missing in the front matter.', this.#whole());
      return [];
    }
    const partitions: Partition[] = [];
    for (const [name, each] of this.#map(field, '"partitions"')) {
      if (!partitionForm.test(name)) {
        this.#error(`"${name}" cannot name a partition: use letters, digits, "-" and "_".`, each.keySpan);
      }
      const bindings = new Map<string, Template>();
      const fields = this.#map(each, `Partition "${name}"`);
      for (const [key, binding] of fields) {
        if (key === 'protected') continue;
        this.#declare(key, binding.keySpan, name);
        const template = this.#template(binding);
        if (template !== undefined) bindings.set(key, template);
      }
      const account = bindings.get('account');
      if (account !== undefined && !account.source.includes('$') && !/^\d{12}$/.test(account.source)) {
        this.#error(`"${account.source}" is not an AWS account: it has 12 digits.`, account.span);
      }
      partitions.push({ name, bindings, protected: this.#flag(fields.get('protected')), span: each.keySpan });
    }
    if (partitions.length === 0) this.#error('A runbook needs at least one partition.', field.keySpan);
    return partitions;
  }

  #phases(field: Field | undefined): Phase[] {
    if (field === undefined) {
      this.#error('"phases:" is missing in the front matter.', this.#whole());
      return [];
    }
    const phases: Phase[] = [];
    for (const { fields, span } of this.#records(field, ['title', 'column', 'task'])) {
      const title = this.#text(fields.get('title'));
      if (title === undefined) {
        this.#error('A phase needs a "title".', span);
        continue;
      }
      if (title === signOff || phases.some((phase) => phase.title === title)) {
        this.#error(
          `Phase "${title}" is declared twice.${title === signOff ? ' Sign-off is always there.' : ''}`,
          span,
        );
        continue;
      }
      const taskField = fields.get('task');
      let task: Phase['task'];
      if (taskField !== undefined && isMap(taskField.node)) {
        const tasks = new Map<string, string>();
        for (const [partition, each] of this.#fields(taskField.node))
          tasks.set(partition, this.#text(each) ?? '');
        task = tasks;
      } else {
        task = this.#text(taskField);
      }
      phases.push({ title, column: this.#text(fields.get('column')) ?? title, task, span });
    }
    if (phases.length === 0) this.#error('A runbook needs at least one phase.', field.keySpan);
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
    const records = this.#records(field, keys);
    const ids = new Set(records.map(({ fields }) => rawText(fields.get('id'))));
    /** Where each requirement stands, for what is found when all gates are known. */
    const places = new Map<string, Span>();
    for (const { fields, span } of records) {
      const id = this.#text(fields.get('id'));
      const title = this.#text(fields.get('title'));
      if (id === undefined || title === undefined) {
        this.#error('A gate needs an "id" and a "title".', span);
        continue;
      }
      if (gates.some((gate) => gate.id === id)) this.#error(`Gate "${id}" is declared twice.`, span);
      if (id.includes('/'))
        this.#error(`"${id}" cannot name a gate: "/" stands between partition and phase.`, span);
      const blocks = this.#textList(fields.get('blocks'));
      const requires = this.#textList(fields.get('requires'));
      for (const { text, span: at } of blocks) {
        if (!known(text))
          this.#error(`"${text}" names no phase of a partition. Write "partition/Phase", "*" for all.`, at);
      }
      for (const { text, span: at } of requires) {
        places.set(`${id}\n${text}`, at);
        if (text.includes('/') ? known(text) : ids.has(text)) continue;
        this.#error(
          `"${text}" names no phase of a partition and no gate. Write "partition/Phase", "*" for all, or the id of a gate.`,
          at,
        );
      }
      const section = this.#text(fields.get('section'));
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
      this.#error(
        `The gate "${gate.title}" waits for itself: ${way}. It could never be cleared; take one of these away.`,
        places.get(`${gate.id}\n${requirement}`) ?? this.#whole(),
      );
    }
    return gates;
  }

  #fresh(field: Field | undefined): GateDeclaration['fresh'] {
    const text = this.#text(field);
    if (field === undefined || text === undefined) return undefined;
    const milliseconds = durationOf(text);
    if (milliseconds !== undefined) return { text, milliseconds };
    this.#error(`"${text}" is no length of time. Write 90m, 24h or 7d.`, this.#span(field.node));
    // The stricter reading: what was meant to expire has expired.
    return { text, milliseconds: 0 };
  }

  #lint(field: Field | undefined): Map<RuleCode, SeverityChoice> {
    const chosen = new Map<RuleCode, SeverityChoice>();
    for (const [code, each] of this.#map(field, '"lint"')) {
      const text = this.#text(each);
      const severity = severities.find((known) => known === text);
      if (!isRuleCode(code)) {
        this.#error(`"${code}" is no rule about the log. Known: ${ruleCodes.join(', ')}.`, each.keySpan);
      } else if (severity !== undefined) chosen.set(code, severity);
      else if (text !== undefined)
        this.#error(`"${text}" is no severity. Known: ${severities.join(', ')}.`, this.#span(each.node));
    }
    return chosen;
  }

  #records(field: Field, keys: readonly string[]): { fields: Map<string, Field>; span: Span }[] {
    if (!isSeq(field.node)) {
      this.#error('A list is expected here: lines that begin with "- ".', field.keySpan);
      return [];
    }
    const records: { fields: Map<string, Field>; span: Span }[] = [];
    for (const node of field.node.items as Node[]) {
      if (!isMap(node)) {
        this.#error(`{ ${keys.join(': …, ')}: … } is expected here.`, this.#span(node));
        continue;
      }
      const fields = this.#fields(node);
      for (const [key, each] of fields) {
        if (!keys.includes(key))
          this.#error(`"${key}" is not known here. Known: ${keys.join(', ')}.`, each.keySpan);
      }
      records.push({ fields, span: this.#span(node) });
    }
    return records;
  }
}

const rawText = (field: Field | undefined): unknown => (isScalar(field?.node) ? field.node.value : undefined);

interface Field {
  readonly node: Node | null;
  readonly keySpan: Span;
}
