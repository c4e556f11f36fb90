import type { HistoryFile, HistoryManifest } from '../domain/sql/history/history-manifest.ts';
import type { TopicHistoryPlace } from '../domain/sql/history/history-select.ts';
import type { Offset, TopicId } from '../domain/topic-partition.ts';

/** Offsets of a partition that may go to history: nothing in them changes any more. */
export interface ExportableRange {
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** Of the batches in the log, about. */
  readonly sizeBytes: number;
}

export interface ExportChoice {
  /** Whether committed records of segments that are still appended to go too. */
  readonly openSegments: boolean;
  /** Only segments whose newest record is at least that old. */
  readonly olderThanMs?: number | undefined;
}

export interface ExportableTopic {
  readonly topic: string;
  readonly topicId: TopicId;
  /** Where files are written; it exists. */
  readonly directory: string;
  readonly ranges: readonly ExportableRange[];
}

export interface ExportedRange {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** The written file under its temporary name, and what it will be; absent where no record was visible. */
  readonly written?: { readonly temporaryName: string; readonly file: HistoryFile } | undefined;
}

/** Records of topics in files that outlive the log's retention. */
export interface TopicHistory {
  /** Undefined for topics without any, and for those whose log is compacted; 'same' where it still has the known revision. */
  historyOf(topic: string, known?: number): Promise<TopicHistoryPlace | 'same' | undefined>;
  /** Of topics that exist. */
  list(): Promise<readonly HistoryManifest[]>;
  /** Rejects with an SqlError where a topic cannot have history. */
  exportable(topic: string, choice: ExportChoice): Promise<ExportableTopic>;
  /**
   * Takes an exported range over: afterwards the file has its name and queries read it, and both survive power loss. Rejects,
   * with nothing changed, where the topic is another one by now or the range is in history already.
   */
  record(exported: ExportedRange): Promise<void>;
  /** Lets go of all files of a topic. Whether there were any. */
  drop(topic: string): Promise<boolean>;
}

/** Told of records that were deleted on demand, which history must not show either. */
export interface DeletedRecordsWatcher {
  recordsDeleted(topicId: TopicId, topic: string, partition: number, before: Offset): Promise<void>;
}

/** The folders history is kept in. */
export interface HistoryStore {
  /** Every topic that has a folder. */
  topics(): Promise<readonly { readonly topic: string; readonly topicId: TopicId }[]>;
  /** The folder of a topic's files. */
  directory(topic: string, topicId: TopicId): string;
  createDirectory(topic: string, topicId: TopicId): Promise<void>;
  /** The manifest, undefined when there is none. Files that are in no manifest are removed: exports that were not finished. */
  open(topic: string, topicId: TopicId): Promise<HistoryManifest | undefined>;
  /** Gives a written file its name. Durable afterwards, and still unknown to queries. */
  place(topic: string, topicId: TopicId, temporaryName: string, name: string): Promise<void>;
  /** Replaces the manifest. Durable afterwards. */
  write(manifest: HistoryManifest): Promise<void>;
  removeFile(topic: string, topicId: TopicId, name: string): Promise<void>;
  removeTopic(topic: string, topicId: TopicId): Promise<void>;
}
