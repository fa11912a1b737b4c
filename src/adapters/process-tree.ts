import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** 0 where the system does not tell it. */
  readonly session: number;
  /** With the pid it names one process for good: a pid alone is given out again. */
  readonly started: string;
}

type Snapshot = ReadonlyMap<number, Process>;

/**
 * Ends a process and all that came of it: TERM, then KILL after the grace. Descendants that moved to a group or a
 * session of their own are found by their parents, and kept in mind when those die first.
 */
export async function endProcessTree(root: number, graceMs: number): Promise<void> {
  const known = new Map<number, Process>();
  const killAt = Date.now() + graceMs;
  // What KILL cannot end (a process in uninterruptible sleep) must not hold up everything else for ever.
  const giveUpAt = killAt + 2000;
  const told = new Set<Process>();
  for (;;) {
    const alive = members(root, await snapshot(), known);
    if (alive.length === 0 || Date.now() > giveUpAt) return;
    const kill = Date.now() >= killAt;
    for (const each of alive) {
      if (kill) send(each.pid, 'SIGKILL');
      else if (!told.has(each)) {
        send(each.pid, 'SIGTERM');
        send(each.pid, 'SIGCONT');
        told.add(each);
      }
    }
    await sleep(kill ? 20 : Math.min(40, Math.max(1, killAt - Date.now())));
  }
}

/** The living ones of the tree; newcomers are added to `known`. */
function members(root: number, now: Snapshot, known: Map<number, Process>): Process[] {
  for (const [pid, each] of known) if (now.get(pid)?.started !== each.started) known.delete(pid);
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of now.values()) {
      if (known.has(each.pid) || each.pid === process.pid) continue;
      if (
        each.pid !== root &&
        each.group !== root &&
        each.session !== root &&
        !(each.parent !== 1 && known.has(each.parent))
      )
        continue;
      known.set(each.pid, each);
      grown = true;
    }
  }
  return [...known.values()];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in the meantime, or belongs to somebody else (sudo); neither can be helped from here.
  }
}

async function snapshot(): Promise<Snapshot> {
  const rows = process.platform === 'linux' ? await fromProc() : await fromPs();
  return new Map(rows.map((each) => [each.pid, each]));
}

async function fromProc(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid): Promise<Process | undefined> => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name in parentheses may hold anything, parentheses too; the fields begin after the last one.
      const [state, parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (session === undefined || state === 'Z' || state === 'X') return undefined;
      return {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: Number(session),
        started: rest[15] ?? '',
      };
    }),
  );
  return rows.filter((each) => each !== undefined);
}

async function fromPs(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (state === undefined || state.startsWith('Z')) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: 0,
        started: started.join(' '),
      },
    ];
  });
}
