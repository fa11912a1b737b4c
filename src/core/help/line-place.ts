/** Where in a runbook a caret stands: in which cell, in which of its lines, behind which words. */
import type { ReadCell } from '../runbook/cells.ts';
import type { Partition } from '../runbook/front-matter.ts';
import { partitionsOf, type Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';

/** What the editor knows beside the runbook. */
export interface View {
  /** The partition that is chosen. */
  readonly partition?: string;
  /** Entries of `cdk.context.json`, by partition, as far as they were read. */
  readonly contexts?: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export interface LinePlace {
  readonly cell: ReadCell;
  /** What the cell runs on; none, where it runs once for the cascade. */
  readonly partitions: readonly (Partition | undefined)[];
  /** The line, its end left out. */
  readonly span: Span;
  /** Up to the caret. */
  readonly before: string;
  readonly after: string;
}

/** The line of a code cell or of the front matter; undefined in text. */
export function lineAt(runbook: Runbook, caret: number): LinePlace | undefined {
  const cell = runbook.cells.find(
    ({ kind, valueStart, value }) =>
      kind !== 'text' && caret >= valueStart && caret <= valueStart + value.length,
  );
  if (cell === undefined) return undefined;
  const { value, valueStart } = cell;
  const at = caret - valueStart;
  const start = Math.max(value.lastIndexOf('\n', at - 1), value.lastIndexOf('\r', at - 1)) + 1;
  const length = value.slice(at).search(/[\r\n]/);
  const end = length < 0 ? value.length : at + length;
  const step = runbook.steps.find((each) => each.span.start === valueStart);
  return {
    cell,
    partitions: step === undefined ? runbook.partitions : partitionsOf(runbook, step),
    // At the very beginning there is nothing before it: then lastIndexOf would look at all.
    span: { start: valueStart + (at === 0 ? 0 : start), end: valueStart + end },
    before: at === 0 ? '' : value.slice(start, at),
    after: value.slice(at, end),
  };
}
