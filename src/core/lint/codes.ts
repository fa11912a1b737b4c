/** The rules about a log by their codes; the page of the documentation has a section for each. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';
export type SeverityChoice = Severity | 'off';

export const severities: readonly SeverityChoice[] = ['error', 'warning', 'information', 'hint', 'off'];

/** In the order of the documentation: what breaks the log first, what is only untidy last. */
export const ruleCodes = [
  'merge-conflict',
  'unreadable',
  'no-result',
  'recorded-twice',
  'gate-section',
  'open-check',
  'summary-differs',
  'heading-differs',
  'sign-off',
  'check-missing',
  'section-missing',
  'dates',
  'status-form',
  'placeholder',
] as const;

export type RuleCode = (typeof ruleCodes)[number];

export const isRuleCode = (text: string): text is RuleCode => ruleCodes.some((code) => code === text);

/** How grave a finding is unless the runbook says otherwise under `lint:`. */
export const defaultSeverity: Readonly<Record<RuleCode, Severity>> = {
  'merge-conflict': 'error',
  unreadable: 'error',
  'no-result': 'error',
  'recorded-twice': 'warning',
  'gate-section': 'warning',
  'open-check': 'warning',
  'summary-differs': 'warning',
  'heading-differs': 'warning',
  'sign-off': 'warning',
  'check-missing': 'warning',
  'section-missing': 'warning',
  dates: 'warning',
  'status-form': 'warning',
  placeholder: 'information',
};
