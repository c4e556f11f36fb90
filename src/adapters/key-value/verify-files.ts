import { readdir, readFile } from 'node:fs/promises';
import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { StorageFinding } from '../../ports/store-inspector.ts';
import type { DatabaseMirror } from '../data-folder/database-mirror.ts';
import { batchesIn } from './block-entries.ts';
import { type BatchKey, parseBatchKey } from './log-keys.ts';
import { parseLogRecord } from './log-values.ts';
import { type Block, damageOfTable, giveUpDamage, readBlock } from './table-blocks.ts';
import { Varints } from './varints.ts';
import { writeAheadRecords } from './write-ahead-records.ts';

const BATCH_KEY_BYTES = 45;
const BATCH_KIND = 5;
const LOG_KEY_BYTES = 5;
const LOG_KIND = 1;
const WRITE_AHEAD = /^\d+\.log$/;
const TABLE = /\.(?:sst|ldb)$/;
const TABLE_START = { position: 0, sizeBytes: 1024 * 1024 };
/** As much of a log's own entry as could be there. */
const LOG_RECORD_BYTES = 1024;

/**
 * Tells of damaged tables, and leaves it out of the mirror's copy of them: the database is not to come across it. What
 * was in there is missing from the logs then.
 */
export async function tableFindings(
  directory: string,
  mirror: DatabaseMirror,
  ids: Map<number, TopicIdPartition>,
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const findings: StorageFinding[] = [];
  for (const name of await filesOf(directory, TABLE)) {
    const file = `${directory}/${name}`;
    const damage = await damageOfTable(file, checksum);
    if (damage === undefined) continue;
    await giveUpDamage(await mirror.own(directory, name), damage);
    if (damage.unreadable) findings.push({ kind: 'file', file, message: 'the table is damaged' });
    for (const block of damage.blocks) {
      findings.push(...(await blockFindings(file, block, ids, checksum)));
    }
  }
  return findings;
}

/** Of RocksDB, which tells where it could not read on. */
export async function failureFindings(
  directory: string,
  failure: unknown,
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const [, name, at, size] =
    /\/(\d+\.sst) {1,2}offset (\d+) size (\d+)/.exec(String(failure)) ?? [];
  if (name === undefined) return [];
  const block = { position: Number(at), sizeBytes: Number(size) };
  const ids = new Map<number, TopicIdPartition>();
  for (const table of await filesOf(directory, TABLE)) {
    const start = await readBlock(`${directory}/${table}`, TABLE_START);
    if (start !== undefined) noteLogsAnywhere(start, ids);
  }
  return blockFindings(`${directory}/${name}`, block, ids, checksum);
}

/** Where the database cannot be asked: the keys of logs are the first of all. */
function noteLogsAnywhere(bytes: Uint8Array, ids: Map<number, TopicIdPartition>): void {
  for (const [text] of Buffer.from(bytes)
    .toString('latin1')
    .matchAll(/\{"topic":[^{}]*\}/g)) {
    const record = parseLogRecord(Buffer.from(text));
    if (record !== undefined) ids.set(record.data, record.id);
  }
}

/** What is damaged in a block: a batch, or it is not known what of those it has. */
async function blockFindings(
  file: string,
  block: Block,
  ids: Map<number, TopicIdPartition>,
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const { position } = block;
  const bytes = await readBlock(file, block);
  const batches = bytes === undefined ? [] : [...batchesIn(bytes, ids, checksum)];
  const damaged = batches.filter(({ damage }) => damage !== undefined);
  const firsts = batches.filter(
    ({ data }, i) => batches.findIndex((other) => other.data === data) === i,
  );
  const findings = (damaged.length > 0 ? damaged : firsts).flatMap((found): StorageFinding[] => {
    const id = ids.get(found.data);
    if (id === undefined) return [];
    const { topic, partition } = id;
    const place = { file, position, topic, partition, offset: found.key.baseOffset };
    const message = found.damage ?? 'a block of the table is damaged that has batches from here on';
    return [{ kind: 'batch', ...place, message }];
  });
  if (findings.length > 0) return findings;
  return [{ kind: 'file', file, position, message: 'a block of the table is damaged' }];
}

