import type { StepLanguageId } from '../runbook/cells.ts';
import { ask } from './ask.ts';
import { aws } from './aws.ts';
import { dig } from './dig.ts';
import { git } from './git.ts';
import { op } from './op.ts';
import { postmark } from './postmark.ts';
import { sh } from './sh.ts';
import type { StepLanguage } from './step.ts';

/** The one registration of the step languages. */
export const languages: Readonly<Record<StepLanguageId, StepLanguage>> = {
  op,
  aws,
  postmark,
  dig,
  git,
  ask,
  sh,
};
