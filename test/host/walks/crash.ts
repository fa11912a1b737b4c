import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { cascade } from '../../cli/command.ts';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { runCell } from './outputs.ts';

const logName = 'execution-log.rehearsal.md';

/** Where the extension host dies: in the deploy of a partition, when so many resources of its stack are complete. */
const points = [
  { name: 'dev', resources: 1 },
  { name: 'stage', resources: 10 },
  { name: 'demo', resources: 20 },
] as const;

interface Stack {
  readonly partition: string;
  readonly resources: readonly { readonly status: string }[];
}

/** The extension host is killed in the middle of a deploy: what is in flight is seen, looked at, and not repeated. */
export const crash = (walk: Walk): readonly Case[] => {
  const { page, workspace, world } = walk;
  const log = (): Promise<string> => readFile(join(workspace, logName), 'utf8');
  const state = async (): Promise<{ senders: { name: string }[]; stacks: Stack[] }> =>
    JSON.parse(await readFile(join(workspace, '.rehearsal', 'state.json'), 'utf8'));
  const cli = async (expected: number, ...args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await cascade(args, { cwd: workspace, env: world.env });
    assert.equal(code, expected, stdout + stderr);
  };
  const deploys = async (): Promise<number> =>
    (await readFile(join(workspace, 'deploys'), 'utf8').catch(() => '')).split('\n').length - 1;
  const until = async (what: string, ready: () => Promise<boolean>): Promise<void> => {
    for (let turn = 0; !(await ready()); turn++) {
      if (turn > 3000) throw new Error(`waited in vain for ${what}`);
      await page.waitForTimeout(20);
    }
  };
  const ready: Case = {
    name: 'what stands before the deploys is done',
    async run() {
      await cli(0, 'run', '--gate', 'entry-criteria', '--answers', 'yes');
      for (const { name } of points) await cli(0, 'run', name, 'Pre-flight');
      // Each start of the deploy is counted.
      const script = join(workspace, 'infrastructure', 'amm.sh');
      const text = await readFile(script, 'utf8');
      const counted = `set -u\necho started >> ${JSON.stringify(join(workspace, 'deploys'))}\n`;
      await writeFile(script, text.replace('set -u\n', counted));
    },
  };
  const killed = points.map(({ name, resources }, index): Case => {
    const domain = `${name}.ardamails.com`;
    return {
      name: `killed at ${resources} resources of ${name}: seen, looked at, not repeated`,
      async run() {
        await runCell(walk, name, /register/);
        await until('the registration', async () =>
          new RegExp(`\`${domain}\` registered on .*: ✅`).test(await log()),
        );
        await runCell(walk, name, /amm\.sh/);
        const started = new RegExp(`amm\\.sh --profile \\S+ \\S+ ${name}\` exits 0: 🟡 started`, 'u');
        await until('the deploy', async () => {
          const stack = (await state()).stacks.find((each) => each.partition === name);
          const done = stack?.resources.filter(({ status }) => status === 'CREATE_COMPLETE') ?? [];
          return done.length >= resources;
        });
        const pids = extensionHosts(world.env['CASCADE_WORLD_URL'] ?? '');
        assert.equal(pids.length, 1, 'one extension host');
        for (const pid of pids) process.kill(pid, 'SIGKILL');
        assert.match(await log(), started, 'written before the change began');

        await page.reload();
        await page.getByRole('tab', { name: 'Cascade' }).waitFor({ timeout: 60_000 });
        await page.getByRole('tab', { name: 'Cascade' }).click();
        await page
          .locator('.pane-body .monaco-list-row', { hasText: 'started, no result' })
          .first()
          .waitFor({ timeout: 60_000 });
        // The window began another in place of the one that was killed, which outlives the reload where it came late.
        for (const pid of extensionHosts(world.env['CASCADE_WORLD_URL'] ?? '').slice(0, -1)) end(pid);
        if (index === 0) await walk.screenshot('crash-started');

        // Run again as if nothing had been: it is asked first, and without an answer everything is left as it is.
        await page.getByRole('tab', { name: 'Explorer' }).first().click();
        const lost = /started \d{4}-\d{2}-\d{2} \S+ \S+, and the log has no result/;
        const question = page.locator('.quick-input-widget', { hasText: `run it again on ${name}?` });
        const asked = async (): Promise<void> => {
          await runCell(walk, name, /amm\.sh/);
          await question.locator('.monaco-list-row.focused', { hasText: 'Look First' }).waitFor();
          await question.locator('.monaco-list-row', { hasText: lost }).waitFor();
        };
        await asked();
        if (index === 0) {
          // The list fades in.
          await page.waitForTimeout(600);
          await walk.screenshot('crash-again');
        }
        await page.keyboard.press('Escape');
        await walk.waitForOutput(lost);
        assert.equal(await deploys(), 2 * index + 1);
        assert.match(await log(), started);

        // It is looked at, from a terminal or from the question.
        if (index === 0) await cli(2, 'recover', name);
        else {
          await asked();
          await page.keyboard.press('Enter');
          await walk.fileWith(
            logName,
            new RegExp(`amm\\.sh --profile \\S+ \\S+ ${name}\` exits 0: 🟡 unknown`, 'u'),
            60_000,
          );
        }
        assert.equal(await deploys(), 2 * index + 1);
        assert.doesNotMatch(await log(), started);
        assert.match(await log(), /was cut off at `\.\/amm\.sh[^`]*`\. Looked at .*CREATE_COMPLETE/);
        await page
          .locator('.pane-body .monaco-list-row', { hasText: 'started, no result' })
          .waitFor({ state: 'detached' });
        await cli(0, 'run', name, 'Deploy', '--answers', 'yes');
        const { senders, stacks } = await state();
        assert.equal(senders.filter((each) => each.name === domain).length, 1);
        assert.equal(stacks.filter((each) => each.partition === name).length, 1);
        assert.equal(await deploys(), 2 * (index + 1));
      },
    };
  });
  return [ready, ...killed];
};

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The extension hosts of the VS Code that reaches this world, the youngest last. */
function extensionHosts(world: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'latin1');
        const is =
          text('cmdline').includes('--type=extensionHost') &&
          text('environ').includes(`CASCADE_WORLD_URL=${world}\0`);
        // The 22nd field tells when it began; the name of the program, in brackets, may hold anything.
        const began = Number(text('stat').split(') ').at(-1)?.split(' ')[19]);
        return is ? [{ pid: Number(name), began }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.began - b.began)
    .map(({ pid }) => pid);
}
