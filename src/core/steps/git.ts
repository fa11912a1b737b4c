import { type Parsed, parsed, problem, type Template } from '../runbook/template.ts';
import { type CheckLine, checkLines, makeCheck, notUnderstood, templates } from './lines.ts';
import {
  type Check,
  failed,
  fromFailure,
  type LineForm,
  passed,
  type StepLanguage,
  shortened,
} from './step.ts';

const forms: readonly LineForm[] = [
  { syntax: 'worktree clean', effect: 'reads', passes: 'a worktree without changes' },
  { syntax: 'branch is NAME', effect: 'reads', passes: 'this branch being the one that is checked out' },
  {
    syntax: 'head is HASH',
    effect: 'reads',
    passes: 'this commit being checked out; seven digits are enough',
  },
  {
    syntax: 'head is pull request NUMBER',
    effect: 'reads',
    passes: 'the newest commit of the pull request on GitHub being checked out',
  },
];

/** `git`: the state of the worktree. */
export const git: StepLanguage = {
  id: 'git',
  forms,
  parse: (cell) => checkLines(cell.value, cell.start).map(parseLine),
};

function parseLine(line: CheckLine): Parsed<Check> {
  const [first, second, third, fourth, fifth, more] = line.words;
  const phrase = line.words.map((word) => word.text).join(' ');
  if (phrase === 'worktree clean') return parsed(clean(line));
  if (first?.text === 'branch' && second?.text === 'is' && third !== undefined && fourth === undefined) {
    const args = templates({ branch: third });
    return args.kind === 'problem' ? args : parsed(branch(line, args.value));
  }
  if (first?.text === 'head' && second?.text === 'is' && third !== undefined) {
    if (third.text === 'pull' && fourth?.text === 'request' && fifth !== undefined && more === undefined) {
      if (!/^\d+$|\$\{/.test(fifth.text))
        return problem(`"${fifth.text}" is not the number of a pull request.`, fifth.span);
      const args = templates({ number: fifth });
      return args.kind === 'problem' ? args : parsed(pullRequest(line, args.value));
    }
    if (fourth === undefined) {
      const args = templates({ hash: third });
      return args.kind === 'problem' ? args : parsed(head(line, args.value));
    }
  }
  return notUnderstood('git', forms, line);
}

/** So much of a hash, at least, tells one commit from the others. */
const isHash = (text: string): boolean => /^[0-9a-f]{7,64}$/.test(text);

const clean = (line: CheckLine): Check =>
  makeCheck({
    language: 'git',
    line,
    effect: 'reads',
    args: {},
    bind: () => ({
      command: 'git status --porcelain',
      label: 'lists nothing',
      run: async ({ ports, worktree, signal }) => {
        const changes = await ports.repository.changes(worktree, signal);
        if (changes.kind === 'failure') return fromFailure(changes);
        return changes.value.length === 0
          ? passed('worktree clean')
          : failed(
              'a clean worktree',
              shortened(`${changes.value.length} changed: ${changes.value.join(', ')}`, 200),
              `Commit or put away the changes in ${worktree}.`,
            );
      },
    }),
  });

const branch = (line: CheckLine, args: { branch: Template }): Check =>
  makeCheck({
    language: 'git',
    line,
    effect: 'reads',
    args,
    bind: (values) => ({
      command: 'git branch --show-current',
      label: `is \`${values.branch}\``,
      run: async ({ ports, worktree, signal }) => {
        const current = await ports.repository.branch(worktree, signal);
        if (current.kind === 'failure') return fromFailure(current);
        return current.value === values.branch
          ? passed(`on ${values.branch}`)
          : failed(values.branch, current.value ?? 'a detached HEAD', `git switch ${values.branch}`);
      },
    }),
  });

const head = (line: CheckLine, args: { hash: Template }): Check =>
  makeCheck({
    language: 'git',
    line,
    effect: 'reads',
    args,
    bind: (values) => ({
      command: 'git rev-parse HEAD',
      label: `is \`${values.hash}\``,
      run: async ({ ports, worktree, signal }) => {
        const current = await ports.repository.head(worktree, signal);
        if (current.kind === 'failure') return fromFailure(current);
        const wanted = values.hash.toLowerCase();
        return isHash(wanted) && current.value.startsWith(wanted)
          ? passed(current.value)
          : failed(values.hash, current.value, `Check out ${values.hash}, or mend the line.`);
      },
    }),
  });

const pullRequest = (line: CheckLine, args: { number: Template }): Check =>
  makeCheck({
    language: 'git',
    line,
    effect: 'reads',
    args,
    bind: (values) => ({
      command: `gh pr view ${values.number} --json headRefOid`,
      label: "is the worktree's HEAD",
      run: async ({ ports, worktree, signal }) => {
        const [current, wanted] = await Promise.all([
          ports.repository.head(worktree, signal),
          ports.repository.pullRequestHead(worktree, Number(values.number), signal),
        ]);
        if (current.kind === 'failure') return fromFailure(current);
        if (wanted.kind === 'failure') return fromFailure(wanted);
        return current.value === wanted.value && isHash(wanted.value)
          ? passed(`both ${current.value}`)
          : failed(
              wanted.value,
              current.value,
              `Bring the worktree to the head of #${values.number}, or push it there.`,
            );
      },
    }),
  });
