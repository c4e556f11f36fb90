import { join, resolve } from 'node:path';
import { type CopiedFiles, copyFolder } from '../../../adapters/data-folder/copy-folder.ts';
import { nodeFileSystem } from '../../../adapters/data-folder/file-system.ts';
import { NewCopy } from '../../../adapters/data-folder/new-copy.ts';
import { StoppedMetadata } from '../../../adapters/local-catalog/stopped-metadata.ts';
import { logConfigOf } from '../../../domain/config/log-config-of.ts';
import type { InspectedStore, StorageFinding } from '../../../ports/store-inspector.ts';
import { loadConfig } from '../../config/load-config.ts';
import { logStoreOf } from '../../container/log-store-of.ts';
import { loggerOf } from '../../container/logger-of.ts';
import { copyStore } from '../../services/storage/copy-store.ts';
import { CliError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { OutputFormat } from '../client-options.ts';
import { batchTools, folderOf, withStoppedStore } from '../data-folder.ts';
import { print } from '../output.ts';
import { Progress, sizeText } from '../progress.ts';
import { findingTable, findingText, shownFinding } from '../storage-finding.ts';

/** The tables, schemas and history of SQL: they are the same whatever the engine is. */
const SQL = 'sql';
const NO_FILES: CopiedFiles = { files: 0, bytes: 0 };
/** What SQL left there for others, or for the moment. */
const NOT_COPIED = ['exports', 'temporary'];

interface Options {
  readonly fromDir: string;
  readonly toDir: string;
  readonly toEngine: string;
  readonly config?: string;
  readonly skipDamaged?: boolean;
  readonly output: OutputFormat;
}

interface Copied {
  logs: number;
  batches: number;
  records: number;
  bytes: number;
  readonly damage: StorageFinding[];
  sql: CopiedFiles;
}

export async function run(_args: readonly string[], options: Options, io: CliIo) {
  const [from, to] = [resolve(options.fromDir), resolve(options.toDir)];
  const startedMs = performance.now();
  const copied: Copied = { logs: 0, batches: 0, records: 0, bytes: 0, damage: [], sql: NO_FILES };
  const folder = folderOf({ ...options, dataDir: from }, io);
  await withStoppedStore(folder, async (source) => {
    const copy = await NewCopy.begin(nodeFileSystem, to);
    try {
      await copyTo(copy.staging, source, copied, options, io);
      const sql = { from: join(from, SQL), to: join(copy.staging, SQL) };
      copied.sql = await copyFolder(sql.from, sql.to, { without: NOT_COPIED, signal: io.stopped });
      // Whatever was read while a broker ran must not become a whole copy.
      await source.close();
      await copy.finish();
    } catch (error) {
      await copy.abandon().catch(() => undefined);
      throw error;
    }
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const damaged = copied.damage.map((finding) => shownFinding(finding, from));
  const { damage: _, ...counts } = copied;
  const text =
    (damaged.length === 0 ? '' : findingTable(damaged)) +
    `copied ${copied.logs} logs, ${copied.batches} batches, ${copied.records} records, ` +
    (copied.sql.files === 0 ? '' : `${copied.sql.files} files of SQL, `) +
    `${sizeText(copied.bytes + copied.sql.bytes)} in ${seconds.toFixed(1)} s to ${to} (${options.toEngine})` +
    `${damaged.length === 0 ? '' : `; ${damaged.length} times something was damaged and left out`}\n`;
  const json = { from, to, engine: options.toEngine, ...counts, seconds, damaged };
  print(io, options.output, { json, text });
  return 0;
}

async function copyTo(
  directory: string,
  source: InspectedStore,
  copied: Copied,
  options: Options,
  io: CliIo,
): Promise<void> {
  const { stopped: signal, env } = io;
  const overrides = { 'storage.data_dir': directory, 'storage.engine': options.toEngine };
  const { config } = loadConfig({ file: options.config, env, overrides });
  const logger = loggerOf('warn');
  const target = await logStoreOf(config, { checksum: batchTools.checksum, logger });
  await target.open();
  const total = source.logs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const startedMs = performance.now();
  const progress = new Progress(io, () => {
    const rate = sizeText(Math.round(copied.bytes / ((performance.now() - startedMs) / 1000)));
    const logs = `${copied.logs} of ${source.logs.length} logs`;
    return `copied ${sizeText(copied.bytes)} of ${sizeText(total)}, ${logs}, ${rate}/s`;
  });
  try {
    await copyStore(source, {
      target,
      signal,
      tools: batchTools,
      metadata: new StoppedMetadata(batchTools),
      logConfigOf: (configs) => logConfigOf(config, configs),
      copied,
      onDamage(finding) {
        if (options.skipDamaged !== true) throw damaged(finding, source, options.fromDir);
        copied.damage.push(finding);
      },
    });
  } finally {
    progress.stop();
    await target.close();
  }
}

function damaged(finding: StorageFinding, { clean }: InspectedStore, directory: string): CliError {
  const recover = clean ? '' : 'a broker that starts on it cuts what a stop has torn; ';
  const hint = `${recover}--skip-damaged ends each damaged log before the damage`;
  return new CliError(`${findingText(shownFinding(finding, directory))}; ${hint}`);
}
