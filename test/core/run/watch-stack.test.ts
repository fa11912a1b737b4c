import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackStatus } from '@aws-sdk/client-cloudformation';
import { answer, failure, type Ports, type StackProgress } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { planRun } from '../../../src/core/run/plan.ts';
import { watchStack } from '../../../src/core/run/watch-stack.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { stackStates } from '../../../src/core/steps/stack-states.ts';
import type { CheckProgress } from '../../../src/core/steps/step.ts';
import { frontMatter, phase } from '../fixture.ts';
import { memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

const runbook = parseRunbook(
  `---\n${frontMatter}---\n## Deploy\n\n\`\`\`sh\n./deploy.sh\n\`\`\`\n\n\`\`\`aws\nstack \${stack} is CREATE_COMPLETE\n\`\`\`\n`,
);

/** What a watch of the deploy shows of its stack. */
async function watched(ports: Ports, ended: AbortSignal, stop: AbortSignal): Promise<StackProgress[]> {
  const cascade = new Cascade({ runbook, log: memoryLog(undefined), ports, worktree: '/worktree' });
  const [planned] = await planRun(cascade, phase(runbook, 'dev', 'Deploy'), undefined);
  assert.ok(planned);
  const seen: StackProgress[] = [];
  const progress = (each: CheckProgress): void => {
    if (each.kind === 'stack') seen.push(each.progress);
  };
  await watchStack(cascade, planned, progress, ended, stop);
  return seen;
}

test('a watch backs off while it is throttled, and keeps the first failure when the events of it are gone', async () => {
  const stack = (status: string): StackProgress['stack'] => ({ name: 'S', status });
  const role = { logicalId: 'Role', type: 'AWS::IAM::Role', status: 'CREATE_FAILED', reason: 'taken' };
  const throttled = failure('unknown', 'aws', 'throttled', 'Wait.');
  const answers = [
    throttled,
    throttled,
    answer({ stack: stack('CREATE_IN_PROGRESS'), resources: [], firstFailure: role }),
    ...Array.from({ length: 6 }, () => throttled),
    answer({ stack: stack('DELETE_IN_PROGRESS'), resources: [] }),
  ];
  const pauses: number[] = [];
  const over = new AbortController();
  const memory = memoryPorts(memoryWorld());
  const ports = {
    ...memory,
    aws: {
      ...memory.aws,
      stackProgress: async () => {
        const next = answers.shift();
        if (next === undefined) over.abort(new Error('over'));
        return next ?? throttled;
      },
    },
    clock: {
      ...memory.clock,
      sleep: async (milliseconds: number, signal: AbortSignal) => {
        signal.throwIfAborted();
        pauses.push(milliseconds / 1000);
      },
    },
  };
  const seen = await watched(ports, new AbortController().signal, over.signal);
  assert.deepEqual(pauses, [3, 6, 12, 3, 6, 12, 24, 48, 48, 48, 3]);
  const told = seen.map(({ stack, firstFailure }) => `${stack.status} ${firstFailure?.reason}`);
  assert.deepEqual(told, ['CREATE_IN_PROGRESS taken', 'DELETE_IN_PROGRESS taken']);
});

for (const last of ['answers', 'hangs'] as const) {
  test(`when the shell has ended the stack is looked at once more: that ${last}`, async () => {
    const ended = new AbortController();
    const memory = memoryPorts(memoryWorld());
    const looks: string[] = [];
    const ports = {
      ...memory,
      aws: {
        ...memory.aws,
        stackProgress: async (_: unknown, name: string, __: Date, signal: AbortSignal) => {
          const status = ended.signal.aborted ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS';
          looks.push(status);
          if (last === 'hangs' && ended.signal.aborted)
            await new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason));
            });
          return answer({ stack: { name, status }, resources: [] });
        },
      },
      clock: {
        ...memory.clock,
        sleep: async (milliseconds: number, signal: AbortSignal) => {
          signal.throwIfAborted();
          // The end comes between two looks.
          if (looks.length === 2) ended.abort();
          signal.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, milliseconds / 100));
        },
      },
    };
    const seen = await watched(ports, ended.signal, new AbortController().signal);
    assert.deepEqual(looks, ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE']);
    assert.equal(seen.at(-1)?.stack.status, last === 'answers' ? 'CREATE_COMPLETE' : 'CREATE_IN_PROGRESS');
  });
}

test('every state that CloudFormation has is known, and a line that names another one does not parse', () => {
  assert.deepEqual([...stackStates].sort(), Object.values(StackStatus).sort());
  const wrong = parseRunbook(runbook.text.replace('is CREATE_COMPLETE', 'is CREATED'));
  assert.match(
    wrong.problems[0]?.message ?? '',
    /"CREATED" is no state of a stack\. Known: CREATE_IN_PROGRESS/,
  );
});
