/** Checks that some partitions record and others do not. */
import { codeSpan, insert } from '../log/edits.ts';
import type { CheckRecord, PartitionRecord, PhaseRecord, PhaseSection } from '../log/model.ts';
import { signs } from '../log/status.ts';
import { plain } from '../log/words.ts';
import { once, remembered } from '../once.ts';
import { lookupFor } from '../runbook/names.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { type Check, type Found, fix, quoted } from './rule.ts';

/** One phase of one partition, with its checks in words that mean the same on every partition. */
interface Recorded {
  readonly partition: PartitionRecord;
  readonly section: PhaseSection;
  /** Puts this partition's own values in place of `${name}`. */
  readonly own: (text: string) => string;
  readonly checks: readonly Said[];
}

/** A check in words that are the same on every partition. */
interface Said {
  readonly check: CheckRecord;
  /** Which of its section it is. */
  readonly index: number;
  /** Its command or its words, with `${name}` for what is the partition's own. */
  readonly general: string;
  readonly key: string;
  /** The words that tell it from others; made when they are needed. */
  readonly words: () => ReadonlySet<string>;
}

export const coverage: Check = (context) => {
  const speeches = speechesOf(context.runbook);
  return context.runbook.phases.flatMap((phase) => {
    const recorded = context.record.partitions.flatMap((partition) => {
      const own = partition.phases.find((each) => each.phase === phase);
      const section = own?.sections.at(-1);
      if (own === undefined || section === undefined || !isFinished(own, section)) return [];
      const speech = speeches.get(partition.partition);
      return speech === undefined
        ? []
        : [{ partition, section, own: speech.own, checks: speech.said(section.read.checks) }];
    });
    return recorded.length < 2 ? [] : uncovered(recorded);
  });
};

/** Only a phase that is done can lack a check: the others may still come to it. */
const isFinished = ({ cell }: PhaseRecord, { heading }: PhaseSection): boolean =>
  cell?.status?.kind !== 'waived' &&
  [cell?.status, heading.status].some((status) => status?.kind === 'cleared');

/** Without what differs from run to run: a leading `./`, numbers that are names. */
const command = (text: string): string =>
  plain(text)
    .replace(/^(?:\$ )?(?:\.\/)?/, '')
    .replace(/\d{6,}[a-z]*/g, '#');

function uncovered(recorded: readonly Recorded[]): readonly Found[] {
  const seen = new Map<string, Map<Recorded, Said>>();
  for (const each of recorded) {
    for (const entry of each.checks) {
      if (entry.check.status === undefined) continue;
      const having = seen.get(entry.key) ?? new Map<Recorded, Said>();
      if (!having.has(each)) having.set(each, entry);
      seen.set(entry.key, having);
    }
  }
  return [...seen.values()].flatMap((byPartition) => {
    const having = [...byPartition.keys()];
    if (having.length < 2 || having.length === recorded.length) return [];
    // Most say it in the same words, and one of those stands for them all.
    const ways = new Map<string, Sample>();
    for (const [among, entry] of byPartition) {
      const way = [...entry.words()].join(' ');
      if (!ways.has(way)) ways.set(way, { ...entry, among });
    }
    const samples = [...ways.values()].slice(0, mostWays);
    const [sample] = samples;
    if (sample === undefined) return [];
    const lacking = recorded.filter(
      (each) => !byPartition.has(each) && !samples.some((one) => isCovered(one, one.among, each)),
    );
    const names = listed(having.map((each) => each.partition.partition));
    return lacking.map((each): Found => lack(each, sample, names));
  });
}

/** Ways to say a check that are compared with what stands in its place. */
const mostWays = 20;

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

interface Sample extends Said {
  readonly among: Recorded;
}

function lack(lacking: Recorded, sample: Sample, names: string): Found {
  const { partition, section, own } = lacking;
  const [phase = ''] = section.heading.title.split('(', 1);
  const words = own(sample.general);
  const have = sample.among.section.checks.slice(sample.index, sample.index + 1);
  return {
    message: `${phase.trimEnd()} of ${partition.partition} has no record of "${quoted(words)}", which ${names} have.`,
    span: section.heading.line,
    related: have.map(({ span }) => ({ span, message: 'as another partition records it' })),
    fixes:
      section.read.checks.length === 0 || sample.check.command === undefined
        ? []
        : [
            fix('Add it as pending', false, () =>
              section.checks
                .slice(0, 1)
                .map(({ span }) => insert(span.start, `${codeSpan(words)}: ${signs.pending} pending\n- `)),
            ),
          ],
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Whether a bullet of another partition may stand for a check: it shares a word with it that is rare where the check
 * stands. People sum several checks up in one line, in words of their own.
 */
function isCovered(
  { words }: { readonly words: () => ReadonlySet<string> },
  among: Recorded,
  other: Recorded,
): boolean {
  const rare = [...words()].filter(
    (word) => among.checks.filter((each) => each.words().has(word)).length <= 2,
  );
  return other.checks.some((each) => rare.some((word) => each.words().has(word)));
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
        .replace(/\$\{[^{}]*\}/g, ' ')
        .match(/\p{L}{3,}/gu) ?? []
    ).filter((word) => !everyday.has(word)),
  );

/** How to say a thing for all partitions, and for one. */
interface Speech {
  readonly said: (checks: readonly CheckRecord[]) => readonly Said[];
  readonly own: (text: string) => string;
}

const speechesOf = remembered((runbook: Runbook): ReadonlyMap<string, Speech> => {
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
      const form = new RegExp(values.map(({ value }) => `(?<!\\w)${escaped(value)}(?!\\w)`).join('|'), 'g');
      const nameOf = new Map(values.map(({ name, value }) => [value, name]));
      const general = (text: string): string =>
        values.length === 0 ? text : text.replace(form, (value) => `\${${nameOf.get(value)}}`);
      const said = (check: CheckRecord, index: number): Said => {
        const words = general(check.command ?? check.label);
        return {
          check,
          index,
          general: words,
          key: check.command === undefined ? plain(words) : command(words),
          words: once(() => wordsOf(general(check.label))),
        };
      };
      const speech: Speech = {
        said: remembered((checks: readonly CheckRecord[]) => checks.map(said)),
        own: (text) => text.replace(/\$\{(\w+)\}/g, (whole, name: string) => lookup(name) ?? whole),
      };
      return [partition.name, speech];
    }),
  );
});
