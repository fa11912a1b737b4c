/** YAML read with places, so that each problem is shown where it stands. */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { Span } from '../text.ts';
import { type Problem, parseTemplate, type Template } from './template.ts';

/** A value, and where its key stands. */
export interface Field {
  readonly node: Node | null;
  readonly keySpan: Span;
}

/** A part of a text that is YAML. What is not as it is asked for is a problem, and something lesser is given. */
export class PlacedYaml {
  readonly problems: Problem[] = [];
  readonly #yaml: string;
  readonly #offset: number;

  /** @param offset where it stands in the whole text */
  constructor(yaml: string, offset: number) {
    this.#yaml = yaml;
    this.#offset = offset;
  }

  /** The fields of the whole; undefined where it is no map. */
  top(): ReadonlyMap<string, Field> | undefined {
    const { contents, errors, warnings } = parseDocument(this.#yaml, {
      prettyErrors: false,
      uniqueKeys: true,
    });
    for (const error of [...errors, ...warnings]) {
      const duplicate = error.code === 'DUPLICATE_KEY';
      const [start, end] = error.pos;
      this.error(
        duplicate
          ? `"${this.#yaml.slice(start).match(/^[^\s:]+/)?.[0] ?? ''}" is declared twice. Remove or rename one of them.`
          : `The front matter is not YAML: ${error.message}`,
        { start: this.#offset + start, end: this.#offset + Math.max(end, start + 1) },
      );
    }
    return isMap(contents) ? this.fields(contents) : undefined;
  }

  error(message: string, span: Span): void {
    this.problems.push({ severity: 'error', message, span });
  }

  /** For what is missing. */
  whole(): Span {
    return { start: this.#offset, end: this.#offset + this.#yaml.length };
  }

  /** Where a node stands in the whole text. */
  span(node: unknown): Span {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (!range) return this.whole();
    return { start: this.#offset + range[0], end: this.#offset + range[1] };
  }

  /** By key, in the order of the text; of a key that stands twice the first. */
  fields(map: YAMLMap): Map<string, Field> {
    const fields = new Map<string, Field>();
    for (const item of map.items as Pair<Node, Node | null>[]) {
      const key = isScalar(item.key) ? String(item.key.value) : '';
      if (key.length === 0) {
        this.error('A key is missing here.', this.span(item.key));
        continue;
      }
      if (!fields.has(key)) fields.set(key, { node: item.value, keySpan: this.span(item.key) });
    }
    return fields;
  }

  /** @param what names it in a problem: `"variables"` */
  map(field: Field | undefined, what: string): Map<string, Field> {
    if (field === undefined) return new Map();
    if (isMap(field.node)) return this.fields(field.node);
    this.error(`${what} is a list of "name: value" lines.`, field.keySpan);
    return new Map();
  }

  /** A text. A number would lose leading zeros, so it is refused rather than guessed. */
  text(field: Field | undefined): string | undefined {
    if (field === undefined) return undefined;
    const node = field.node;
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    if (isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'bigint')) {
      this.error(
        `Write this number in quotes: "${node.source ?? node.value}". Unquoted it can lose its zeros.`,
        this.span(node),
      );
      return node.source ?? String(node.value);
    }
    this.error('A text is expected here.', node === null ? field.keySpan : this.span(node));
    return undefined;
  }

  /** False when absent. */
  flag(field: Field | undefined): boolean {
    if (field === undefined) return false;
    if (isScalar(field.node) && typeof field.node.value === 'boolean') return field.node.value;
    this.error('"true" or "false" is expected here.', this.span(field.node));
    // The stricter reading: what was meant as protection protects.
    return true;
  }

  /** Texts in a list, each with its place. */
  textList(field: Field | undefined): { text: string; span: Span }[] {
    if (field === undefined) return [];
    if (!isSeq(field.node)) {
      this.error('A list in brackets is expected here: ["*/Deploy"].', this.span(field.node));
      return [];
    }
    const texts: { text: string; span: Span }[] = [];
    for (const node of field.node.items as Node[]) {
      const text = this.text({ node, keySpan: this.span(node) });
      if (text !== undefined) texts.push({ text, span: this.span(node) });
    }
    return texts;
  }

  /** A text with names in it: `pm-bounces.${domain}`. */
  template(field: Field): Template | undefined {
    const text = this.text(field);
    if (text === undefined) return undefined;
    const span = this.span(field.node);
    const quoted =
      isScalar(field.node) && (field.node.type === 'QUOTE_DOUBLE' || field.node.type === 'QUOTE_SINGLE');
    const result = parseTemplate(text, span.start + (quoted ? 1 : 0));
    if (result.kind === 'parsed') return this.#placed(result.value, span);
    this.problems.push(result.problem);
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

  /** A list of maps that have no keys but these. */
  records(field: Field, keys: readonly string[]): { fields: Map<string, Field>; span: Span }[] {
    if (!isSeq(field.node)) {
      this.error('A list is expected here: lines that begin with "- ".', field.keySpan);
      return [];
    }
    const records: { fields: Map<string, Field>; span: Span }[] = [];
    for (const node of field.node.items as Node[]) {
      if (!isMap(node)) {
        this.error(`{ ${keys.join(': …, ')}: … } is expected here.`, this.span(node));
        continue;
      }
      const fields = this.fields(node);
      for (const [key, each] of fields) {
        if (!keys.includes(key))
          this.error(`"${key}" is not known here. Known: ${keys.join(', ')}.`, each.keySpan);
      }
      records.push({ fields, span: this.span(node) });
    }
    return records;
  }

  /** What a value is, whatever it is. */
  raw(field: Field | undefined): unknown {
    return isScalar(field?.node) ? field.node.value : undefined;
  }
}
