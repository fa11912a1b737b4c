import type { Scenario } from '../scenario.ts';
import { run3 } from './run-3.ts';

export const scenarios: readonly Scenario[] = [run3];
