import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rendererLimit } from '../../src/tooling/page-bundles.ts';
import { builtPages, hasNoColours, pictures } from '../pages/built-pages.ts';
import { themes } from '../pages/themes.ts';
import { openPage } from './page.ts';
import { dkimRow, everything, propagationRow, report, row, shellRow, stackRow } from './reports.ts';

const built = builtPages();

test('it is small', async () => {
  const { size } = await stat(join(built.dist, 'renderer.js'));
  assert.ok(size < rendererLimit, `${size} bytes`);
});

test('its style knows no colour but those of the theme', async () => {
  await hasNoColours('src/renderer/style.css');
  await hasNoColours('src/renderer/shared.css');
});

for (const [name, theme] of Object.entries(themes)) {
  test(`axe finds nothing, and the policy refuses nothing: ${name}`, async () => {
    await using host = await openPage(built.browser, { dist: built.dist });
    await host.paint(theme);
    await host.show(everything);
    await host.page.getByRole('button', { name: 'Run again' }).first().waitFor();
    // First: axe, and whoever takes the picture, bring style elements of their own.
    assert.deepEqual(await host.refused(), []);
    await host.page.screenshot({ path: join(pictures, `renderer-${name}.png`), fullPage: true });
    assert.deepEqual(await host.axe(), []);
  });
}

test('a row has verdict, what was asked, expected against actual, time and what to do', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(dkimRow));
  const check = host.page.getByRole('listitem').first();
  await check.getByText('failed', { exact: true }).waitFor();
  await check.getByText('0.8 s').waitFor();
  assert.equal(await check.locator('del').textContent(), 'Z');
  await check.getByText(/Character 121 is “Z”, expected/).waitFor();
  await check.getByText(/Publish it in the zone/).waitFor();
  assert.equal(
    await check.locator('dd').nth(1).textContent(),
    dkimRow.actual,
    'nothing is added to what is copied',
  );
});

test('servers stand in a table; a stack has its first failure above its bar', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(propagationRow, stackRow));
  await host.page.getByRole('rowheader', { name: 'ns-826.awsdns-39.net' }).waitFor();
  assert.equal(await host.page.getByRole('row').count(), 4);
  const bar = host.page.getByRole('progressbar', { name: 'Resources of Alpha002-dev-Email' });
  assert.equal(await bar.getAttribute('value'), '17');
  const failure = await host.page.getByText('failed first').boundingBox();
  assert.ok((failure?.y ?? 0) < ((await bar.boundingBox())?.y ?? 0));
  await host.page.getByRole('list', { name: /Newest events/ }).waitFor();
});

test('a running report changes in place: focus, search and scrolling stay', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.page.evaluate('paint({ kind: "vscode-dark", colours: {} })');
  const running = { ...shellRow, state: 'running' as const };
  await host.show(report(row({ key: 'a', state: 'waiting' }), running));
  const search = host.page.getByRole('textbox', { name: 'Search in the output' });
  await search.fill('line 5');
  await host.page.getByText('1 of 11, line').waitFor();
  await search.press('Enter');
  await host.page.getByText('2 of 11, line').waitFor();
  const output = host.page.getByRole('group', { name: /Output of/ });
  const scrolled = await output.evaluate('document.querySelector("pre").scrollTop');
  await host.show(
    report(row({ key: 'a' }), { ...running, state: 'passed', output: `${running.output}line 5 once more\n` }),
  );
  await host.page.getByText('2 of 12, line').waitFor();
  assert.equal(await search.inputValue(), 'line 5');
  assert.equal(await output.evaluate('document.querySelector("pre").scrollTop'), scrolled);
  await host.page.keyboard.type('9');
  await host.page.getByText('1 of 1, line').waitFor();
  await search.press('Shift+Enter');
  assert.equal(await search.inputValue(), 'line 59', 'the keys still go into the field');
});

test('the end stays in sight while it is printed', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(shellRow));
  await host.show(report({ ...shellRow, output: `${shellRow.output}${'more\n'.repeat(30)}` }));
  const left = await host.page.evaluate(
    '(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector("pre"))',
  );
  assert.ok(Number(left) < 10, String(left));
});

