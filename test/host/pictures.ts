/** `npm run pictures`: takes the pictures of the README anew, in light, dark and high contrast. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { build } from '../../src/tooling/build.ts';
import { packVsix } from '../../src/tooling/package.ts';
import { cache, root } from '../../src/tooling/paths.ts';
import { runProgram } from '../../src/tooling/program.ts';
import { startWalk, type Walk } from './walk.ts';
import { scrollTo, selectCell } from './walks/outputs.ts';

const folder = join(root, 'media', 'screens');
const themes = { light: 'Light Modern', dark: 'Dark Modern', 'high-contrast': 'Dark High Contrast' } as const;

await runProgram(async (stop) => {
  await build();
  await mkdir(folder, { recursive: true });
  const vsix = join(cache, 'pictures.vsix');
  await packVsix(vsix, stop);
  await using walk = await startWalk(vsix, stop, { viewport: { width: 1280, height: 800 } });
  const { page } = walk;
  await named(walk, 'Robin');
  await runDev(walk);
  // What is not deployed fails: the pictures show a run in the middle of its work.
  await verify(walk, 'stage', /stage is (?:not verified|unknown)/);
  const take = async (name: string, prepare: () => Promise<void>): Promise<void> => {
    await prepare();
    for (const [theme, title] of Object.entries(themes)) {
      await choose(walk, title);
      await walk.command('Notifications: Clear All Notifications');
      // No hover of what the pointer was left on.
      await page.mouse.move(640, 790);
      await page.waitForTimeout(1500);
      await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    }
    stdout.write(`${name}\n`);
  };
  await take('notebook', async () => {
    await page.getByRole('tab', { name: 'partition-mail.runbook.md' }).first().click();
    await scrollTo(walk, /at\sleast\s2/);
    await walk.waitForOutput(/4 nameservers/);
  });
  await take('failure', async () => {
    await walk.command('Cascade: Select Partition…');
    await walk.pick('stage');
    await selectCell(walk, /at\sleast\s2/);
    await walk.command('Notebook: Execute Cell');
    await walk.waitForOutput(/NXDOMAIN: stage\.ardamails\.com does not exist; /);
  });
  await take('log', async () => {
    await walk.command('Cascade: Open Log');
    await page
      .locator('.view-line', { hasText: /Cascade\ssummary\stable/ })
      .first()
      .waitFor();
    await page.getByText('Open Runbook Here').first().waitFor({ state: 'attached' });
  });
  await take('tests', async () => {
    await walk.command('Testing: Focus on Test Explorer View');
    const items = page.locator('.test-explorer .monaco-list-row');
    await walk.command('Test: Run All Tests');
    await items.filter({ hasText: 'dev' }).first().waitFor();
    await page.waitForTimeout(8000);
  });
  await take('board', async () => {
    await page.getByRole('tab', { name: 'Cascade' }).click();
    await walk.command('View: Hide Panel');
    await walk.command('Cascade: Open Board');
    await page.waitForTimeout(1500);
  });
  return 0;
});

/** Who stands in the logs of the pictures. */
async function named({ workspace }: Walk, operator: string): Promise<void> {
  const file = join(workspace, '.vscode', 'settings.json');
  const settings: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...Object(settings), 'cascade.operator': operator }));
}

/** From nothing to signed off, as the operator's walk does. */
async function runDev(walk: Walk): Promise<void> {
  const { page } = walk;
  await walk.openRunbook();
  await page.getByRole('tab', { name: 'Cascade' }).click();
  await walk.command('Cascade: Select Partition…');
  await walk.pick('dev');
  await walk.command('Notebook: Run All');
  for (const question of [
    'The DMARC report mailbox is monitored',
    'dev is signed off',
    'The compliance reply is sent',
  ]) {
    await page.getByPlaceholder(question).waitFor({ timeout: 60_000 });
    await walk.pick('I confirm it');
  }
  await page
    .locator('.statusbar-item', { hasText: 'dev · REHEARSAL' })
    .locator('.codicon-layers')
    .waitFor({ timeout: 60_000 });
}

async function verify({ page, ...walk }: Walk, partition: string, outcome: RegExp): Promise<void> {
  await walk.command('Cascade: Verify Partition');
  await walk.pick(partition);
  await page.getByText(outcome).first().waitFor({ timeout: 60_000 });
}

async function choose(walk: Walk, theme: string): Promise<void> {
  await walk.command('Preferences: Color Theme');
  await walk.page.keyboard.type(theme);
  await walk.pick(theme);
}
