import { answer, type RecordType } from '../ports.ts';
import { type Parsed, parsed, type Template } from '../runbook/template.ts';
import { awsTarget } from './aws.ts';
import {
  type Arguments,
  type CheckLine,
  checkLines,
  type Filled,
  makeCheck,
  notUnderstood,
  restFrom,
  templates,
  type Word,
} from './lines.ts';
import {
  checkDkim,
  checkDmarc,
  checkSpf,
  dkimFault,
  dmarcFault,
  type Finding,
  type ReadTexts,
  spfFault,
} from './mail-records.ts';
import { type Expectation, lookUp } from './propagation.ts';
import {
  type Check,
  type CheckContext,
  type CheckResult,
  failed,
  type LineForm,
  passed,
  type StepLanguage,
  shortened,
  unknown,
} from './step.ts';

const types = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'TXT'] as const satisfies readonly RecordType[];
const forms: readonly LineForm[] = [
  ...types.flatMap((type): LineForm[] => [
    { syntax: `${type} NAME at least NUMBER`, effect: 'reads', passes: 'at least so many records' },
    { syntax: `${type} NAME has TEXT`, effect: 'reads', passes: 'a record that contains the text' },
    { syntax: `${type} NAME is VALUE`, effect: 'reads', passes: 'exactly one record, with this value' },
  ]),
  {
    syntax: 'spf DOMAIN',
    effect: 'reads',
    passes:
      'exactly one record, its terms known, at most ten look-ups with all includes, nobody let in by `+all`',
  },
  {
    syntax: 'dmarc DOMAIN',
    effect: 'reads',
    passes:
      'exactly one record, well-formed, with a policy; receivers of reports in other organisations have agreed (`DOMAIN._report._dmarc.RECEIVER`)',
  },
  {
    syntax: 'dkim SELECTOR._domainkey.DOMAIN [at least NUMBER bits]',
    effect: 'reads',
    passes:
      'one key that can be read, is not revoked, and has at least 1024 bits (or as many as the line says)',
  },
  {
    syntax: 'delegation DOMAIN',
    effect: 'reads',
    passes:
      'the same name servers at the zone above, on each of its own, and in Route 53 where the partition has a `profile`',
  },
];
/** Receivers take no shorter key any more. */
const leastBits = 1024;

/** `dig`: records as the runbook's resolvers answer them, and the zone's own servers where it matters. */
export const dig: StepLanguage = {
  id: 'dig',
  forms,
  parse: (cell) => checkLines(cell.value, cell.start).map(parseLine),
};

