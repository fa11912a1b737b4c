import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newLog } from '../../../src/core/log/create.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { selectCell } from './outputs.ts';

const logName = 'execution-log.rehearsal.md';
const runbookName = 'partition-mail.runbook.md';
const today = (): string => new Date().toISOString().slice(0, 10);
const gate = 'Production deploy confirmation given';

/** A cascade in which everything before the deploy of prod went well, but for its confirmation. */
function beforeProd(runbookText: string): string {
  const date = today();
  const at = { date, time: `${date} 00:00:01 +00:00` };
  const log = newLog(parseRunbook(runbookText), { operator: 'Op', at, worktree: '.', rehearsal: true });
  let section = '';
  let phase = '';
  return log
    .split('\n')
    .map((line) => {
      if (line.startsWith('## ')) [section, phase] = [line, ''];
      if (line.startsWith('### ')) phase = line;
      const open = section.startsWith('## § prod') && !phase.startsWith('### Pre-flight');
      if (/^\| `(?:dev|stage|demo)` \|/.test(line)) return line.replaceAll('⏳', `✅ ${date}`);
      if (line.startsWith('| `prod` |')) return line.replace('⏳', `✅ ${date}`);
      if (line.startsWith('| Entry criteria')) return `| Entry criteria verified | ✅ ${date} | ${date} |`;
      if (section.startsWith('## Production') || section.startsWith('## T-O4') || open) return line;
      return section.startsWith('## § ') || section.startsWith('## Entry')
        ? line.replace('⏳ pending', `✅ ${date}`)
        : line;
    })
    .join('\n');
}

/** What stands before a change of a protected partition, and what is left of one that nobody saw end. */
export const gates = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const path = join(walk.workspace, logName);
  const log = (): Promise<string> => readFile(path, 'utf8');
  const logHas = (words: RegExp): Promise<string> => walk.fileWith(logName, words, 30_000);
  const toast = page.locator('.notification-toast');
  const button = (name: string) => toast.getByRole('button', { name }).first();
  return [
    {
      name: 'a change on prod is blocked, and what is lawful is offered',
      async run() {
        await writeFile(path, beforeProd(await readFile(join(walk.workspace, runbookName), 'utf8')));
        await walk.openFile(runbookName);
        await walk.command('Cascade: Select Partition…');
        await walk.pick('protected');
        await page.locator('.statusbar-item', { hasText: 'prod · REHEARSAL' }).waitFor();
        await selectCell(walk, /register/);
        await walk.command('Notebook: Execute Cell');
        await toast.getByText(`prod · Deploy is blocked: the gate "${gate}" is pending`).waitFor();
        await walk.screenshot('gates-blocked');
        await button('What Can Be Done…').click();
        await page.getByText(`Go to the cells of "${gate}"`).waitFor();
        await walk.screenshot('gates-ways');
      },
    },
    {
      name: 'it is waived for a reason, which stands in its row and in its section',
      async run() {
        await walk.pick('Waive');
        await walk.answer('a trial that nobody mails from');
        const text = await logHas(/\| Production deploy confirmation given \| ⚠️ waived/u);
        assert.match(text, /⚠️ waived \S+ — a trial that nobody mails from \(by [^)]+\)/u);
        assert.match(text, /^- \S+ \S+ \S+ ⚠️ waived by .* — a trial that nobody mails from$/mu);
        await walk.screenshot('gates-waived');
      },
    },
    {
      name: 'prod asks for its name with all that is to be known, and takes no other',
      async run() {
        await page.getByRole('tab', { name: runbookName }).first().click();
        await selectCell(walk, /register/);
        await walk.command('Notebook: Execute Cell');
        await page.getByText('Change prod? It is protected').waitFor({ timeout: 60_000 });
        await page
          .getByText(/account 009765408297 by profile Admin-Alpha1, as AWS just confirmed it/)
          .waitFor();
        await page.getByText('stack Alpha001-prod-Email').waitFor();
        await page
          .locator('.quick-input-widget')
          .getByText(/⚠️ waived \S+ — a trial that nobody mails from/u)
          .waitFor();
        await walk.screenshot('gates-confirm');
        await page.keyboard.press('Enter');
        await page.getByText('Its name has to be typed').waitFor();
        await page.keyboard.type('prd');
        await page.keyboard.press('Enter');
        await page.getByText('"prd" is not its name').waitFor();
        assert.doesNotMatch(await log(), /PostmarkProd` with return path.*: (?:✅|🟡 started).*prod/u);
        await walk.answer('prod');
        await logHas(/prod\.ardamails\.com` registered on .*: ✅/u);
        // Another program that writes now, as the next step does, would meet the last words of the run.
        await page
          .locator('.statusbar-item', { hasText: 'prod · REHEARSAL' })
          .locator('.codicon-layers')
          .waitFor();
      },
    },
    {
      name: 'what a lost machine left is told after a reload, looked at, and not repeated',
      async run() {
        const text = await log();
        const begun = `${today()} 00:00:02 +00:00`;
        const deploy = /(- `\.\/amm\.sh --profile Admin-Alpha1 Alpha001 prod`.*): ⏳ pending/;
        assert.match(text, deploy);
        await writeFile(path, text.replace(deploy, `$1: 🟡 started ${begun}`));
        await walk.command('Developer: Reload Window');
        await toast
          .getByText('prod · Deploy: a change was started and the log has no result')
          .waitFor({ timeout: 90_000 });
        // The notification slides in.
        await page.waitForTimeout(600);
        await walk.screenshot('gates-recovery');
        await button('Look Now').click();
        const after = await logHas(/\*\*Attempt \S+ 00:00:02 \+00:00\*\* was cut off at/);
        assert.match(
          after,
          /amm\.sh.*: 🟡 unknown .* — started .* and no result was seen; there is no stack/u,
        );
        await toast.getByText(/running again is yours/).waitFor();
        await walk.screenshot('gates-recovered');
        assert.equal(after.match(/\*\*Attempt/g)?.length, 1, 'nothing was repeated');
      },
    },
    {
      name: 'nothing of ours stands on the console as an error',
      run() {
        assert.deepEqual(walk.consoleErrors, []);
      },
    },
  ];
};
