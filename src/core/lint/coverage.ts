/** Checks that some partitions record and others do not. */
import { codeSpan, insert } from '../log/edits.ts';
import type { CheckRecord, PartitionRecord, PhaseRecord, PhaseSection } from '../log/model.ts';
import { signs } from '../log/status.ts';
import { plain } from '../log/words.ts';
import { lookupFor } from '../runbook/names.ts';
import { type Check, type Found, fix, isDone, type LintContext, quoted } from './rule.ts';

/** One phase of one partition, with its checks in words that mean the same on every partition. */
interface Recorded {
  readonly partition: PartitionRecord;
  readonly section: PhaseSection;
  readonly checks: readonly {
    readonly check: CheckRecord;
    readonly key: string;
    readonly words: ReadonlySet<string>;
  }[];
}

export const coverage: Check = (context) => {
  const general = generalizers(context);
  return context.runbook.phases.flatMap((phase) => {
    const recorded = context.record.partitions.flatMap((partition) => {
      const own = partition.phases.find((each) => each.phase === phase);
      const section = own?.sections.at(-1);
      if (own === undefined || section === undefined || !isFinished(own, section)) return [];
      return [recordedPhase(partition, section, general.get(partition.partition) ?? ((text) => text))];
    });
    return recorded.length < 2 ? [] : uncovered(recorded);
  });
};

/** Only a phase that is done can lack a check: the others may still come to it. */
const isFinished = ({ cell }: PhaseRecord, { heading }: PhaseSection): boolean =>
  [cell?.status, heading.status].some((status) => status !== undefined && isDone(status));

function recordedPhase(
  partition: PartitionRecord,
  section: PhaseSection,
  general: (text: string) => string,
): Recorded {
  const checks = section.checks.map((check) => {
    const label = general(check.label);
    const key = check.command === undefined ? plain(label) : command(general(check.command));
    return { check, key, words: wordsOf(label) };
  });
  return { partition, section, checks };
}

/** Without what differs from run to run: a leading `./`, numbers that are names. */
const command = (text: string): string =>
  plain(text)
    .replace(/^(?:\$ )?(?:\.\/)?/, '')
    .replace(/\d{6,}[a-z]*/g, '#');

function uncovered(recorded: readonly Recorded[]): readonly Found[] {
  const seen = new Map<string, Recorded[]>();
  for (const each of recorded) {
    for (const { key, check } of each.checks)
      if (check.status !== undefined) seen.set(key, [...new Set([...(seen.get(key) ?? []), each])]);
  }
  return [...seen].flatMap(([key, having]) => {
    if (having.length < 2 || having.length === recorded.length) return [];
    const samples = having.flatMap((each) => {
      const sample = each.checks.find((entry) => entry.key === key);
      return sample === undefined ? [] : [{ ...sample, among: each }];
    });
    const [sample] = samples;
    if (sample === undefined) return [];
    const lacking = recorded.filter(
      (each) => !having.includes(each) && !samples.some((one) => isCovered(one, one.among, each)),
    );
    const names = having.map((each) => each.partition.partition).join(' and ');
    return lacking.map((each): Found => lack(each, sample.check, sample.among, names));
  });
}

function lack(lacking: Recorded, sample: CheckRecord, having: Recorded, names: string): Found {
  const { partition, section } = lacking;
  const phase = section.heading.title.replace(/\s*\(.*$/, '');
  const words = sample.command ?? quoted(sample.label);
  const last = section.checks.at(-1);
  return {
    message: `${phase} of ${partition.partition} has no record of "${quoted(words)}", which ${names} ${names.includes(' and ') ? 'have' : 'has'}.`,
    span: section.heading.line,
    related: [{ span: sample.span, message: `as ${having.partition.partition} records it` }],
    fixes:
      last === undefined || sample.command === undefined
        ? []
        : [
            fix('Add it as pending', false, () => [
              insert(section.heading.titleEnd, ''),
              ...pendingBullet(lacking, having, sample),
            ]),
          ],
  };
}

/** The bullet of another partition in this one's words, in front of the first check. */
function pendingBullet(lacking: Recorded, having: Recorded, sample: CheckRecord) {
  const first = lacking.section.checks[0];
  if (first === undefined || sample.command === undefined) return [];
  const named = new RegExp(`\\b${escaped(having.partition.partition)}\\b`, 'g');
  const words = codeSpan(sample.command.replace(named, lacking.partition.partition));
  return [insert(first.span.start, `${words}: ${signs.pending} pending\n- `)];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Whether a bullet of another partition may stand for a check: it shares a word with it that is rare where the check
 * stands. People sum several checks up in one line, in words of their own.
 */
function isCovered(
  { words }: { readonly words: ReadonlySet<string> },
  among: Recorded,
  other: Recorded,
): boolean {
  const rare = [...words].filter((word) => among.checks.filter((each) => each.words.has(word)).length <= 2);
  return other.checks.some((each) => rare.some((word) => each.words.has(word)));
}

/** Words that stand in checks of every kind and so tell none from another. */
const everyday = new Set(
  'and all are the for with from has have does not shows show includes include returns return resolves resolve gives is exists present correctly check checks pass passes passed status verified verify each both after script fix landed section context'.split(
    ' ',
  ),
);

const wordsOf = (label: string): ReadonlySet<string> =>
  new Set(
    (
      label
        .toLowerCase()
        .replace(/\$\{[^}]*\}/g, ' ')
        .match(/\p{L}{3,}/gu) ?? []
    ).filter((word) => !everyday.has(word)),
  );

/** For each partition what puts `${name}` in place of what is its own. */
function generalizers({ runbook }: LintContext): ReadonlyMap<string, (text: string) => string> {
  return new Map(
    runbook.partitions.map((partition) => {
      const lookup = lookupFor(runbook, partition);
      const names = ['partition', ...partition.bindings.keys(), ...runbook.variables.keys()];
      const values = names
        .flatMap((name) => {
          const value = lookup(name);
          return value === undefined || value.length < 2 ? [] : [{ name, value }];
        })
        .sort((a, b) => b.value.length - a.value.length);
      const form = new RegExp(
        values.map(({ value }) => `(?<![\\w])${escaped(value)}(?![\\w])`).join('|') || '(?!)',
        'g',
      );
      const nameOf = new Map(values.map(({ name, value }) => [value, name]));
      return [partition.name, (text: string) => text.replace(form, (value) => `\${${nameOf.get(value)}}`)];
    }),
  );
}
