import * as vscode from 'vscode';

/** The settings of the extension, typed; each stands in package.json with its description. */
export interface Settings {
  readonly world: 'rehearsal' | 'live';
  readonly operator: string;
  readonly onePasswordMethod: 'command' | 'desktop' | 'service-account';
  readonly onePasswordCommand: string;
  readonly onePasswordAccount: string;
  readonly shell: string;
}

export function readSettings(): Settings {
  const settings = vscode.workspace.getConfiguration('cascade');
  return {
    world: settings.get('world') === 'live' ? 'live' : 'rehearsal',
    operator: settings.get<string>('operator', '').trim(),
    onePasswordMethod: oneOf(settings.get('onePassword.method'), ['command', 'desktop', 'service-account']),
    onePasswordCommand: settings.get<string>('onePassword.command', '').trim(),
    onePasswordAccount: settings.get<string>('onePassword.account', '').trim(),
    shell: settings.get<string>('shell', '').trim(),
  };
}

function oneOf<T extends string>(value: unknown, known: readonly [T, ...T[]]): T {
  return known.find((each) => each === value) ?? known[0];
}
