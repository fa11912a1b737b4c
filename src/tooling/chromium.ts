import { env } from 'node:process';
import { ToolingError } from './program.ts';
import { findProgram, installPackages } from './system-packages.ts';

/** The path of a Chromium to drive: the one named by CHROMIUM, the machine's, or Debian's, installed now. */
export async function chromium(stop?: AbortSignal): Promise<string> {
  const named = env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    const found = findProgram(named);
    if (found !== undefined) return found;
    throw new ToolingError(
      `CHROMIUM is "${named}", which is no program. Set it to the path of one, or unset it.`,
    );
  }
  const found = present();
  if (found !== undefined) return found;
  await installPackages(['chromium'], stop);
  const installed = present();
  if (installed !== undefined) return installed;
  throw new ToolingError(
    'Installed the package chromium, and found no chromium on PATH. Set CHROMIUM to the path of a Chromium or Chrome.',
  );
}

const present = (): string | undefined =>
  findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');

/** What makes Chromium quiet, and able to run as root in a container. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