/**
 * Tells of damaged write-ahead files, of which a database drops what it cannot read without a word: what was lost, as
 * far as that can be told.
 */
export async function writeAheadFindings(
  directory: string,
  ids: Map<number, TopicIdPartition>,
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const findings: StorageFinding[] = [];
  const names = await filesOf(directory, WRITE_AHEAD);
  if (names.length === 0) {
    const message = 'there is no write-ahead file: what was written last is lost';
    findings.push({ kind: 'file', file: directory, message });
  }
  for (const name of names) {
    for await (const found of findingsIn(`${directory}/${name}`, ids, checksum))
      findings.push(found);
  }
  return findings;
}

/**
 * Tells of files without which the database takes itself for a new one, or for what it was before. Its list of tables
 * is written as a write-ahead file is.
 */
export async function manifestFindings(
  directory: string,
  checksum: Checksum,
): Promise<readonly StorageFinding[]> {
  const names = await readdir(directory);
  const file = `${directory}/CURRENT`;
  const current = names.includes('CURRENT') ? (await readFile(file, 'utf8')).trim() : undefined;
  if (current === undefined || !names.includes(current)) {
    const is = current === undefined ? 'is missing' : 'names a file that is not there';
    return [{ kind: 'file', file, message: `the file ${is}: the database is lost` }];
  }
  for await (const { whole, position } of writeAheadRecords(`${directory}/${current}`, checksum)) {
    if (whole) continue;
    const message = "the database's list of its tables is damaged";
    return [{ kind: 'file', file: `${directory}/${current}`, position, message }];
  }
  return [];
}

async function filesOf(directory: string, pattern: RegExp): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => pattern.test(name)).sort();
}

async function* findingsIn(
  file: string,
  ids: Map<number, TopicIdPartition>,
  checksum: Checksum,
): AsyncGenerator<StorageFinding> {
  for await (const { position, whole, bytes } of writeAheadRecords(file, checksum)) {
    noteLogs(bytes, ids);
    if (whole) continue;
    const place = { file, position };
    const rest = 'a record of the write-ahead file is damaged, what it holds from there on is lost';
    let named = false;
    const told = new Set<number>();
    for (const { data, key } of batchKeysIn(bytes)) {
      const id = ids.get(data);
      if (id === undefined || told.has(data)) continue;
      told.add(data);
      named = true;
      const { topic, partition } = id;
      yield { kind: 'batch', ...place, topic, partition, offset: key.baseOffset, message: rest };
    }
    if (!named) yield { kind: 'file', ...place, message: rest };
  }
}

/** The keys of batches in what was to be written, wherever they are: its beginning may be what is damaged. */
function* batchKeysIn(bytes: Uint8Array): Generator<{ data: number; key: BatchKey }> {
  const view = viewOf(bytes);
  for (let at = 0; at + 1 + BATCH_KEY_BYTES <= bytes.length; at++) {
    if (bytes[at] !== BATCH_KEY_BYTES || bytes[at + 1] !== BATCH_KIND) continue;
    const key = parseBatchKey(bytes.subarray(at + 1, at + 1 + BATCH_KEY_BYTES));
    if (key === undefined) continue;
    const value = at + 1 + BATCH_KEY_BYTES;
    if (varintAt(bytes, value) === key.sizeBytes) yield { data: view.getUint32(at + 2), key };
  }
}

/** A log that was made since the last table is only there. */
function noteLogs(bytes: Uint8Array, ids: Map<number, TopicIdPartition>): void {
  for (let at = 0; at + 1 + LOG_KEY_BYTES < bytes.length; at++) {
    if (bytes[at] !== LOG_KEY_BYTES || bytes[at + 1] !== LOG_KIND) continue;
    const value = at + 1 + LOG_KEY_BYTES;
    const length = varintAt(bytes, value);
    const start = value + (length < 0x80 ? 1 : 2);
    if (length > LOG_RECORD_BYTES || bytes[start] !== 0x7b) continue;
    const record = parseLogRecord(bytes.subarray(start, start + length));
    if (record !== undefined) ids.set(record.data, record.id);
  }
}

function varintAt(bytes: Uint8Array, position: number): number {
  return new Varints(bytes, position).next();
}
