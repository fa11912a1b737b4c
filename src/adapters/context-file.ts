import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyEdits, modify, type Node, type ParseError, parseTree } from 'jsonc-parser';
import {
  answer,
  type ContextEntry,
  type ContextFile,
  type Failure,
  failure,
  type Outcome,
} from '../core/ports.ts';
import { realFile, replaceFile } from './atomic-write.ts';
import { fileFailure } from './file-failure.ts';
import { underLock } from './file-lock.ts';
import { readText } from './text-file.ts';

/** Its name in a worktree. */
export const contextName = 'cdk.context.json';

const byteOrderMark = '\uFEFF';

/** `cdk.context.json`: flat JSON that belongs to the CDK and to people; we touch our own entries only. */
export function contextFile({ path }: { readonly path: string }): ContextFile {
  return {
    async read(key) {
      const text = await readText(path);
      if (text.kind === 'failure') return text;
      if (text.value === undefined) return answer(undefined);
      const found = entryOf(withoutMark(text.value), key, path);
      return found.kind === 'failure'
        ? found
        : answer(found.value === undefined ? undefined : strings(found.value));
    },
    async write(key, entry) {
      try {
        const file = await realFile(path);
        // Beside the worktree, which has to stay clean: two partitions may register at once.
        const name = createHash('sha256').update(file).digest('hex').slice(0, 16);
        const lock = join(tmpdir(), `cascade-context-${name}.lock`);
        return await underLock(lock, lockWaitMs, () => writeEntry(path, key, entry));
      } catch (error) {
        return fileFailure(error, `write ${key} into ${path}`, path);
      }
    },
  };
}

const lockWaitMs = 10_000;

async function writeEntry(path: string, key: string, entry: ContextEntry): Promise<Outcome<void>> {
  const text = await readText(path);
  if (text.kind === 'failure') return text;
  const before = text.value ?? '{}\n';
  const mark = before.startsWith(byteOrderMark) ? byteOrderMark : '';
  const after = withValues(withoutMark(before), key, entry, path);
  if (after.kind === 'failure') return after;
  if (mark + after.value !== text.value) await replaceFile(path, mark + after.value);
  return answer(undefined);
}

const withoutMark = (text: string): string => (text.startsWith(byteOrderMark) ? text.slice(1) : text);

function withValues(text: string, key: string, entry: ContextEntry, path: string): Outcome<string> {
  const found = entryOf(text, key, path);
  if (found.kind === 'failure') return found;
  const now = found.value === undefined ? {} : strings(found.value);
  const formattingOptions = { ...indentation(text), eol: text.includes('\r\n') ? '\r\n' : '\n' };
  if (found.value === undefined)
    return answer(applyEdits(text, modify(text, [key], entry, { formattingOptions })));
  let result = text;
  for (const [name, value] of Object.entries(entry)) {
    if (now[name] === value) continue;
    result = applyEdits(result, modify(result, [key, name], value, { formattingOptions }));
  }
  return answer(result);
}

/** The object under `key`; a failure where the file is not what it should be, so that nothing is written over. */
function entryOf(text: string, key: string, path: string): Outcome<Node | undefined> {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  const first = errors[0];
  if (first !== undefined || root === undefined) {
    const line = text.slice(0, first?.offset ?? 0).split('\n').length;
    return unusable(path, `it is not valid JSON: line ${line}`, 'Mend the file, then run again.');
  }
  if (root.type !== 'object')
    return unusable(path, 'it holds no JSON object', 'Mend the file, then run again.');
  const entries = (root.children ?? []).filter((property) => property.children?.[0]?.value === key);
  if (entries.length > 1) {
    return unusable(
      path,
      `${key} stands in it ${entries.length} times`,
      'Remove all but one, then run again.',
    );
  }
  const entry = entries[0]?.children?.[1];
  if (entry === undefined || entry.type === 'object') return answer(entry);
  return unusable(path, `${key} holds no object`, `Remove the value of ${key}, then run again.`);
}

const unusable = (path: string, came: string, next: string): Failure =>
  failure('failed', `read ${path}`, came, next);

function strings(entry: Node): Record<string, string> {
  const pairs = (entry.children ?? []).flatMap(({ children: [name, value] = [] }) =>
    value?.type === 'string' ? [[String(name?.value), String(value.value)] as const] : [],
  );
  return Object.fromEntries(pairs);
}

/** As the file itself does it; the CDK's own two spaces where it has no line to tell from. */
function indentation(text: string): { readonly tabSize: number; readonly insertSpaces: boolean } {
  const first = /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
  return { tabSize: first.length, insertSpaces: !first.startsWith('\t') };
}
