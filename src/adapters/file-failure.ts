import { type Failure, failure } from '../core/ports.ts';

/** A failure of the file system as facts for a person. Anything else is a bug and is thrown on. */
export function fileFailure(error: unknown, asked: string, path: string): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) throw error;
  const [came, next] = words(code, path);
  return failure('failed', asked, `${came} (${code})`, next);
}

function words(code: string, path: string): readonly [string, string] {
  switch (code) {
    case 'ENOENT':
      return [
        `${path}, or the folder it is to be in, does not exist`,
        'Mend the path in the runbook, or make the folder.',
      ];
    case 'ENOTDIR':
      return [`a part of ${path} is a file, not a folder`, 'Mend the path in the runbook.'];
    case 'EISDIR':
      return [`${path} is a folder`, 'Name a file in the runbook.'];
    case 'EACCES':
    case 'EPERM':
      return [
        `${path} may not be read or written`,
        `Make the file and its folder readable and writable: chmod u+rw ${path}`,
      ];
    case 'EROFS':
      return [`${path} is on a file system that is read-only`, 'Work in a folder that can be written.'];
    case 'ENOSPC':
    case 'EDQUOT':
      return ['there is no space left', 'Make room, then run again.'];
    case 'EFBIG':
      return [
        `${path} would be larger than this process may write`,
        'Raise the limit (ulimit -f), then run again.',
      ];
    case 'ELOOP':
      return [`the links of ${path} lead in a circle`, 'Mend the link.'];
    default:
      return [`${path} could not be used`, 'Look at the file and its folder, then run again.'];
  }
}
