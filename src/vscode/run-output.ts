/** What runs do, in the output channel: for whoever looks for what happened when. The record is the log. */
import type * as vscode from 'vscode';
import type { RunEvent } from '../core/run/events.ts';
import { targetName } from '../core/run/places.ts';

/** The events of a run, told on the way. Titles and results have their secrets replaced by then. */
export async function* told(
  channel: vscode.LogOutputChannel,
  events: AsyncIterable<RunEvent>,
): AsyncGenerator<RunEvent, void, void> {
  for await (const event of events) {
    tell(channel, event);
    yield event;
  }
}

function tell(channel: vscode.LogOutputChannel, event: RunEvent): void {
  switch (event.kind) {
    case 'run-started':
      channel.info(`${targetName(event.target)}: ${event.purpose}, ${event.checks.length} checks`);
      return;
    case 'check-started':
      channel.debug(`begins: ${event.check.title}`);
      return;
    case 'check-finished':
      channel.info(
        `${event.result.verdict} after ${event.duration} ms: ${event.check.title} — ${event.result.evidence}`,
      );
      return;
    case 'check-blocked':
      channel.warn(`blocked: ${event.check.title} — ${event.blocks.map((block) => block.why).join('; ')}`);
      return;
    case 'run-finished':
      channel.info(
        `${targetName(event.target)}: ${event.outcome}${event.reason === undefined ? '' : ` — ${event.reason}`}`,
      );
      return;
    case 'check-output':
    case 'check-progress':
    case 'check-not-run':
      return;
  }
}
