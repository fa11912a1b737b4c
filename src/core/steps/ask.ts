import { parsed } from '../runbook/template.ts';
import { checkLines, makeCheck, templates } from './lines.ts';
import { failed, type LineForm, passed, type StepLanguage, unknown } from './step.ts';

const forms: readonly LineForm[] = [
  { syntax: 'STATEMENT', effect: 'reads', passes: 'the word of a person who confirms it' },
];

/** `ask`: what only a person can answer; each line is a statement to confirm. */
export const ask: StepLanguage = {
  id: 'ask',
  forms,
  parse: (cell) =>
    checkLines(cell.value, cell.start).map((line) => {
      const args = templates({ statement: { text: line.text, span: line.span } });
      if (args.kind === 'problem') return args;
      return parsed(
        makeCheck({
          language: 'ask',
          line,
          effect: 'reads',
          args: args.value,
          bind: (values) => ({
            label: values.statement,
            run: async (context) => {
              const answer = await context.ports.person.ask(
                {
                  text: values.statement,
                  ...(context.partition === undefined ? {} : { partition: context.partition }),
                },
                context.signal,
              );
              if (answer === undefined) {
                return unknown(
                  'nobody answered',
                  'Run the cell again and answer, or answer headless with --answers yes.',
                );
              }
              const note = answer.note === undefined ? '' : `: ${answer.note}`;
              return answer.yes
                ? passed(`confirmed by ${answer.by}${note}`)
                : failed('yes', `no, by ${answer.by}${note}`, 'Settle it, then run the cell again.');
            },
          }),
        }),
      );
    }),
};
