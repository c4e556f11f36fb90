import { relative } from 'node:path';
import type { Record } from '../../../domain/record/record.ts';
import type { InspectedLog, InspectedStore, LogFinding } from '../../../ports/store-inspector.ts';
import { type DumpedBatch, dumpLog } from '../../services/storage/dump-log.ts';
import { CliError, EXIT, usageError } from '../cli-error.ts';
import { type CliIo, write } from '../cli-io.ts';
import { batchTools, type FolderOptions, folderOf, withStoppedStore } from '../data-folder.ts';
import { jsonText, tableText } from '../output.ts';
import { bytesJson } from '../record-json.ts';
import { meaningOf, recordLine, timeText } from '../shown-record.ts';
import { findingText, shownFinding } from '../storage-finding.ts';

interface Options extends FolderOptions {
  readonly from?: bigint;
  readonly max: number;
  readonly records?: boolean;
}

const COLUMNS = [
  { title: 'FIRST', align: 'right' },
  { title: 'LAST', align: 'right' },
  { title: 'RECORDS', align: 'right' },
  { title: 'CRC' },
  { title: 'CODEC' },
  { title: 'EPOCH', align: 'right' },
  { title: 'PRODUCER' },
  { title: 'FLAGS' },
  { title: 'MAX TIMESTAMP' },
  { title: 'BYTES', align: 'right' },
  { title: 'FILE' },
  { title: 'POSITION', align: 'right' },
] as const;

export async function run([name = '']: readonly string[], options: Options, io: CliIo) {
  const folder = folderOf(options, io);
  const { directory } = folder;
  return withStoppedStore(folder, async (store) => {
    const log = logNamed(store, name, directory);
    const rows: ReturnType<typeof row>[] = [];
    let damaged = 0;
    const { stdout, stderr, stopped } = io;
    const more = await dumpLog(log, {
      tools: batchTools,
      fromOffset: options.from ?? log.startOffset,
      maxBatches: options.max,
      withRecords: options.records === true,
      isStopped: () => stopped.aborted,
      async batch(batch) {
        if (batch.damage !== null) damaged += 1;
        if (options.output === 'json') {
          await write(stdout, `${jsonText(batchJson(log, batch, directory))}\n`, stopped);
        } else if (batch.records === undefined && options.records !== true) {
          rows.push(row(batch, directory));
        } else await write(stdout, batchText(log, batch, directory), stopped);
      },
      finding(finding: LogFinding) {
        damaged += 1;
        const { topic, partition } = log.id;
        const shown = shownFinding({ ...finding, topic, partition }, directory);
        stderr.write(`kawadb: ${findingText(shown)}\n`);
      },
    });
    if (rows.length > 0) stdout.write(tableText(COLUMNS, rows));
    if (more !== undefined) stderr.write(`there is more: --from ${more} goes on\n`);
    return damaged === 0 ? EXIT.ok : EXIT.failed;
  });
}

function logNamed({ logs }: InspectedStore, name: string, directory: string): InspectedLog {
  if (!/^.+-\d+$/.test(name)) {
    throw usageError(`${name}: it must look like TOPIC-PARTITION, as orders-0`);
  }
  const log = logs.find(({ id }) => `${id.topic}-${id.partition}` === name);
  if (log === undefined) throw new CliError(`there is no log ${name} in ${directory}`);
  return log;
}

function row(batch: DumpedBatch, directory: string) {
  const { file, position } = batch;
  return [
    batch.baseOffset,
    batch.lastOffset,
    batch.recordsCount,
    batch.damage === null ? 'ok' : batch.damage,
    batch.codec,
    batch.leaderEpoch,
    producerText(batch),
    flagsText(batch),
    timeText(batch.maxTimestampMs),
    batch.sizeBytes,
    file === undefined ? null : relative(directory, file),
    position,
  ] as const;
}

function batchText(log: InspectedLog, batch: DumpedBatch, directory: string): string {
  const { topic } = log.id;
  const { file, position, damage, records = [] } = batch;
  const producer = producerText(batch);
  const parts = [
    `batch ${batch.baseOffset} to ${batch.lastOffset}`,
    `${batch.recordsCount} records`,
    damage ?? 'crc ok',
    batch.codec,
    `epoch ${batch.leaderEpoch}`,
    ...(producer === '' ? [] : [`producer ${producer}`]),
    flagsText(batch),
    timeText(batch.maxTimestampMs),
    `${batch.sizeBytes} bytes`,
    ...(file === undefined ? [] : [`${relative(directory, file)} at ${position}`]),
  ].filter((part) => part !== '');
  const lines = records.map((record) => recordLine(topic, batch.control, record));
  return `${parts.join('  ')}\n${lines.join('')}`;
}

function producerText({ producerId, producerEpoch, baseSequence, lastSequence }: DumpedBatch) {
  if (producerId < 0n) return '';
  const sequences = baseSequence < 0 ? '' : ` ${baseSequence} to ${lastSequence}`;
  return `${producerId}/${producerEpoch}${sequences}`;
}

function flagsText({ transactional, control, timestampType }: DumpedBatch): string {
  const flags = [
    transactional ? 'transactional' : '',
    control ? 'control' : '',
    timestampType === 'LogAppendTime' ? 'append-time' : '',
  ];
  return flags.filter((flag) => flag !== '').join(',');
}

function batchJson(log: InspectedLog, batch: DumpedBatch, directory: string) {
  const { file, position, records, control, ...fields } = batch;
  return {
    ...fields,
    control,
    file: file === undefined ? null : relative(directory, file),
    position: position ?? null,
    ...(records && { records: records.map((each) => recordJson(log.id.topic, control, each)) }),
  };
}

function recordJson(topic: string, control: boolean, record: Record) {
  const { offset, timestampMs, key, value, headers } = record;
  const meaning = meaningOf(topic, control, record);
  return {
    offset,
    timestamp: timestampMs,
    key: bytesJson(key),
    value: bytesJson(value),
    headers: headers.map((header) => ({ key: header.key, value: bytesJson(header.value) })),
    ...(meaning && { meaning }),
  };
}
