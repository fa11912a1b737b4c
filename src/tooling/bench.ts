/** `npm run bench`: measures, side by side in one run, because only ratios mean something. */
import { argv, stdout } from 'node:process';
import { benchActivation } from './bench-activation.ts';
import { benchLog } from './bench-log.ts';
import { benchSteps } from './bench-steps.ts';
import { runProgram, UsageError } from './program.ts';

const help = `Usage: npm run bench [-- log|steps|activation]
  log         reading, editing and checking logs of 1 MB and 10 MB, beside Markdown parsers on the same text; long lines
  steps       a verification over a distance, beside a script that asks the same; the output of a shell; 1,000 partitions
  activation  how long the extension takes to be there, beside a notebook extension that does nothing
`;

await runProgram(async (stop) => {
  const [part = 'all', ...rest] = argv.slice(2);
  if (part === '--help') {
    stdout.write(help);
    return 0;
  }
  if (rest.length > 0 || !['all', 'log', 'steps', 'activation'].includes(part))
    throw new UsageError(`"${[part, ...rest].join(' ')}" is not to be measured.\n${help}`);
  const wanted = (name: string): boolean => part === 'all' || part === name;
  if (wanted('log')) benchLog();
  if (wanted('activation')) await benchActivation(stop);
  return !wanted('steps') || (await benchSteps(stop)) ? 0 : 1;
});
