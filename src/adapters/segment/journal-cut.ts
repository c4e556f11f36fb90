import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import type { FileSystem } from '../data-folder/file-system.ts';

const NAME = 'journal-cut';

/** The last round of the journal whose batches a log has no use for: it was truncated since, or is another one. */
export interface JournalCut {
  readonly epoch: bigint;
  readonly sequence: bigint;
}

export function writeJournalCut(
  files: FileSystem,
  logDirectory: string,
  { epoch, sequence }: JournalCut,
): Promise<void> {
  const bytes = Buffer.from(`${epoch} ${sequence}\n`);
  return writeFileAtomically(files, `${logDirectory}/${NAME}`, bytes);
}

export async function readJournalCut(
  files: FileSystem,
  logDirectory: string,
): Promise<JournalCut | undefined> {
  const bytes = await files.readFile(`${logDirectory}/${NAME}`);
  const match = bytes && /^(\d{1,20}) (\d{1,20})\n$/.exec(Buffer.from(bytes).toString());
  if (!match) return undefined;
  return { epoch: BigInt(match[1]!), sequence: BigInt(match[2]!) };
}
