import { parseArgs } from 'node:util';

/** The words of the command line, understood. */
export interface Arguments {
  readonly command: string;
  readonly words: readonly string[];
  readonly runbook?: string;
  readonly log?: string;
  readonly json: boolean;
  /** Transcripts beside the log; false with `--no-evidence`. */
  readonly evidence: boolean;
  readonly help: boolean;
  readonly answers?: 'yes' | 'no';
  readonly confirm: readonly string[];
  readonly operator?: string;
  readonly partitions: readonly string[];
  readonly faults: readonly string[];
  readonly listFaults: boolean;
  /** The recorded run to play again. */
  readonly scenario?: string;
  readonly listScenarios: boolean;
  readonly speed?: number;
  readonly directory?: string;
  readonly gate?: string;
  readonly reason?: string;
  readonly format?: string;
  readonly fix: boolean;
}

/** The command line does not make sense: exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const { answers, speed } = values;
  if (answers !== undefined && answers !== 'yes' && answers !== 'no') {
    throw new UsageError(`--answers takes "yes" or "no", not "${answers}".`);
  }
  const rate = speed === undefined ? undefined : Number(speed);
  if (rate !== undefined && !(rate > 0 && Number.isFinite(rate))) {
    throw new UsageError(`--speed takes a number above 0, not "${speed}".`);
  }
  return {
    command: positionals[0] ?? '',
    words: positionals.slice(1),
    json: values.json ?? false,
    evidence: !(values['no-evidence'] ?? false),
    help: values.help ?? false,
    listFaults: values['list-faults'] ?? false,
    ...(values.scenario === undefined ? {} : { scenario: values.scenario }),
    listScenarios: values['list-scenarios'] ?? false,
    confirm: values.confirm ?? [],
    partitions: values.partition ?? [],
    faults: values.fault ?? [],
    ...(values.runbook === undefined ? {} : { runbook: values.runbook }),
    ...(values.log === undefined ? {} : { log: values.log }),
    ...(values.operator === undefined ? {} : { operator: values.operator }),
    ...(values.directory === undefined ? {} : { directory: values.directory }),
    fix: values.fix ?? false,
    ...(values.gate === undefined ? {} : { gate: values.gate }),
    ...(values.reason === undefined ? {} : { reason: values.reason }),
    ...(values.format === undefined ? {} : { format: values.format }),
    ...(answers === undefined ? {} : { answers }),
    ...(rate === undefined ? {} : { speed: rate }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runbook: { type: 'string' },
        log: { type: 'string' },
        json: { type: 'boolean' },
        'no-evidence': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        answers: { type: 'string' },
        confirm: { type: 'string', multiple: true },
        operator: { type: 'string' },
        partition: { type: 'string', multiple: true },
        fault: { type: 'string', multiple: true },
        'list-faults': { type: 'boolean' },
        scenario: { type: 'string' },
        'list-scenarios': { type: 'boolean' },
        speed: { type: 'string' },
        directory: { type: 'string' },
        gate: { type: 'string' },
        reason: { type: 'string' },
        format: { type: 'string' },
        fix: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
