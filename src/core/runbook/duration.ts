/** Lengths of time as a runbook writes them: `90s`, `10m`, `24h`, `7d`. */

const form = /^([1-9]\d{0,5})([smhd])$/;
const lengths: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** In milliseconds; undefined for what is no length of time. */
export function durationOf(text: string): number | undefined {
  const [, count, unit] = form.exec(text) ?? [];
  const length = lengths[unit ?? ''];
  return length === undefined ? undefined : Number(count) * length;
}
