/** `cascade lint`: what contradicts itself in a log, for people, programs and pull requests. */
import { stdout } from 'node:process';
import { type Finding, fixAll, lint, whileRunning } from '../core/lint/lint.ts';
import { stamp } from '../core/log/edits.ts';
import { readLog } from '../core/log/read.ts';
import { unfit } from '../core/log/unfit.ts';
import { type Failure, failureText } from '../core/ports.ts';
import type { Span } from '../core/text.ts';
import { UsageError } from './arguments.ts';
import type { OpenedCascade } from './open.ts';

export type LintFormat = 'text' | 'json' | 'github';
export const lintFormats: readonly LintFormat[] = ['text', 'json', 'github'];

export interface LintOptions {
  readonly format: LintFormat;
  /** Makes every fix that follows from the log. */
  readonly fix: boolean;
}

/** @returns the exit code: 1 when an error or a warning is left */
export async function lintLog(
  { cascade, logPath }: OpenedCascade,
  { format, fix }: LintOptions,
): Promise<number> {
  const { runbook, log, ports } = cascade;
  const { date: today } = stamp(ports.clock.now(), ports.clock);
  const read = await log.read();
  if (read.kind === 'failure') throw new UsageError(failureText(read));
  if (read.value === undefined) {
    throw new UsageError(
      `There is no log at ${logPath} yet. "cascade run PARTITION" starts one; --log FILE names another one.`,
    );
  }
  let text = read.value;
  let fixed = 0;
  if (fix) {
    const written = await log.update((now): ReturnType<typeof fixAll>['edits'] | Failure => {
      const refused = unfit(now, log.path);
      if (refused !== undefined) return refused;
      const { edits, rest } = fixAll(now, runbook, today);
      fixed = lint(now, runbook, today).length - rest.length;
      return edits;
    });
    if (written.kind === 'failure') throw new UsageError(failureText(written));
    text = written.value;
  }
  const running = new Set<string>();
  for (const { name } of runbook.partitions)
    if ((await cascade.locks?.holder(name)) !== undefined) running.add(name);
  const findings = whileRunning(lint(text, runbook, today), running);
  stdout.write(formatted[format]({ text, path: logPath, runbook: runbook.name, findings, fixed, fix }));
  return findings.some(({ severity }) => severity === 'error' || severity === 'warning') ? 1 : 0;
}

interface Report {
  readonly text: string;
  readonly path: string;
  readonly runbook: string;
  readonly findings: readonly Finding[];
  readonly fixed: number;
  readonly fix: boolean;
}

/** Lines and columns count from 1. */
const places = (text: string): ((span: Span) => ReturnType<typeof place>) => {
  const { lines } = readLog(text);
  return (span) => place(lines.positionAt(span.start), lines.positionAt(span.end));
};

const place = (start: { line: number; column: number }, end: { line: number; column: number }) => ({
  line: start.line + 1,
  column: start.column + 1,
  endLine: end.line + 1,
  endColumn: end.column + 1,
});

const formatted: Readonly<Record<LintFormat, (report: Report) => string>> = {
  text: ({ text, path, findings, fixed, fix }) => {
    const at = places(text);
    const lines = findings.map((finding) => {
      const { line, column } = at(finding.span);
      const safe = finding.fixes?.some((each) => each.safe) ? '  (--fix mends it)' : '';
      return `${path}:${line}:${column}: ${finding.severity}: ${finding.message} [${finding.code}]${safe}\n`;
    });
    const mended = fix ? `${fixed} mended. ` : '';
    const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
    return `${lines.join('')}${mended}${findings.length === 0 ? 'Nothing contradicts itself.' : `${count}.`}\n`;
  },
  json: ({ text, path, runbook, findings, fixed, fix }) => {
    const at = places(text);
    const report = {
      log: path,
      runbook,
      ...(fix ? { fixed } : {}),
      findings: findings.map(({ code, severity, message, span, related = [], fixes = [] }) => ({
        code,
        severity,
        message,
        ...at(span),
        related: related.map((each) => ({ message: each.message, ...at(each.span) })),
        fixes: fixes.map(({ title, safe }) => ({ title, safe })),
      })),
    };
    return `${JSON.stringify(report, undefined, 2)}\n`;
  },
  github: ({ text, path, findings }) => {
    const at = places(text);
    return findings
      .map(({ code, severity, message, span }) => {
        const kind = severity === 'error' || severity === 'warning' ? severity : 'notice';
        const { line, column, endLine, endColumn } = at(span);
        const where = `file=${property(path)},line=${line},col=${column},endLine=${endLine},endColumn=${endColumn}`;
        return `::${kind} ${where},title=${property(code)}::${data(message)}\n`;
      })
      .join('');
  },
};

/** GitHub's own escapes for workflow commands. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