test('the keyboard reaches everything, and asks the extension', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(dkimRow, shellRow));
  const focused = async (): Promise<string> =>
    host.page.evaluate(
      '(() => { const e = document.activeElement; return (e.getAttribute("aria-label") ?? e.tagName).split(/[:`]/)[0]; })()',
    );
  const order: string[] = [];
  for (let step = 0; step < 9; step++) {
    await host.page.keyboard.press('Tab');
    order.push(await focused());
    if (order.length === 1) await host.page.keyboard.press('Enter');
    if (order.at(-1)?.startsWith('Open transcript')) await host.page.keyboard.press('Space');
  }
  assert.deepEqual(order.slice(0, 8), [
    'Run again',
    'Run again',
    'Search in the output',
    'Previous match',
    'Next match',
    'Copy the output of ./validate-exit.sh dev exits 0',
    'Open transcript of ./validate-exit.sh dev exits 0',
    'Output of ./validate-exit.sh dev exits 0',
  ]);
  assert.deepEqual(await host.posts(), [
    { kind: 'run-again', report: 'a-report', check: 'dkim' },
    { kind: 'open-transcript', report: 'a-report', check: 'shell' },
  ]);
});

test('a button that was pressed keeps the focus while its check runs, and asks only once', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(dkimRow));
  await host.page.keyboard.press('Tab');
  await host.page.keyboard.press('Enter');
  await host.show(report({ ...dkimRow, state: 'running' }));
  await host.page.keyboard.press('Enter');
  assert.equal((await host.posts()).length, 1);
  await host.show({ ...report(dkimRow), id: 'another-report' });
  await host.page.keyboard.press('Enter');
  assert.deepEqual((await host.posts()).at(-1), {
    kind: 'run-again',
    report: 'another-report',
    check: 'dkim',
  });
});

test('letters that are typed into the search are no commands of the notebook; Escape and Tab are', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(report(shellRow));
  await host.page.evaluate('globalThis.keys = []; addEventListener("keydown", ({ key }) => keys.push(key))');
  await host.page.getByRole('textbox').focus();
  await host.page.keyboard.type('ddb');
  await host.page.keyboard.press('Escape');
  assert.deepEqual(await host.page.evaluate('keys'), ['Escape']);
});

test('without messaging nothing offers what nobody would do', async () => {
  await using host = await openPage(built.browser, { dist: built.dist, messaging: false });
  await host.show(report(dkimRow, shellRow));
  await host.page.getByRole('button', { name: /^Copy/ }).waitFor();
  assert.equal(await host.page.getByRole('button', { name: /Run again|transcript/ }).count(), 0);
});

test('the output is copied whole, without colours', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await host.show(report({ ...shellRow, output: '\u001B[31mred\u001B[0m\nend\n' }));
  await host.page.getByRole('button', { name: /^Copy/ }).click();
  await host.page.getByText('copied').waitFor();
  assert.equal(await host.page.evaluate('navigator.clipboard.readText()'), 'red\nend\n');
});

test('thousands of checks: the open ones are in sight, the others at a press', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  const rows = Array.from({ length: 5000 }, (_, index) =>
    row({ key: `${index}`, ...(index === 4321 ? { state: 'failed' as const, detail: 'the only one' } : {}) }),
  );
  const first = await host.show(report(...rows));
  await host.page.getByText('the only one').waitFor();
  await host.page.getByText('4999 of 5000 passed, 1 failed').waitFor();
  assert.equal(await host.page.getByRole('listitem').count(), 200);
  await host.page.getByRole('button', { name: 'Show more checks' }).click();
  assert.equal(await host.page.getByRole('listitem').count(), 400);
  const changed = rows.map((each, index) => (index === 3 ? { ...each, duration: 5 } : each));
  const update = await host.show(report(...changed));
  assert.ok(first < 2000 && update < 200, `${first} ms, then ${update} ms`);
});

