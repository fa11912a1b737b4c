import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { api, logUri, on, textOf } from './editor.ts';

/** Runs some items of the Testing view, as its buttons do. */
async function run(...items: readonly vscode.TestItem[]): Promise<void> {
  const { tests } = await api();
  const source = new vscode.CancellationTokenSource();
  await tests.profile.runHandler(new vscode.TestRunRequest(items), source.token);
  source.dispose();
}

async function partition(name: string): Promise<vscode.TestItem> {
  const { tests } = await api();
  await tests.controller.resolveHandler?.(undefined);
  const item = tests.controller.items.get(name);
  assert.ok(item, `the Testing view has no ${name}`);
  return item;
}

const results = (log: string): readonly string[] =>
  log
    .split('\n')
    .filter((line) => /^ {2}- \d{4}-\d{2}-\d{2} \S+ \S+ (?:✅ passed|❌ failed|🟡 unknown)/u.test(line));

/** Verification as tests: after the runs, when dev is verified. */
export const testsView: readonly Case[] = [
  {
    name: 'the Testing view has the verification of each partition, one item a check',
    async run() {
      await on('dev');
      const { tests } = await api();
      const dev = await partition('dev');
      assert.deepEqual([...tests.controller.items].map(([id]) => id).sort(), [
        'demo',
        'dev',
        'prod',
        'stage',
      ]);
      const labels = [...dev.children].map(([, item]) => item.label);
      assert.equal(labels.length, 10);
      assert.ok(
        labels.some((label) => label.startsWith('dig +short NS dev.ardamails.com @8.8.8.8')),
        labels.join('\n'),
      );
      const [, first] = [...dev.children][0] ?? [];
      assert.ok(
        first?.range !== undefined && first.uri?.path.endsWith('.runbook.md'),
        'it leads to its line',
      );
    },
  },
  {
    name: 'one check is run by itself, and its result is in the log as Verify writes it',
    async run() {
      const dev = await partition('dev');
      const [, ns] = [...dev.children].find(([, item]) => item.label.includes(' NS ')) ?? [];
      assert.ok(ns);
      const before = results(await textOf(logUri()));
      await run(ns);
      const after = results(await textOf(logUri()));
      assert.equal(after.length, before.length + 1);
      assert.match(after.find((line) => !before.includes(line)) ?? '', /✅ passed — 4 nameservers/u);
    },
  },
  {
    name: 'a partition is run whole',
    async run() {
      const before = results(await textOf(logUri()));
      await run(await partition('dev'));
      assert.equal(results(await textOf(logUri())).length, before.length + 10);
    },
  },
  {
    name: 'a partition that is not there fails, and its summary says so',
    async run() {
      await run(await partition('prod'));
      assert.match(await textOf(logUri()), /\| `prod` \|[^|]*\|[^|]*\|[^|]*\|[^|]*\| (?:❌|🟡) /u);
    },
  },
];