function parseLine(line: CheckLine): Parsed<Check> {
  const [first, name, verb, fourth] = line.words;
  const depth = name === undefined ? undefined : depthCheck(line, name);
  if (depth !== undefined) return depth;
  const type = types.find((each) => each === first?.text);
  if (type === undefined) return notUnderstood('dig', forms, line);
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

/** The lines that look further than the records of one name. */
function depthCheck(line: CheckLine, name: Word): Parsed<Check> | undefined {
  const [verb, , ...rest] = line.words.map((word) => word.text);
  const make = verb === undefined ? undefined : depths.get(verb);
  if (make === undefined) return undefined;
  const [at, least, number, bits, more] = rest;
  const sized =
    verb === 'dkim' &&
    at === 'at' &&
    least === 'least' &&
    bits === 'bits' &&
    more === undefined &&
    /^[1-9]\d*$/.test(number ?? '');
  if (rest.length > 0 && !sized) return notUnderstood('dig', forms, line);
  const args = templates({ name });
  return args.kind === 'problem' ? args : parsed(make(line, args.value, sized ? Number(number) : leastBits));
}

/** Looks further than the records themselves. */
type Deeper<A extends Arguments> = (
  values: Filled<A>['values'],
  records: readonly string[],
  context: CheckContext,
) => Promise<CheckResult>;

function record<A extends Arguments & { readonly name: Template }>(
  line: CheckLine,
  type: RecordType,
  args: A,
  expect: (values: Filled<A>['values']) => Expectation & { readonly at?: string },
  deeper?: Deeper<A>,
): Check {
  return makeCheck({
    language: 'dig',
    line,
    effect: 'reads',
    args,
    also: ['resolver'],
    bind: (values, also) => {
      const wanted = expect(values);
      const name = wanted.at ?? values.name;
      const command = `dig +short ${type} ${name} @${also('resolver')}`;
      return {
        // What one command does not show is known by its words.
        ...(deeper === undefined ? { command } : {}),
        label: wanted.label,
        run: async (context) => {
          const { result, values: found } = await lookUp({ type, name, wanted, command }, context);
          if (result.verdict !== 'passed' || deeper === undefined) return result;
          const { seenBy } = result;
          return { ...(await deeper(values, found, context)), ...(seenBy === undefined ? {} : { seenBy }) };
        },
      };
    },
  });
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

const readTexts =
  ({ ports, resolver, signal }: CheckContext): ReadTexts =>
  async (name) => {
    const found = await ports.dns.query(resolver, 'TXT', name, signal);
    return found.kind === 'failure' ? found : answer(found.value.values);
  };

function found(expected: string, finding: Finding, next: string): CheckResult {
  switch (finding.kind) {
    case 'sound':
      return passed(shortened(finding.words, 300));
    case 'faulty':
      return failed(expected, finding.words, next);
    case 'failure':
      return unknown(`${finding.asked}: ${finding.came}`, finding.next);
  }
}

/** What the texts have to be by themselves, before anything else is asked. */
const texts = (
  label: string,
  expected: string,
  fault: (values: readonly string[]) => string | undefined,
): Expectation => ({
  label,
  expected,
  holds: (values) => fault(values) === undefined,
  evidence: (values) => shortened(values.join(' | '), 200),
  fault,
});

type DepthCheck = (line: CheckLine, args: { readonly name: Template }, least: number) => Check;

const oneSpf = `one SPF record, at most 10 look-ups, no "+all"`;
const spf: DepthCheck = (line, args) =>
  record(
    line,
    'TXT',
    args,
    ({ name }) =>
      texts(`SPF of \`${name}\` is one record of at most 10 look-ups, without \`+all\``, oneSpf, spfFault),
    async ({ name }, records, context) =>
      found(oneSpf, await checkSpf(name, records, readTexts(context)), `Mend the SPF record of ${name}.`),
  );

const oneDmarc = 'one well-formed DMARC record, outside report addresses authorised';
const dmarc: DepthCheck = (line, args) =>
  record(
    line,
    'TXT',
    args,
    ({ name }) => ({
      ...texts(
        `DMARC of \`${name}\` is one well-formed record, its outside report addresses authorised`,
        oneDmarc,
        dmarcFault,
      ),
      at: `_dmarc.${name}`,
    }),
    async ({ name }, records, context) =>
      found(
        oneDmarc,
        await checkDmarc(name.replace(/\.$/, ''), records, readTexts(context)),
        `Mend the record at _dmarc.${name}, or have the receiver of the reports publish its consent.`,
      ),
  );

const dkim: DepthCheck = (line, args, least) =>
  record(
    line,
    'TXT',
    args,
    ({ name }) =>
      texts(
        `DKIM key of \`${name}\` can be read, is not revoked and has at least ${least} bits`,
        `a DKIM key of at least ${least} bits`,
        dkimFault,
      ),
    async ({ name }, records) =>
      found(
        `a DKIM key of at least ${least} bits`,
        await checkDkim(records, least),
        `Publish the key that Postmark shows at ${name}, or rotate it there.`,
      ),
  );

/** Name servers, to be compared. */
const named = (servers: readonly string[]): string =>
  [...new Set(servers.map((server) => server.toLowerCase().replace(/\.$/, '')))].sort().join(', ');

const delegation: DepthCheck = (line, args) =>
  makeCheck({
    language: 'dig',
    line,
    effect: 'reads',
    args,
    also: ['resolver'],
    bind: ({ name }) => ({
      label: `name servers of \`${name}\` agree: its parent's, its own, and Route 53's where it has a profile`,
      run: (context) => checkDelegation(name, context),
    }),
  });

async function checkDelegation(domain: string, context: CheckContext): Promise<CheckResult> {
  const { ports, resolver, signal } = context;
  const target = awsTarget(context.lookup);
  const [above, own, zone] = await Promise.all([
    ports.dns.delegation(resolver, domain, signal),
    ports.dns.authoritative(resolver, 'NS', domain, signal),
    target === undefined ? undefined : ports.aws.hostedZone(target, domain, signal),
  ]);
  const failures = [above, own, zone].filter((each) => each?.kind === 'failure');
  const sets = new Map<string, string>();
  if (above.kind === 'answer') sets.set(`its parent ${above.value.parent}`, named(above.value.nameServers));
  if (zone?.kind === 'answer') sets.set('Route 53', named(zone.value?.nameServers ?? []));
  for (const { name, outcome } of own.kind === 'answer' ? own.value.servers : []) {
    if (outcome.kind === 'answer') sets.set(name, named(outcome.value.values));
    else failures.push(outcome);
  }
  const next = `Put the name servers that Route 53 gives ${domain} into the zone above it, and into its own NS record.`;
  const different = new Set(sets.values());
  if (different.size > 1 || different.has('')) {
    const told = [...sets].map(([who, servers]) => `${who}: ${servers === '' ? 'none' : servers}`);
    return failed('the same name servers everywhere', told.join(' | '), next);
  }
  const [failure] = failures;
  if (failure?.kind === 'failure') return unknown(`${failure.asked}: ${failure.came}`, failure.next);
  const [servers] = different;
  if (servers === undefined || own.kind !== 'answer' || own.value.servers.length === 0)
    return unknown(`no name server of ${domain} was asked`, 'Run it again.');
  const where = ['at its parent', `on ${own.value.servers.length} of ${own.value.servers.length} servers`];
  return passed(
    `${servers}: the same ${[...where, ...(zone === undefined ? [] : ['in Route 53'])].join(', ')}`,
  );
}

const depths: ReadonlyMap<string, DepthCheck> = new Map([
  ['spf', spf],
  ['dmarc', dmarc],
  ['dkim', dkim],
  ['delegation', delegation],
]);
