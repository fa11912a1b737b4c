import * as vscode from 'vscode';
import type { OnePasswordChoice } from '../adapters/compose.ts';

/** The settings of the extension, typed; each stands in package.json with its description. */
export interface Settings {
  readonly world: 'rehearsal' | 'live';
  readonly operator: string;
  readonly onePassword: OnePasswordChoice;
  readonly shell: string;
  /** Transcripts beside the log. */
  readonly evidence: boolean;
}

export function readSettings(): Settings {
  const settings = vscode.workspace.getConfiguration('cascade');
  const command = settings.get<string>('onePassword.command', '').trim();
  const account = settings.get<string>('onePassword.account', '').trim();
  return {
    world: settings.get('world') === 'live' ? 'live' : 'rehearsal',
    operator: settings.get<string>('operator', '').trim(),
    onePassword: {
      method: oneOf(settings.get('onePassword.method'), ['command', 'desktop', 'service-account']),
      ...(command === '' ? {} : { command }),
      ...(account === '' ? {} : { account }),
    },
    shell: settings.get<string>('shell', '').trim(),
    evidence: settings.get<boolean>('evidence', true),
  };
}

function oneOf<T extends string>(value: unknown, known: readonly [T, ...T[]]): T {
  return known.find((each) => each === value) ?? known[0];
}
