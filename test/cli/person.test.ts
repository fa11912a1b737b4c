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
