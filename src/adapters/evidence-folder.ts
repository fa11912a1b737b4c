import { type FileHandle, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { answer, type EvidenceFolder, failure, type Outcome, type TranscriptFile } from '../core/ports.ts';
import { fileFailure } from './file-failure.ts';
import { isThere, newFile } from './new-file.ts';

/** More attempts than this in one second of one target are not made by people. */
const mostOfOneName = 1000;

/** The folder of transcripts beside a log: `execution-log.md.evidence`, made with its first file. */
export function evidenceFolder(logPath: string): EvidenceFolder {
  const name = `${basename(logPath)}.evidence`;
  const folder = join(dirname(logPath), name);
  return {
    open: async (stem) => {
      const asked = `make a transcript in ${name}`;
      try {
        await mkdir(folder).catch((error: unknown) => {
          if (!isThere(error)) throw error;
        });
        for (let count = 1; count <= mostOfOneName; count++) {
          const file = count === 1 ? `${stem}.txt` : `${stem}-${count}.txt`;
          const handle = await newFile(join(folder, file));
          if (handle !== undefined) return answer(transcript(handle, `${name}/${file}`));
        }
      } catch (error) {
        return fileFailure(error, asked, name);
      }
      return failure('failed', asked, `there are ${mostOfOneName} files of one name`, `Clear ${name}.`);
    },
  };
}

function transcript(handle: FileHandle, path: string): TranscriptFile {
  return {
    path,
    append: async (text): Promise<Outcome<void>> => {
      try {
        await handle.writeFile(text, 'utf8');
        return answer(undefined);
      } catch (error) {
        return fileFailure(error, `write ${path}`, path);
      }
    },
    close: () => handle.close().catch(() => {}),
  };
}
