import { parentPort, workerData } from 'node:worker_threads';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Compression } from '../../ports/compression.ts';
import type { RecordDecoders } from '../../ports/record-decoder.ts';
import type { SqlPlugin } from '../../ports/sql-plugin.ts';
import { CopyStatements } from './copy-statements.ts';
import { closeDatabase, type Database, openDatabase } from './database.ts';
import { registerDecodeFunctions } from './decode-function.ts';
import type { EngineCommand, EngineEvent, EngineStart } from './engine-messages.ts';
import { FileAccess } from './file-access.ts';
import { HistoryStatements } from './history-statements.ts';
import { loadPlugin } from './load-plugins.ts';
import { LogBridge } from './log-bridge.ts';
import { OpenTransactions } from './open-transactions.ts';
import { registerPlugin } from './plugin-functions.ts';
import { QueryRunner } from './query-runner.ts';
import { ScanProgress } from './scan-progress.ts';
import { SchemaLookups } from './schema-lookups.ts';
import { SchemaStatements } from './schema-statements.ts';
import { StatementPlanner } from './statement-planner.ts';
import { BatchNotes } from './streams/batch-notes.ts';
import { StreamServer } from './streams/stream-server.ts';
import { createStatusViews, registerStreamStatus } from './streams/stream-status.ts';
import { StreamViews } from './streams/stream-views.ts';
import { ViewCompiler } from './streams/view-compiler.ts';
import { giveWayToOtherThreads } from './thread-priority.ts';
import { TopicCatalog } from './topic-catalog.ts';
import { registerTopicFunction } from './topic-function.ts';

export interface EngineThreadParts {
  readonly compression: Compression;
  readonly decoders: RecordDecoders;
  /** Plug-ins that are always there. */
  readonly plugins: readonly SqlPlugin[];
}

const port = parentPort;

function send(event: EngineEvent, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(event, transfer);
}

/** The engine's thread: it owns the database file, and runs every statement. */
export async function runEngineThread({
  compression,
  decoders,
  plugins,
}: EngineThreadParts): Promise<void> {
  giveWayToOtherThreads();
  const start = workerData as EngineStart;
  const bridge = new LogBridge(start.bridge, start.answered);
  try {
    const lookups = new SchemaLookups((id) => bridge.schemaById(id));
    const notes = new BatchNotes();
    const progress = new ScanProgress(send);
    const database = await openDatabase(start, async (own) => {
      await addFunctions(own, start, plugins);
      const tally = (name: string | undefined) => notes.tally(name);
      registerTopicFunction(own, { bridge, compression, progress, tally });
      registerDecodeFunctions(own, { decoders, schemaById: (id) => lookups.byId(id) });
      registerStreamStatus(own, bridge);
      notes.register(own);
    });
    await createStatusViews(database.own);
    const catalog = new TopicCatalog(database.own, { bridge, compression, decoders });
    const schemas = new SchemaStatements(catalog, { bridge, decoders });
    const history = new HistoryStatements(catalog, bridge);
    const { streams: connection } = database;
    const files = new FileAccess(start.directories);
    const compiler = new ViewCompiler(connection, catalog, { rules: start.streamRules, files });
    const streams = new StreamServer(
      new StreamViews({ connection, notes, compiler, bridge, lookups }),
      send,
    );
    const copies = new CopyStatements({
      exportDirectory: start.exportDirectory,
      extensionDirectory: start.extensionDirectory ?? '',
      extensions: database.extensions,
    });
    const planner = new StatementPlanner(catalog, { schemas, history, copies, files, lookups });
    serve(database, { planner, streams, progress, catalog });
    for (const [name, why] of database.extensions.failures) {
      send({
        type: 'warning',
        message: `the extension ${name} (sql.extensions) is not loaded: ${why}`,
      });
    }
    send({ type: 'open' });
  } catch (error) {
    send({ type: 'failed', message: (error as Error).message });
  }
}

async function addFunctions(
  own: DuckDBConnection,
  { plugins: settings }: EngineStart,
  plugins: readonly SqlPlugin[],
): Promise<void> {
  for (const plugin of [...plugins, ...(await Promise.all(settings.map(loadPlugin)))]) {
    registerPlugin(own, plugin);
  }
}

interface Served {
  readonly planner: StatementPlanner;
  readonly streams: StreamServer;
  readonly progress: ScanProgress;
  readonly catalog: TopicCatalog;
}

function serve(database: Database, { planner, streams, progress, catalog }: Served): void {
  const free: DuckDBConnection[] = [...database.connections];
  const running = new Map<number, QueryRunner>();
  const transactions = new OpenTransactions(database.instance, catalog, send);
  const runs = new Set<Promise<void>>();
  port?.on('message', (command: EngineCommand) => {
    switch (command.type) {
      case 'execute': {
        // The other thread sends no more statements at a time than there are connections.
        const connection = free.pop() as DuckDBConnection;
        const transaction = transactions.find(command.transaction);
        const runner = new QueryRunner({ connection, transaction }, planner, command, send);
        running.set(command.id, runner);
        const run = runner.run().then(() => {
          free.push(connection);
          progress.end(command.id);
          running.delete(command.id);
          runs.delete(run);
        });
        runs.add(run);
        return;
      }
      case 'stream':
        streams.take(command);
        return;
      case 'transaction':
        transactions.take(command);
        return;
      case 'leave':
        running.get(command.id)?.leave();
        return;
      case 'more':
        running.get(command.id)?.more();
        return;
      case 'cancel':
        running.get(command.id)?.cancel();
        return;
      default:
        for (const runner of running.values()) runner.cancel();
        database.streams.interrupt();
        void Promise.all([...runs, streams.close()]).then(async () => {
          await transactions.close();
          closeDatabase(database);
          (workerData as EngineStart).bridge.close();
          port?.close();
        });
    }
  });
}
