import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { terminalPerson } from '../../src/cli/person.ts';
import { failure } from '../../src/core/ports.ts';

const unwritten = {
  failure: failure('failed', 'write log.md', 'no space left', 'Make room.'),
  result: '# x',
};

test('a result that could not be written is offered again; anything but a yes leaves it', async () => {
  const never = new AbortController().signal;
  const person = (terminal?: { input: PassThrough; output: PassThrough }) =>
    terminalPerson({
      answers: 'yes',
      confirm: [],
      operator: 'Op',
      ...(terminal === undefined ? {} : { terminal }),
    });
  assert.equal(await person().unwritten(unwritten, never), 'leave', 'nobody is there');
  for (const [typed, chosen] of [
    ['yes\n', 'again'],
    ['Y\n', 'again'],
    ['no\n', 'leave'],
    ['\n', 'leave'],
    ['', 'leave'],
  ] as const) {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end(typed);
    assert.equal(await person({ input, output }).unwritten(unwritten, never), chosen, JSON.stringify(typed));
    assert.match(
      String(output.read()),
      /could not be written into the log\. write log\.md: no space left\. Make room\.\n {2}Try again\?/,
    );
  }
  const stop = new AbortController();
  const waiting = person({ input: new PassThrough(), output: new PassThrough() }).unwritten(
    unwritten,
    stop.signal,
  );
  stop.abort();
  assert.equal(await waiting, 'leave', 'the run was stopped');
});

test('a change without a result is run again only at a yes that is typed; an answer for "ask" lines is none', async () => {
  const never = new AbortController().signal;
  const change = { partition: 'dev', title: './d.sh exits 0', started: '2026-11-24 10:02:11 +00:00' };
  const again = (answers: 'yes' | 'no' | undefined, typed?: string) => {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end(typed);
    const person = terminalPerson({
      confirm: [],
      operator: 'Op',
      ...(answers === undefined ? {} : { answers }),
      ...(typed === undefined ? {} : { terminal: { input, output } }),
    });
    return { answer: person.runAgain(change, never), output };
  };
  for (const answers of ['yes', 'no', undefined] as const)
    assert.equal(await again(answers).answer, 'leave', 'nobody is there');
  for (const [typed, chosen] of [
    ['yes\n', 'run'],
    ['y\n', 'run'],
    ['no\n', 'leave'],
    ['\n', 'leave'],
    ['', 'leave'],
  ] as const) {
    const { answer, output } = again('yes', typed);
    assert.equal(await answer, chosen, JSON.stringify(typed));
    assert.equal(
      String(output.read()),
      '! dev: ./d.sh exits 0: started 2026-11-24 10:02:11 +00:00, and the log has no result. What it did may be done twice.\n  Run it again? [yes/no] ',
    );
  }
  assert.equal(await again('no', 'yes\n').answer, 'leave');
});
