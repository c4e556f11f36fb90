import type { Checksum } from '../../ports/checksum.ts';
import type { LogFinding, StorageFinding } from '../../ports/store-inspector.ts';
import { nodeFileSystem } from '../data-folder/file-system.ts';
import type { InspectedSegmentLog } from './inspected-segment-log.ts';
import { CLEAN_STOP, folderName } from './log-directory.ts';
import { type LogsSummary, readLogsSummary, type SummarizedLog } from './logs-summary.ts';
import { LOGS_SUMMARY } from './summary-keeper.ts';

/** What the summary of a clean stop, on which the next start relies, says against the folders of the logs. */
export async function summaryFindings(
  directory: string,
  logs: readonly InspectedSegmentLog[],
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const file = `${directory}/${LOGS_SUMMARY}`;
  const bytes = await nodeFileSystem.readFile(file);
  if (bytes === undefined) return [];
  const summary = read(bytes, checksum);
  if (summary === undefined) {
    const message = 'the file is damaged: a start looks at the logs themselves';
    return [{ kind: 'index', file, message }];
  }
  const marker = await nodeFileSystem.readFile(`${directory}/${CLEAN_STOP}`);
  if (!summary.clean || Buffer.from(marker ?? '').toString() !== summary.generation) return [];
  const byFolder = new Map(logs.map((log) => [folderName(log.id), log]));
  return summary.logs.flatMap((summarized) => {
    const log = byFolder.get(summarized.folder);
    const { topic, partition } = summarized;
    return findingsOf(summarized, log).map((finding) => ({ ...finding, file, topic, partition }));
  });
}

function findingsOf(
  summarized: SummarizedLog,
  log: InspectedSegmentLog | undefined,
): readonly LogFinding[] {
  if (log === undefined) return [{ kind: 'index', message: 'it knows a log that is not there' }];
  const found = log.segments;
  if (summarized.startOffset !== log.startOffset) {
    const message = `it says that the log starts at ${summarized.startOffset}, not ${log.startOffset}`;
    return [{ kind: 'index', offset: log.startOffset, message }];
  }
  for (const { baseOffset: offset, sizeBytes } of summarized.segments) {
    const segment = found.find(({ baseOffset }) => baseOffset === offset);
    if (segment?.sizeBytes === sizeBytes) continue;
    const is = segment === undefined ? 'there is none' : `it has ${segment.sizeBytes}`;
    const message = `it says that the segment at ${offset} has ${sizeBytes} bytes, ${is}`;
    return [{ kind: 'index', offset, message }];
  }
  return [];
}

function read(bytes: Uint8Array, checksum: Checksum): LogsSummary | undefined {
  try {
    return readLogsSummary(bytes, checksum);
  } catch {
    return undefined;
  }
}
