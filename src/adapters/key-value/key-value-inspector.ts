import { resolve } from 'node:path';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { KeyValueDatabase } from '../../ports/key-value-database.ts';
import type {
  InspectedStore,
  StorageFinding,
  StoreInspector,
} from '../../ports/store-inspector.ts';
import { DatabaseMirror } from '../data-folder/database-mirror.ts';
import { nodeFileSystem } from '../data-folder/file-system.ts';
import { nodeProcesses } from '../data-folder/process-identity.ts';
import { requireStoreFormat } from '../data-folder/store-format.ts';
import { StoreLock } from '../data-folder/store-lock.ts';
import { InspectedKeyValueLog, readSegments, segmentsOf } from './inspected-key-value-log.ts';
import { keyValueFormat } from './key-value-log-store.ts';
import { ALL_LOGS, CLEAN_STOP_KEY, parseLogKey } from './log-keys.ts';
import { lastBatch } from './log-opener.ts';
import { type LogEnd, type LogRecord, parseLogEnds, parseLogRecord } from './log-values.ts';
import { after, readAll } from './read-all.ts';
import {
  failureFindings,
  manifestFindings,
  tableFindings,
  writeAheadFindings,
} from './verify-files.ts';

export interface KeyValueInspectorOptions {
  /** The engine's name, in the data folder and as the folder of the database in it. */
  readonly engine: string;
  readonly directory: string;
  /** The database in a folder, not opened. */
  readonly database: (directory: string) => KeyValueDatabase;
  readonly checksum: Checksum;
}

/** Reads the database of a key-value store as it is, through a mirror of its folder. */
export class KeyValueInspector implements StoreInspector {
  readonly #engine: string;
  readonly #directory: string;
  readonly #checksum: Checksum;
  readonly #databaseIn: (directory: string) => KeyValueDatabase;

  constructor({ engine, directory, database, checksum }: KeyValueInspectorOptions) {
    this.#checksum = checksum;
    this.#engine = engine;
    this.#directory = resolve(directory);
    this.#databaseIn = database;
  }

  async open(): Promise<InspectedStore> {
    const engine = this.#engine;
    const lock = new StoreLock(nodeFileSystem, this.#directory, nodeProcesses);
    const lockNumber = await lock.checkFree();
    await requireStoreFormat(nodeFileSystem, this.#directory, keyValueFormat(engine));
    const original = `${this.#directory}/${engine}`;
    if (!(await nodeFileSystem.names(this.#directory)).includes(engine)) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `${original}, where the data were, is missing`);
    }
    const mirror = await DatabaseMirror.of(original);
    const database = this.#databaseIn(mirror.directory);
    try {
      const ids = new Map<number, TopicIdPartition>();
      const findings = [
        ...(await manifestFindings(original, this.#checksum)),
        ...(await tableFindings(original, mirror, ids, this.#checksum)),
      ];
      await this.#openDatabase(database);
      const found = await logsOf(database);
      for (const { numbers, id } of found.logs) {
        for (const number of numbers) ids.set(number, id);
      }
      findings.push(...found.findings);
      if (found.failure !== undefined) {
        findings.push(...(await failureFindings(original, found.failure, this.#checksum)));
      }
      findings.push(...(await writeAheadFindings(original, ids, this.#checksum)));
      return {
        engine,
        clean: found.clean,
        logs: found.logs,
        findings,
        close: async () => {
          await database.close();
          await mirror.remove();
          if ((await lock.checkFree()) !== lockNumber) throw openedMeanwhile(this.#directory);
        },
      };
    } catch (error) {
      await database.close().catch(() => undefined);
      await mirror.remove();
      throw error;
    }
  }

  async #openDatabase(database: KeyValueDatabase): Promise<void> {
    try {
      await database.open();
    } catch (cause) {
      if (cause instanceof KafkaError) throw cause;
      const { cause: deeper } = cause as { cause?: unknown };
      const why = deeper instanceof Error ? `${String(cause)} (${deeper.message})` : String(cause);
      const place = `${this.#directory}/${this.#engine}`;
      const message = `the ${database.name} database ${place} cannot be opened: ${why}`;
      throw new KafkaError('KAFKA_STORAGE_ERROR', message, { cause });
    }
  }
}

interface FoundLogs {
  readonly clean: boolean;
  readonly logs: readonly InspectedKeyValueLog[];
  readonly findings: readonly StorageFinding[];
  /** Why not all of the logs are there. */
  readonly failure: unknown;
}

async function logsOf(database: KeyValueDatabase): Promise<FoundLogs> {
  const lt = after(CLEAN_STOP_KEY);
  const query = { gte: CLEAN_STOP_KEY, lt, values: true, limit: 1 };
  let clean = false;
  const logs: InspectedKeyValueLog[] = [];
  const findings: StorageFinding[] = [];
  let failure: unknown;
  try {
    const [mark] = await database.read(query);
    clean = mark !== undefined;
    const ends = parseLogEnds(mark?.[1] ?? new Uint8Array());
    for await (const [key, value] of readAll(database, ALL_LOGS)) {
      const number = parseLogKey(key);
      const record = parseLogRecord(value);
      if (record === undefined) {
        findings.push({ kind: 'file', message: `what is kept of log ${number} is damaged` });
      } else logs.push(await logOf(database, number, record, ends.get(record.data)));
    }
  } catch (error) {
    failure = error;
    const message = `the database cannot read what it has of logs: ${String(error)}`;
    findings.push({ kind: 'file', message });
  }
  logs.sort(byTopicAndPartition);
  return { clean, logs, findings, failure };
}

/** Its size by its last key. */
async function logOf(
  database: KeyValueDatabase,
  number: number,
  record: LogRecord,
  end: LogEnd | undefined,
): Promise<InspectedKeyValueLog> {
  const marks = await readSegments(database, record.data);
  const segments = segmentsOf(marks);
  // What cannot be read is told when the log is gone over.
  const last = await lastBatch(database, record.data, segments, record.startOffset).catch(() => {
    return undefined;
  });
  const endPosition = last === undefined ? record.startPosition : last.position + last.sizeBytes;
  const sizeBytes = Math.max(0, endPosition - record.startPosition - segments.missingBytes);
  return new InspectedKeyValueLog(database, number, record, marks, sizeBytes, end);
}

function byTopicAndPartition(
  { id: one }: InspectedKeyValueLog,
  { id: other }: InspectedKeyValueLog,
) {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition;
}

function openedMeanwhile(directory: string): KafkaError {
  const message = `a broker was started on ${directory} meanwhile: stop it and begin again`;
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
