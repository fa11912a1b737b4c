import type { DnsAnswer, RecordType } from '../ports.ts';
import { type Parsed, parsed, problem, type Template } from '../runbook/template.ts';
import {
  type Arguments,
  type CheckLine,
  checkLines,
  type Filled,
  makeCheck,
  notUnderstood,
  restFrom,
  templates,
} from './lines.ts';
import {
  type Check,
  type CheckResult,
  failed,
  fromFailure,
  passed,
  type StepLanguage,
  shortened,
} from './step.ts';

const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'] as const satisfies readonly RecordType[];
const forms = types.flatMap((type) => [
  `${type} NAME at least NUMBER`,
  `${type} NAME has TEXT`,
  `${type} NAME is VALUE`,
]);

/** `dig`: records as the runbook's resolver answers them. */
export const dig: StepLanguage = {
  id: 'dig',
  forms,
  parse: (cell) => checkLines(cell.value, cell.start).map(parseLine),
};

function parseLine(line: CheckLine): Parsed<Check> {
  const [first, name, verb, fourth] = line.words;
  const type = types.find((each) => each === first?.text);
  if (type === undefined) {
    if (first === undefined) return notUnderstood('dig', forms, line);
    return problem(`"${first.text}" is not a record type of "dig". Known: ${types.join(', ')}.`, first.span);
  }
  if (name === undefined || verb === undefined || fourth === undefined)
    return notUnderstood('dig', forms, line);
  if (verb.text === 'at' && fourth.text === 'least' && line.words.length === 5) {
    const count = line.words[4];
    if (count === undefined || !/^[1-9]\d*$/.test(count.text)) return notUnderstood('dig', forms, line);
    const args = templates({ name });
    return args.kind === 'problem' ? args : parsed(atLeast(line, type, args.value, Number(count.text)));
  }
  const value = restFrom(line, 3);
  if (value === undefined || (verb.text !== 'has' && verb.text !== 'is'))
    return notUnderstood('dig', forms, line);
  const args = templates({ name, value });
  if (args.kind === 'problem') return args;
  return parsed(verb.text === 'has' ? has(line, type, args.value) : is(line, type, args.value));
}

interface Expectation {
  readonly label: string;
  readonly expected: string;
  readonly holds: (values: readonly string[]) => boolean;
  readonly evidence: (values: readonly string[]) => string;
}

function record<A extends Arguments & { readonly name: Template }>(
  line: CheckLine,
  type: RecordType,
  args: A,
  expect: (values: Filled<A>['values']) => Expectation,
): Check {
  return makeCheck({
    language: 'dig',
    line,
    effect: 'reads',
    args,
    also: ['resolver'],
    bind: (values, also) => {
      const wanted = expect(values);
      const command = `dig +short ${type} ${values.name} @${also('resolver')}`;
      return {
        command,
        label: wanted.label,
        run: async (context) => {
          const answered = await context.ports.dns.query(context.resolver, type, values.name, context.signal);
          if (answered.kind === 'failure') return fromFailure(answered);
          return judge(answered.value, type, values.name, wanted, command);
        },
      };
    },
  });
}

function judge(
  answered: DnsAnswer,
  type: RecordType,
  name: string,
  wanted: Expectation,
  command: string,
): CheckResult {
  if (answered.values.length > 0 && wanted.holds(answered.values))
    return passed(wanted.evidence(answered.values));
  const actual =
    answered.code === 'nxdomain'
      ? `NXDOMAIN: ${name} does not exist`
      : answered.values.length === 0
        ? `no ${type} record at ${name}`
        : answered.values.map((value) => shortened(value, 400)).join(' | ');
  return failed(
    wanted.expected,
    actual,
    `Look at the zone of ${name}; when the record is there, wait for its TTL and repeat: ${command}`,
  );
}

/** Names are compared without case and last dot; texts byte for byte. */
function same(type: RecordType, value: string, wanted: string): boolean {
  if (type === 'TXT') return value === wanted;
  const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
  return plain(value) === plain(wanted);
}

const nouns: Readonly<Partial<Record<RecordType, string>>> = {
  NS: 'nameservers',
  MX: 'mail servers',
  A: 'addresses',
  AAAA: 'addresses',
};

const atLeast = (
  line: CheckLine,
  type: RecordType,
  args: { readonly name: Template },
  count: number,
): Check => {
  const noun = nouns[type] ?? 'records';
  return record(line, type, args, () => ({
    label: `returns ≥ ${count} ${noun}`,
    expected: `at least ${count} ${noun}`,
    holds: (values) => values.length >= count,
    evidence: (values) => `${values.length} ${noun} (${values.join(', ')})`,
  }));
};

const has = (line: CheckLine, type: RecordType, args: Readonly<Record<'name' | 'value', Template>>): Check =>
  record(line, type, args, ({ value }) => ({
    label: `includes \`${value}\``,
    expected: `a ${type} record with ${value}`,
    holds: (values) => value.length > 0 && values.some((each) => each.includes(value)),
    evidence: (values) => shortened(values.find((each) => each.includes(value)) ?? '', 200),
  }));

const is = (line: CheckLine, type: RecordType, args: Readonly<Record<'name' | 'value', Template>>): Check => {
  const only = args.value.parts.length === 1 ? args.value.parts[0] : undefined;
  const context = only?.kind === 'name' ? /^context\.(.+)$/.exec(only.name)?.[1] : undefined;
  return record(line, type, args, ({ value }) => ({
    label: context === undefined ? `is \`${value}\`` : `is the \`${context}\` of \`cdk.context.json\``,
    expected: value,
    holds: (values) => value.length > 0 && values.length === 1 && same(type, values[0] ?? '', value),
    evidence: ([seen = '']) =>
      context === undefined ? shortened(seen, 200) : `${shortened(seen, 48)}, equal to ${context}`,
  }));
};
