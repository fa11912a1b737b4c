import { fingerprint } from '../fingerprint.ts';
import type { Clock, SecretSession } from '../ports.ts';
import { parsed } from '../runbook/template.ts';
import { checkLines, makeCheck, notUnderstood, templates } from './lines.ts';
import { failed, fromFailure, type LineForm, passed, type StepLanguage } from './step.ts';

const forms: readonly LineForm[] = [
  {
    syntax: 'read op://VAULT/ITEM/FIELD [as NAME]',
    effect: 'reads',
    passes: 'a value behind the reference that is not empty; the value stays secret',
  },
];

/** When the person is asked again: a deploy that reads secrets itself had better begin before. */
function sessionText({ by, ends }: SecretSession, clock: Clock): string {
  if (ends === undefined) return `Read by ${by}, which asks nobody.`;
  const local = new Date(ends.getTime() + clock.offsetMinutes(ends) * 60_000).toISOString().slice(11, 16);
  return `Read by ${by}; the session ends at ${local} unless something is read before.`;
}

/** `op`: secrets of 1Password. */
export const op: StepLanguage = {
  id: 'op',
  forms,
  parse: (cell) =>
    checkLines(cell.value, cell.start).map((line) => {
      const [verb, reference, as, name, more] = line.words;
      const keeps =
        as?.text === 'as' && name !== undefined && /^[a-z][A-Za-z0-9_]*$/.test(name.text)
          ? name.text
          : undefined;
      if (
        verb?.text !== 'read' ||
        reference === undefined ||
        more !== undefined ||
        (as !== undefined && keeps === undefined)
      ) {
        return notUnderstood('op', forms, line);
      }
      const args = templates({ reference });
      if (args.kind === 'problem') return args;
      return parsed(
        makeCheck({
          language: 'op',
          line,
          effect: 'reads',
          args: args.value,
          ...(keeps === undefined ? {} : { keeps }),
          secrets: (values) => [values.reference],
          bind: (values) => ({
            command: `op read "${values.reference}"`,
            label: 'returns a value',
            run: async (context) => {
              const secret = await context.secret(values.reference);
              if (secret.kind === 'failure') return fromFailure(secret);
              if (secret.value.reveal().trim() === '')
                return failed(
                  'a value',
                  'an empty field',
                  `Fill the field in 1Password: ${values.reference}.`,
                );
              const session = context.sessionToTell();
              if (session !== undefined)
                context.output(`${sessionText(session, context.ports.clock)}\n`, 'stdout');
              return passed(`resolves, fingerprint ${await fingerprint(secret.value)}`);
            },
          }),
        }),
      );
    }),
};
