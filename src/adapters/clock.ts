import type { Clock } from '../core/ports.ts';
import { sleep } from './deadline.ts';

/** The time of this machine. In a rehearsal `CASCADE_SPEED` makes sleeps shorter, and nothing else. */
export function systemClock({ env }: { readonly env: Readonly<Record<string, string | undefined>> }): Clock {
  const asked = env['CASCADE_REHEARSAL'] ? Number(env['CASCADE_SPEED']) : 1;
  const speed = Number.isFinite(asked) && asked > 0 ? asked : 1;
  return {
    now: () => new Date(),
    offsetMinutes: (date) => 0 - date.getTimezoneOffset(),
    sleep: (milliseconds, signal) => sleep(milliseconds / speed, signal),
  };
}