const bad = {
  'a very long name': row({ check: `\`${'x'.repeat(3000)}\` is there`, detail: 'y'.repeat(20_000) }),
  'right to left, emoji': row({
    check: '`dig TXT דוגמה.example.com` has שלום 👨‍👩‍👧',
    state: 'failed',
    expected: 'שלום עולם 👍🏽',
    actual: 'שלום עולם 👍🏿',
    detail: 'مرحبا',
    next: 'ابدأ من جديد',
  }),
  'one endless line': row({ output: 'endless '.repeat(6000) }),
  'one word without end': row({ output: 'z'.repeat(40_000) }),
  'control sequences': row({
    output:
      '\u001B[2J\u001B[H\u001B]8;;https://example.com\u0007link\u001B]8;;\u0007 \u0000\u0007\u202Eevil\u202C \u001B[999;999mx\u001B[38;5m \u001B[',
  }),
  markup: row({
    check: '`<img src=x onerror=alert(1)>` & <b>bold</b>',
    detail: '<script>alert(1)</script>',
    output: '<style>*{display:none}</style>\n',
  }),
  'many servers': row({
    seenBy: Array.from({ length: 60 }, (_, index) => ({
      by: `ns-${index}.${'long'.repeat(12)}.example.com`,
      has: 'no' as const,
      what: 'NXDOMAIN '.repeat(9),
      left: '4 h 0 min',
    })),
  }),
  'a stack of long names': row({
    stack: {
      ...(stackRow.stack ?? { name: '', status: '', done: 0, all: 0, events: [] }),
      name: 'S'.repeat(128),
      done: 0,
      all: 0,
      events: Array.from({ length: 6 }, () => ({
        resource: 'R'.repeat(255),
        type: 'AWS::CloudFormation::CustomResource',
        status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
        reason: 'because '.repeat(60),
      })),
    },
  }),
};

/** A window of 400 px; 640 px at a zoom of 200 % is 320 px of the page. */
for (const width of [1000, 400, 320]) {
  test(`bad input neither breaks the page nor widens it, ${width} px`, async () => {
    await using host = await openPage(built.browser, { dist: built.dist, viewport: { width, height: 800 } });
    await host.paint(themes.dark);
    for (const [name, each] of Object.entries(bad)) {
      await host.show(report(each));
      await host.page.getByRole('listitem').first().waitFor();
      const wide = await host.page.evaluate('document.documentElement.scrollWidth');
      assert.ok(Number(wide) <= width, `${name}: ${wide} px`);
    }
    await host.show(report(...Object.values(bad)));
    assert.deepEqual(await host.refused(), []);
    assert.deepEqual(await host.axe(), []);
    assert.equal(await host.page.locator('main img, main b, main script, main style').count(), 0);
    await host.show(everything);
    const wide = await host.page.evaluate('document.documentElement.scrollWidth');
    assert.ok(Number(wide) <= width, `everything: ${wide} px`);
    await host.page.screenshot({ path: join(pictures, `renderer-${width}.png`), fullPage: true });
  });
}

test('nothing turns for who wants no motion', async () => {
  const turns = 'getComputedStyle(document.querySelector(".cascade-icon-running")).animationName';
  await using still = await openPage(built.browser, { dist: built.dist, reducedMotion: true });
  await still.show(report(stackRow));
  assert.equal(await still.page.evaluate(turns), 'none');
  await using moving = await openPage(built.browser, { dist: built.dist });
  await moving.show(report(stackRow));
  assert.equal(await moving.page.evaluate(turns), 'cascade-turn');
  await moving.page.evaluate('document.body.classList.add("vscode-reduce-motion")');
  assert.equal(await moving.page.evaluate(turns), 'none');
});

test('what is disposed is gone, and an output that is no report says so', async () => {
  await using host = await openPage(built.browser, { dist: built.dist });
  await host.show(everything);
  await host.page.evaluate('dispose("output")');
  assert.equal(await host.page.getByRole('listitem').count(), 0);
  await host.page.evaluate('show({ nothing: true })');
  await host.page.getByText('The checks cannot be drawn').waitFor();
  await host.show(everything);
  assert.ok((await host.page.getByRole('listitem').count()) > 5);
});
