import { resolve } from 'node:path';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type {
  InspectedStore,
  StorageFinding,
  StoreInspector,
} from '../../ports/store-inspector.ts';
import { type FileSystem, nodeFileSystem } from '../data-folder/file-system.ts';
import { nodeProcesses } from '../data-folder/process-identity.ts';
import { requireStoreFormat } from '../data-folder/store-format.ts';
import { StoreLock } from '../data-folder/store-lock.ts';
import { InspectedSegmentLog } from './inspected-segment-log.ts';
import { JournalView } from './journal-view.ts';
import { CLEAN_STOP, isLogFolder, PARTITION_METADATA, partitionOf } from './log-directory.ts';
import { SEGMENT_FORMAT } from './segment-log-store.ts';
import { summaryFindings } from './verify-summary.ts';

export interface SegmentInspectorOptions {
  readonly directory: string;
  readonly checksum: Checksum;
}

/** Reads the files of a segment store as they are. */
export class SegmentInspector implements StoreInspector {
  readonly #directory: string;
  readonly #checksum: Checksum;
  readonly #files: FileSystem = nodeFileSystem;

  constructor({ directory, checksum }: SegmentInspectorOptions) {
    this.#directory = resolve(directory);
    this.#checksum = checksum;
  }

  async open(): Promise<InspectedStore> {
    const lock = new StoreLock(this.#files, this.#directory, nodeProcesses);
    const lockNumber = await lock.checkFree();
    await requireStoreFormat(this.#files, this.#directory, SEGMENT_FORMAT);
    const names = await this.#files.names(this.#directory);
    const logs: InspectedSegmentLog[] = [];
    const findings: StorageFinding[] = [];
    const journal = await this.#journal(findings);
    const clean = names.includes(CLEAN_STOP);
    for (const name of names.filter(isLogFolder)) {
      const log = await this.#log(name, clean, journal);
      if (log instanceof InspectedSegmentLog) logs.push(log);
      else findings.push(log);
    }
    logs.sort(byTopicAndPartition);
    findings.push(...(await summaryFindings(this.#directory, logs, this.#checksum)));
    return {
      engine: SEGMENT_FORMAT.engine,
      clean,
      logs,
      findings,
      close: async () => {
        if ((await lock.checkFree()) !== lockNumber) throw openedMeanwhile(this.#directory);
      },
    };
  }

  /** A start would stop at a journal that does not go with the files. */
  async #journal(findings: StorageFinding[]): Promise<JournalView> {
    try {
      return await JournalView.of(this.#directory, this.#checksum);
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      findings.push({ kind: 'file', message: error.message });
      return new JournalView();
    }
  }

  async #log(
    name: string,
    clean: boolean,
    journal: JournalView,
  ): Promise<InspectedSegmentLog | StorageFinding> {
    const directory = `${this.#directory}/${name}`;
    const file = `${directory}/${PARTITION_METADATA}`;
    const metadata = await this.#files.readFile(file);
    const id = metadata && partitionOf(name, metadata);
    if (id !== undefined) {
      const folder = { files: this.#files, directory, clean, checksum: this.#checksum, journal };
      return InspectedSegmentLog.open(id, folder);
    }
    const [, topic, partition] = /^(.*)-(\d+)$/.exec(name) ?? [];
    const is = metadata === undefined ? 'missing' : 'not readable';
    const message = `the file is ${is}, so the id of the log's topic is not known`;
    return { kind: 'file', topic, partition: Number(partition), file, message };
  }
}

function byTopicAndPartition({ id: one }: InspectedSegmentLog, { id: other }: InspectedSegmentLog) {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition;
}

function openedMeanwhile(directory: string): KafkaError {
  const message = `a broker was started on ${directory} meanwhile: stop it and begin again`;
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
