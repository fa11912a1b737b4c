import { userInfo } from 'node:os';
import type { Environment } from './environment.ts';

/** The user of this machine. A uid without a name, as in a container, has none to give: its number then. */
export function machineUser(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return env['LOGNAME'] || env['USER'] || env['USERNAME'] || `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
